import { atomicityCases } from './atomicity.ts';
import { handleCases } from './handles.ts';
import type { StoreCase } from './harness.ts';
import { interleavingCases } from './interleaving.ts';
import { keyCases } from './keys.ts';
import { rangeCases } from './ranges.ts';
import { transactionCases } from './transactions.ts';
import { valueCases } from './values.ts';
import { writeNowCases } from './write-now.ts';

/**
 * What every `Store` promises, as cases that run in any engine. A store passes when each of them
 * resolves on a harness of its own and none leaves an unhandled rejection.
 */
export const storeContract: readonly StoreCase[] = [
  ...keyCases,
  ...rangeCases,
  ...valueCases,
  ...transactionCases,
  ...atomicityCases,
  ...interleavingCases,
  ...handleCases,
  ...writeNowCases,
];
