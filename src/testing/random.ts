/** Numbers from a seed: the same seed gives the same history. Mulberry32; for tests only, never for ids. */
export const createRandom = (seed: number) => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    /** 0 ≤ x < 1 */
    next,
    /** A whole number, 0 ≤ n < below. */
    below: (below: number): number => Math.floor(next() * below),
    /** True with the given probability. */
    chance: (probability: number): boolean => next() < probability,
    pick: <T>(items: readonly T[]): T => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('pick() needs a list that is not empty');
      return item;
    },
  };
};

export type Random = ReturnType<typeof createRandom>;
