import { afterOrder } from './after-order.ts';
import { atCheckout } from './at-checkout.ts';
import { brokenMerges } from './broken-merges.ts';
import { broughtAlong } from './brought-along.ts';
import type { ConformanceCase } from './case.ts';
import { inOtherHands } from './devices.ts';
import { doubledLines } from './doubled-lines.ts';
import { keptLines } from './kept-lines.ts';
import { leaving } from './leaving.ts';
import { liveCarts } from './live-carts.ts';
import { lostCarts } from './lost-carts.ts';
import { mergeRules } from './merge-rules.ts';
import { otherChannels } from './other-channels.ts';
import { paidByTag } from './paid-by-tag.ts';
import { paying } from './paying.ts';
import { signingIn } from './sign-in.ts';
import { signingOut } from './sign-out.ts';
import { switching } from './switching.ts';
import { wishes } from './wishes.ts';

/** Every case. docs/CONFORMANCE.md lists them, and those that wait for something. */
export const conformance: readonly ConformanceCase[] = [
  ...doubledLines,
  ...atCheckout,
  ...lostCarts,
  ...brokenMerges,
  ...switching,
  ...afterOrder,
  ...paying,
  ...paidByTag,
  ...otherChannels,
  ...leaving,
  ...liveCarts,
  ...wishes,
  ...signingIn,
  ...broughtAlong,
  ...mergeRules,
  ...signingOut,
  ...inOtherHands,
  ...keptLines,
];
