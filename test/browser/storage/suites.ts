import { storeContract } from '../../contracts/store/contract.ts';
import { idbCases } from '../../contracts/store/idb-cases.ts';
import { frameCases } from './frame-cases.ts';

/** What `page.ts` runs under each name, so that a test can ask for the outcome of every case by its own. */
export const casesBySuite = {
  memory: storeContract,
  indexeddb: storeContract,
  faults: idbCases,
  'indexeddb in a frame': storeContract,
  'frame faults': frameCases,
} as const;

export type SuiteName = keyof typeof casesBySuite;

export const suiteNames = Object.keys(casesBySuite) as SuiteName[];
