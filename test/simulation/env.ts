import { createHash } from 'node:crypto';
import type { SimulationEnv } from '../../src/testing/run-script.ts';

/** What a history needs of Node. */
export const simulationEnv: SimulationEnv = {
  sha256: (text) => createHash('sha256').update(text, 'utf8').digest(),
  settle: () => new Promise((done) => setImmediate(done)),
};
