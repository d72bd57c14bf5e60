import { hash } from 'node:crypto';
import type { SimulationEnv } from '../../src/testing/run-script.ts';
import type { Engine } from '../../src/testing/virtual-device.ts';

const built: string = new URL('../fixtures/sdk/0.1.0/engine.js', import.meta.url).href;
const { createEngine: previousEngine } = (await import(built)) as { createEngine: Engine };

/** What a history needs of Node. */
export const simulationEnv: SimulationEnv = {
  sha256: (text) => hash('sha256', text, 'buffer'),
  previousEngine,
  settle: () => new Promise((done) => setImmediate(done)),
};
