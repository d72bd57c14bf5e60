import type { SavedDeed } from './saved-deed.ts';
import type { SimDevice, SimTab } from './sim-device.ts';

/** A change that was made, and how far it is said to have come. */
export type Deed = SavedDeed & {
  readonly what: string;
  readonly device: SimDevice;
  readonly loading: SimTab['loading'];
  saved: string;
};

/** How long a page that was started waits for its store. */
const openingMs = 5_000;
/** How long a page waits for an answer of its store. */
const answerMs = 10_000;

/**
 * 0.1.0 takes for sent what is gone from its outbox. When a customer leaves, one of several tabs may lose what another
 * placed: each makes a guest of its own, or the store fails under one of them. So may a page whose store opens late, or
 * hangs, also when it is taken back.
 */
export const isLostByOld = ({ device: { spec, state, tabs }, atMs, loading }: Deed): boolean =>
  spec.sdk === 'previous' &&
  ((tabs.length > 1 && (state.entering + state.leaving > 1 || state.leftAtMs >= atMs || !!state.ended?.isApart)) ||
    (loading.untilMs >= loading.fromMs + answerMs && atMs <= loading.untilMs) ||
    (atMs >= state.hangs.fromMs && atMs <= state.hangs.untilMs) ||
    (atMs >= state.opensLate.fromMs && atMs <= state.opensLate.untilMs + openingMs));
