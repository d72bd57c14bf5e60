import type { Random } from './random.ts';
import type { Step } from './script.ts';

type Place = {
  readonly random: Random;
  readonly at: number;
  readonly spot: { readonly at: number; readonly d: number; readonly t: number };
  /** The device struck runs 0.1.0. */
  readonly isOld: boolean;
};

/** A backup of the server is made, and somewhat later it is put back. */
export const restoreSteps = ({ random, at, spot, isOld }: Place): Step[] => {
  const until = at + random.pick([300, 2_000, 10_000, 40_000]);
  return [
    { ...spot, do: 'server backup' },
    // A server that is put back failed before: what it did and did not answer is lost with it.
    // 0.1.0 hands a claim without an answer to the next customer, which is mended since.
    ...(random.chance(0.6) && !isOld
      ? ([
          { ...spot, at: Math.max(at, until - random.pick([1_500, 8_000])), do: 'line', faults: { replyLost: 1 } },
          { ...spot, at: until, do: 'line', faults: {} },
        ] as const)
      : []),
    { ...spot, at: until, do: 'server restored', n: random.below(8), isSaid: random.chance(0.6) },
  ];
};
