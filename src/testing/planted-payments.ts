import type { Counter } from '../core/counter.ts';
import type { WriteTx } from '../server/store.ts';
import type { CheckoutRow } from '../server/store-checkouts.ts';
import { overServer } from './plant.ts';
import type { Planted } from './planted.ts';

const unmarked = (name: string, value: unknown): unknown => (name.startsWith('o:') ? undefined : value);

/** The server's checkouts, read otherwise. */
const overCheckouts = (change: (row: CheckoutRow, tx: WriteTx) => Promise<CheckoutRow>) =>
  overServer((tx) => ({
    checkout: async (site, id) => {
      const row = await tx.checkout(site, id);
      return row && change(row, tx);
    },
    checkouts: async (space) => Promise.all((await tx.checkouts(space)).map((row) => change(row, tx))),
  }));

/** Faults in paying, beside those of an order. */
export const plantedPayments: readonly Planted[] = [
  {
    name: 'an order that a page has told of counts again when the shop tells of it',
    only: ['checkout'],
    plant: overServer((tx) => ({
      order: async (space, orderId) => {
        const row = await tx.order(space, orderId);
        return row?.by === 'page' ? undefined : row;
      },
      // Its marks in the lines tell of it too.
      async entries(space, collection) {
        const rows = await tx.entries(space, collection);
        return rows.map((row) => ({ ...row, state: JSON.parse(JSON.stringify(row.state, unmarked)) }));
      },
    })),
  },
  {
    name: 'an order of a checkout takes what came after that began',
    only: ['checkout'],
    plant: overCheckouts(async (row, tx) => {
      const cart = await tx.entries(row.space, 'cart');
      const now = (key: string) => (cart.find((line) => line.key === key)?.state as { q?: Counter } | null)?.q?.p ?? {};
      const lines = Object.entries(row.lines).map(([key, line]) => [key, { ...line, p: now(key) }] as const);
      return { ...row, lines: Object.fromEntries(lines) };
    }),
  },
  {
    name: 'a second order of a checkout is not told of',
    only: ['checkout'],
    plant: overCheckouts(async (row) => ({ ...row, orders: [] })),
  },
  {
    name: 'who begins to pay for the same is given another checkout',
    only: ['checkout'],
    plant: overCheckouts(async (row) => ({ ...row, content: '' })),
  },
  {
    name: 'who turns away from paying loses a line',
    only: ['checkout'],
    plant: overServer((tx) => ({
      putCheckout: async (row, sinceMs) => {
        await tx.putCheckout(row, sinceMs);
        const [line] = row.status === 'abandoned' ? await tx.entries(row.space, 'cart') : [];
        if (line) await tx.putEntry(row.space, { ...line, state: null });
      },
    })),
  },
  {
    name: 'others are told of the checkouts of a customer',
    only: ['checkout'],
    plant: () => {
      const all = new Map<string, CheckoutRow>();
      return overServer((tx) => ({
        putCheckout: (row, sinceMs) => {
          all.set(row.id, row);
          return tx.putCheckout(row, sinceMs);
        },
        checkouts: async (space) => {
          const mine = await tx.checkouts(space);
          return [
            ...mine,
            ...[...all.values()].filter((row) => row.space !== space).map((row) => ({ ...row, content: '' })),
          ];
        },
      }))();
    },
  },
];
