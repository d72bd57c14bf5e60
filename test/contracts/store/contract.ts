import { handleCases, writeNowCases } from './handles.ts';
import type { StoreCase } from './harness.ts';
import { keyCases } from './keys.ts';
import { transactionCases } from './transactions.ts';

/**
 * What every `Store` promises, as cases that run in any engine. A store passes when each of them
 * resolves on a harness of its own and none leaves an unhandled rejection.
 */
export const storeContract: readonly StoreCase[] = [...keyCases, ...transactionCases, ...handleCases, ...writeNowCases];
