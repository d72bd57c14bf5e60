import { createRandom } from '../../src/testing/random.ts';

/** How the push that is under way fares: its answer is held back, lost or late, it is lost itself, nothing goes, all goes. */
export const lines = ['reply held', 'reply lost', 'reply late', 'request lost', 'offline', 'open'] as const;

/** Who ends without a word: nobody, who signs out (at some time, or at a write of theirs), another tab. */
export const kills = ['nobody', 'who signs out', 'who signs out, at a write', 'another tab'] as const;

/** One sign-out, drawn from a seed. Times in milliseconds, counted from the moment when the push is out. */
export type SignOutPlan = {
  readonly seed: number;
  readonly kind: 'shared' | 'personal';
  readonly tabs: number;
  /** The tab that signs out. */
  readonly at: number;
  readonly line: (typeof lines)[number];
  readonly how: 'flush' | 'drop' | 'ask';
  readonly kill: (typeof kills)[number];
  /** The call. */
  readonly callMs: number;
  /** What is written, where, and when; also after the call. */
  readonly writes: readonly { readonly tab: number; readonly atMs: number }[];
  /** Each transaction of the store waits for so long at most. */
  readonly slowMs: number;
  /** What a tab says to another one takes so long at most. */
  readonly tabsMs: number;
  /** After the call the line is as it should be. */
  readonly healedMs: number;
  /** After the call the process ends; at which of its writes, before or after it. */
  readonly killedMs: number;
  readonly killedAt: { readonly writes: number; readonly when: 'before' | 'after' };
  /** The page is asked for tokens; its answers take so long then. */
  readonly answerMs: number | undefined;
  /** The token in use is refused from just before the call: the page is being asked for another one. */
  readonly isExpired: boolean;
  /** The page goes on answering the token that was in use at the call. */
  readonly isStale: boolean;
  /** From the call on the other tabs hear nothing for so long: they stand in the background, and write all the while. */
  readonly deafMs: number;
  /** So many changes wait that were made offline: more than a request takes. */
  readonly backlog: number;
};

export const planSignOut = (seed: number): SignOutPlan => {
  const random = createRandom(seed);
  const how = random.pick(['flush', 'flush', 'drop', 'ask'] as const);
  const tabs = random.pick([1, 2, 2, 2, 3]);
  const kill = how === 'ask' ? 'nobody' : random.pick(['nobody', ...kills] as const);
  const answerMs = random.chance(0.4) ? undefined : random.pick([0, 300, 2_500]);
  const drawn = {
    seed,
    kind: random.pick(['shared', 'shared', 'personal'] as const),
    tabs,
    at: random.below(tabs),
    line: random.pick([lines[0], ...lines]),
    how,
    kill: kill === 'another tab' && tabs === 1 ? 'nobody' : kill,
    callMs: 40 + random.below(80),
    writes: Array.from({ length: 3 + random.below(10) }, () => ({
      tab: random.below(tabs),
      atMs: random.below(220),
    })),
    slowMs: random.pick([0, 5, 30, 100, 300]),
    tabsMs: random.pick([0, 0, 10, 40]),
    healedMs: random.pick([0, 100, 1_500, 2_900, 3_500, 9_000]),
    killedMs: random.pick([0, 5, 50, 400, 2_000]),
    killedAt: { writes: random.below(4), when: random.pick(['before', 'after'] as const) },
    answerMs,
    isExpired: answerMs !== undefined && random.chance(0.4),
  };
  return {
    ...drawn,
    // Drawn last, as whatever comes to it: the others stay as they were.
    isStale: random.chance(0.4) && answerMs !== undefined && !drawn.isExpired,
    deafMs: random.pick([0, 0, 0, 150, 600, 4_000]),
    slowMs: random.chance(0.1) ? 2_000 : drawn.slowMs,
    backlog: random.chance(0.1) ? 150 : 0,
    // Another tab is in the midst of one at the call.
    writes: [...drawn.writes, { tab: (drawn.at + 1) % drawn.tabs, atMs: drawn.callMs - 1 }],
  };
};
