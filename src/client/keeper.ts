/** The list that is known already, when the next one holds the same things in the same order. */
export const keepList = <T>(known: readonly T[] | undefined, next: readonly T[]): readonly T[] =>
  known?.length === next.length && known.every((one, at) => Object.is(one, next[at])) ? known : next;

/**
 * Gives what it was given, in the same order, with the first reference of everything that reads the same
 * by key: a value that the server confirms, or that another tab made us read again, is no other value to
 * the page. When nothing changed the list is the last one.
 *
 * @param textOf What two values must have in common to be the same. Not canonical JSON for what a page
 * stored as it pleases: `{ gift: null }` and `{}` are two values there.
 */
export const createKeeper = <T>(textOf: (value: T) => string = JSON.stringify) => {
  type Pair = readonly [key: string, value: T];
  let known = new Map<string, readonly [text: string, pair: Pair]>();
  let list: readonly Pair[] = [];
  return (values: Iterable<Pair>): readonly Pair[] => {
    const next: typeof known = new Map();
    for (const pair of values) {
      const before = known.get(pair[0]);
      if (before && Object.is(before[1][1], pair[1])) next.set(pair[0], before);
      else {
        const text = textOf(pair[1]);
        // Its text of today too: a page may have changed the object that it was given.
        next.set(pair[0], before?.[0] === text && textOf(before[1][1]) === text ? before : [text, pair]);
      }
    }
    known = next;
    list = keepList(
      list,
      [...next.values()].map(([, pair]) => pair),
    );
    return list;
  };
};
