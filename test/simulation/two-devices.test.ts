import { expect, test } from 'vitest';
import { runHistory } from '../../src/testing/history.ts';
import { world } from '../client/world.ts';

const histories = Number(process.env['RELEVO_HISTORIES'] ?? 60);
const firstSeed = Number(process.env['RELEVO_SEED'] ?? 1);

test(`${histories} histories of two devices on failing lines end equal, with nothing lost, doubled or stuck`, {
  timeout: 600_000,
}, async () => {
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const { faults, trace } = await runHistory(world({ seed }), { seed, steps: 60 });
    expect(faults, `replay with RELEVO_SEED=${seed} RELEVO_HISTORIES=1\n${trace.join('\n')}`).toEqual([]);
  }
});
