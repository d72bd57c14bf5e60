import type { Counter } from '../core/counter.ts';
import type { EntryRow } from '../server/store.ts';
import { overServer } from './plant.ts';
import type { Planted } from './planted.ts';

type LineState = { readonly q: Counter };

/** The row with the quantity that `change` makes of it, if it is a line. */
export const withQuantity = (row: EntryRow, change: (q: Counter) => Counter): EntryRow => {
  const state = row.state as unknown as LineState | null;
  return row.collection === 'cart' && state?.q ? { ...row, state: { ...state, q: change(state.q) } as never } : row;
};

const changed = (counts: Counter['p'], change: (share: string, n: number) => number): Counter['p'] =>
  Object.fromEntries(Object.entries(counts).map(([share, n]) => [share, change(share, n)]));

/** Faults in how many there are of a line, beside those of an add and a quantity. */
export const plantedQuantities: readonly Planted[] = [
  {
    name: 'a merge brings one more of each line than the guest had',
    plant: overServer((tx) => ({
      putEntry: (space, row) => {
        const brought = (share: string, n: number) => (share.startsWith('g:') && n < 900 ? n + 1 : n);
        return tx.putEntry(
          space,
          withQuantity(row, (q) => ({ ...q, p: changed(q.p, brought) })),
        );
      },
    })),
  },
  {
    name: 'a merge leaves a line behind',
    plant: overServer((tx) => ({
      putEntry: async (space, row) => {
        const { q } = (row.state ?? {}) as Partial<LineState>;
        const shares = Object.keys(q?.p ?? {});
        // What is merged into a line that the customer had comes over.
        if (shares.length === 1 && shares[0]?.startsWith('g:')) return;
        return tx.putEntry(space, row);
      },
    })),
  },
  {
    name: 'a quantity that comes after an order is reduced by it although it had seen it',
    plant: overServer((tx) => ({
      putEntry: (space, row) =>
        tx.putEntry(
          space,
          withQuantity(row, (q) => ({ ...q, b: [q.b[0], q.b[1], 0] })),
        ),
    })),
  },
];
