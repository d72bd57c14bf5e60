import { describe, expect, test } from 'vitest';
import { planted } from '../../src/testing/planted.ts';
import { plantedAgeing } from '../../src/testing/planted-ageing.ts';
import { plantedAside } from '../../src/testing/planted-aside.ts';
import { plantedDevices } from '../../src/testing/planted-devices.ts';
import { plantedInRestores } from '../../src/testing/planted-in-restores.ts';
import { plantedKeeps } from '../../src/testing/planted-keeps.ts';
import { plantedMerges } from '../../src/testing/planted-merges.ts';
import { plantedMore } from '../../src/testing/planted-more.ts';
import { plantedPayments } from '../../src/testing/planted-payments.ts';
import { plantedQuantities } from '../../src/testing/planted-quantities.ts';
import { runScript } from '../../src/testing/run-script.ts';
import { makeScript } from '../../src/testing/script.ts';
import { figures } from '../../tools/full/figures.ts';
import { simulationEnv } from './env.ts';

// Most are found by the first few; a server that is put back at the one right moment is rare.
const most = 300;

describe('a fault put into the product on purpose is found by the histories', () => {
  test.each([
    ...planted,
    ...plantedMore,
    ...plantedAgeing,
    ...plantedInRestores,
    ...plantedMerges,
    ...plantedPayments,
    ...plantedDevices,
    ...plantedQuantities,
    ...plantedAside,
    ...plantedKeeps,
  ])('$name', { timeout: 120_000 }, async ({ name, plant, only }) => {
    for (let seed = 1; seed <= most; seed++) {
      const script = makeScript(seed, { steps: 60, ...(only ? { only } : {}) });
      const { finding } = await runScript(script, { ...simulationEnv, plant: plant() });
      // What the history finds without the fault is not the fault's.
      if (!finding || (await runScript(script, simulationEnv)).finding) continue;
      console.log(`${name}: found by history ${seed}, ${finding.invariant}`);
      figures.sum('planted faults found', 1);
      figures.max('histories until a planted fault is found', seed);
      figures.text('planted faults', `${name}: history ${seed}, ${finding.invariant}`);
      return;
    }
    expect.fail(`${most} histories did not show it`);
  });
});
