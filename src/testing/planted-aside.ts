import type { Counter } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { besideOf } from '../core/parked-line.ts';
import type { EntryRow, WriteTx } from '../server/store.ts';
import { overServer } from './plant.ts';
import type { Planted } from './planted.ts';
import { withQuantity } from './planted-quantities.ts';

const lineOf = (row: EntryRow | undefined): Line | undefined =>
  row?.collection === 'cart' ? ((row.state ?? undefined) as unknown as Line | undefined) : undefined;

type Ordered = {
  readonly tx: WriteTx;
  readonly space: string;
  readonly key: string;
  readonly was: Counter;
  readonly is: Counter;
};

/** What an order leaves of a line, otherwise; its row says how much it took then. */
const overOrders = (change: (ordered: Ordered) => Promise<Counter>) =>
  overServer((tx) => {
    const changed = new Map<string, number>();
    return {
      putEntry: async (space, row) => {
        const was = lineOf(await tx.entry(space, row.collection, row.key))?.q;
        const is = lineOf(row)?.q;
        if (!was || !is || is.o.length !== was.o.length + 1) return tx.putEntry(space, row);
        const q = await change({ tx, space, key: row.key, was, is });
        const took = q.o.length > was.o.length ? (q.o.at(-1) ?? 0) : 0;
        if (q !== is) changed.set(row.key, took);
        return tx.putEntry(
          space,
          withQuantity(row, () => q),
        );
      },
      putOrder: (space, row, most) => {
        const taken = Object.entries(row.taken).map(([key, n]) => [key, changed.get(key) ?? n] as const);
        return tx.putOrder(space, { ...row, taken: Object.fromEntries(taken.filter(([, n]) => n > 0)) }, most);
      },
    };
  });

/** A new count under a name of this kind, written otherwise. */
const overShares = (kind: RegExp, change: (n: number, line: Line) => number) =>
  overServer((tx) => ({
    putEntry: async (space, row) => {
      const before = lineOf(await tx.entry(space, row.collection, row.key))?.q.p ?? {};
      const isNew = ([name, n]: readonly [string, number]) => kind.test(name) && n > (before[name] ?? 0);
      return tx.putEntry(
        space,
        withQuantity(row, (q) => ({
          ...q,
          p: Object.fromEntries(
            Object.entries(q.p).map((one) => [one[0], isNew(one) ? change(one[1], lineOf(row) as Line) : one[1]]),
          ),
        })),
      );
    },
  }));

/** Faults in what is set aside: what an order takes beside it, and what is taken back. */
export const plantedAside: readonly Planted[] = [
  {
    name: 'an order takes nothing of a line beside one that is set aside',
    only: ['merge'],
    plant: overOrders(async ({ tx, space, key, was, is }) => {
      const isWhole = (row: EntryRow) => row.key !== key && besideOf(lineOf(row)?.d ?? {}) === key;
      return (await tx.entries(space, 'cart')).some(isWhole) ? was : is;
    }),
  },
  {
    name: 'an order leaves what was taken back from aside',
    only: ['merge'],
    plant: overOrders(async ({ was, is }) => {
      const back = Object.keys(is.p).filter((name) => name.startsWith('a:'));
      const unseen = (q: Counter) =>
        back.reduce((sum, name) => sum + Math.max(0, (q.p[name] ?? 0) - Math.max(q.s[name] ?? 0, q.w[name] ?? 0)), 0);
      const less = unseen({ ...is, w: was.w });
      if (!less) return is;
      const w = { ...is.w, ...Object.fromEntries(back.map((name) => [name, was.w[name] ?? 0])) };
      return { ...is, w, o: [...was.o, Math.max(0, (is.o.at(-1) ?? 0) - less)] };
    }),
  },
  {
    name: 'what is taken back from aside counts twice',
    only: ['merge'],
    plant: overShares(/^a:/, (n, line) => (besideOf(line.d) === undefined ? 2 * n : n)),
  },
  {
    name: 'an undone merge gives back twice what it had taken',
    only: ['merge'],
    plant: overShares(/^u:/, (n) => 2 * n),
  },
];
