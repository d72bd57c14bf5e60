import type { Gate } from './gate.ts';
import { fuzz } from './gates/fuzz.ts';
import { kills } from './gates/kills.ts';
import { leaving } from './gates/leaving.ts';
import { mutation } from './gates/mutation.ts';
import { simulation } from './gates/simulation.ts';
import { storage } from './gates/storage.ts';

/** In the order in which `npm run test:full` runs them. */
export const gates: readonly Gate[] = [simulation, kills, fuzz, storage, leaving, mutation];
