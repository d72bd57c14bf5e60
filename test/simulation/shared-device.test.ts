import { expect, test } from 'vitest';
import { runSharedDevice } from '../../src/testing/shared-device-history.ts';
import { world } from '../client/world.ts';

const histories = Number(process.env['RELEVO_HISTORIES'] ?? 60);
const firstSeed = Number(process.env['RELEVO_SEED'] ?? 1);

test(`${histories} histories of a shared tablet leak nothing of one customer to another and lose nothing synced`, {
  timeout: 600_000,
}, async () => {
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const { faults, trace } = await runSharedDevice(world({ seed }), { seed, steps: 40 });
    expect(faults, `replay with RELEVO_SEED=${seed} RELEVO_HISTORIES=1\n${trace.join('\n')}`).toEqual([]);
  }
});
