import { hash } from 'node:crypto';
import type { SimulationEnv } from '../../src/testing/run-script.ts';

/** What a history needs of Node. */
export const simulationEnv: SimulationEnv = {
  sha256: (text) => hash('sha256', text, 'buffer'),
  settle: () => new Promise((done) => setImmediate(done)),
};
