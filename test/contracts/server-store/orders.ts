import { expect } from 'vitest';
import type { CheckoutRow } from '../../../src/server/store-checkouts.ts';
import { audit, type Case, order } from './contract.ts';

const kept = { most: 9, sinceMs: 0 };

/** What a server store promises of orders, and of what other channels did. */
export const orderContract: readonly Case[] = [
  {
    name: 'finds an order with what it took, in place of what was there of its id',
    async run({ open, durable }) {
      let store = await open();
      await store.write(async (tx) => {
        await tx.putOrder('pk/a', order('o', { lines: [{ sku: 'S', quantity: 3 }] }), 9);
        await tx.putOrder('pk/a', order('o', { by: 'server', taken: { k: 2 }, actor: 'till' }), 9);
      });
      if (durable) {
        await store.close();
        store = await open();
      }
      expect(await store.read((tx) => tx.order('pk/a', 'o'))).toEqual(
        order('o', { by: 'server', taken: { k: 2 }, actor: 'till' }),
      );
    },
  },
  {
    name: 'keeps the latest orders of a space, and does not count those of others',
    async run({ open }) {
      const store = await open();
      for (const [id, at] of [
        ['c', 3],
        ['a', 1],
        ['b', 2],
      ] as const) {
        await store.write((tx) => tx.putOrder('pk/a', order(id, { at }), 2));
        await store.write((tx) => tx.putOrder('pk/ab', order(id, { at }), 9));
      }
      const found = (space: string) =>
        store.read(async (tx) => [await tx.order(space, 'a'), await tx.order(space, 'b'), await tx.order(space, 'c')]);
      expect((await found('pk/a')).map((row) => row?.orderId)).toEqual([undefined, 'b', 'c']);
      expect((await found('pk/ab')).map((row) => row?.orderId)).toEqual(['a', 'b', 'c']);
    },
  },
  {
    name: 'copies the orders of a space that took something into another one, beside those that are there',
    async run({ open }) {
      const store = await open();
      const took = { taken: { k: 1 } };
      await store.write(async (tx) => {
        await tx.putOrder('pk/g', order('both', took), 9);
        await tx.putOrder('pk/g', order('guest', took), 9);
        await tx.putOrder('pk/g', order('took nothing'), 9);
        await tx.putOrder('pk/other', order('other', took), 9);
        await tx.putOrder('pk/a', order('both', { at: 7 }), 9);
        await tx.copyOrders('pk/g', 'pk/a');
      });
      const known = (id: string) => store.read(async (tx) => (await tx.order('pk/a', id))?.at);
      expect([await known('both'), await known('guest'), await known('took nothing'), await known('other')]).toEqual([
        7,
        1,
        undefined,
        undefined,
      ]);
      const isCopied = (id: string) => store.read(async (tx) => (await tx.order('pk/a', id))?.copied);
      expect([await isCopied('both'), await isCopied('guest')]).toEqual([undefined, true]);
    },
  },
  {
    name: 'lists what other channels did, the latest first and by pages, and changes it in its place',
    async run({ open }) {
      const store = await open();
      await store.write(async (tx) => {
        for (const row of [audit('b', 2), audit('a', 2), audit('c', 1), audit('d', 3)])
          await tx.putAudit('pk/a', row, kept);
        await tx.putAudit('pk/a', audit('a', 2, { times: 4, act: 'write', collections: [] }), kept);
      });
      const page = (before?: { at: number; id: string }) =>
        store.read(async (tx) => (await tx.audit('pk/a', { limit: 2, before })).map(({ id }) => id));
      expect([await page(), await page({ at: 2, id: 'b' }), await page({ at: 1, id: 'c' })]).toEqual([
        ['d', 'b'],
        ['a', 'c'],
        [],
      ]);
      expect((await store.read((tx) => tx.audit('pk/a', { limit: 9 })))[2]).toEqual(
        audit('a', 2, { times: 4, act: 'write', collections: [] }),
      );
    },
  },
  {
    name: 'forgets what other channels did long ago, and what is too much',
    async run({ open }) {
      const store = await open();
      for (const at of [1, 2, 3, 4, 5])
        await store.write((tx) => tx.putAudit('pk/a', audit(`a${at}`, at), { most: 3, sinceMs: at === 5 ? 4 : 0 }));
      const left = () => store.read(async (tx) => (await tx.audit('pk/a', { limit: 9 })).map(({ at }) => at));
      expect(await left()).toEqual([5, 4]);
      // Nobody's rows go for anybody else's.
      for (const at of [6, 7, 8])
        await store.write((tx) =>
          tx.putAudit('pk/a', audit(`b${at}`, at, { shelf: 'agent bob' }), { most: 2, sinceMs: 0 }),
        );
      expect(await left()).toEqual([8, 7, 5, 4]);
      const forget = (sinceMs: number) => store.write((tx) => tx.forgetAudit('pk/a', sinceMs));
      expect([await forget(5), await left(), await forget(9)]).toEqual([5, [8, 7, 5], undefined]);
    },
  },
  {
    name: 'keeps the answer under a key of a site, undone with its body, until its time',
    async run({ open }) {
      const store = await open();
      const row = { hash: 'h', reply: { ok: [1] }, at: 5 };
      const undone = store.write(async (tx) => {
        await tx.putIdempotent('pk', 'k', row);
        throw new Error('no');
      });
      await expect(undone).rejects.toThrow('no');
      const found = (site: string, key: string) => store.read((tx) => tx.idempotent(site, key));
      expect(await found('pk', 'k')).toBeUndefined();
      await store.write((tx) => tx.putIdempotent('pk', 'k', row));
      expect([await found('pk', 'k'), await found('pk', 'x'), await found('pk2', 'k')]).toEqual([
        row,
        undefined,
        undefined,
      ]);
      await store.write((tx) => tx.putIdempotent('pk2', 'k2', { ...row, at: 9 }));
      const isOld = (sinceMs: number) => store.read((tx) => tx.hasIdempotent(sinceMs));
      expect([await isOld(5), await isOld(6)]).toEqual([false, true]);
      await store.write((tx) => tx.forgetIdempotent(6));
      expect([await found('pk', 'k'), await found('pk2', 'k2')]).toEqual([undefined, { ...row, at: 9 }]);
      expect(await isOld(9)).toBe(false);
    },
  },
  {
    name: 'finds a checkout by its id within its site only, and those of a space, the latest first',
    async run({ open, durable }) {
      let store = await open();
      const first = checkout('c1', { openedAt: 1 });
      const rows = [first, checkout('c2', { openedAt: 3 }), checkout('c3', { openedAt: 2 })];
      await store.write(async (tx) => {
        for (const row of [...rows, checkout('c1', { site: 'pk2', space: 'pk2/a' })]) await tx.putCheckout(row, 0);
      });
      if (durable) {
        await store.close();
        store = await open();
      }
      await store.read(async (tx) => {
        expect([await tx.checkout('pk', 'c1'), await tx.checkout('pk3', 'c1'), await tx.checkout('pk', 'c')]).toEqual([
          first,
          undefined,
          undefined,
        ]);
        expect((await tx.checkouts('pk/a')).map(({ id }) => id)).toEqual(['c2', 'c3', 'c1']);
        expect((await tx.checkouts('pk2/a')).map(({ id }) => id)).toEqual(['c1']);
        expect(await tx.checkouts('pk/')).toEqual([]);
      });
    },
  },
  {
    name: 'moves a checkout to another space, forgets those of long ago, and drops those of a space with it',
    async run({ open }) {
      const store = await open();
      await store.write(async (tx) => {
        await tx.putCheckout(checkout('c1', { openedAt: 1 }), 0);
        await tx.putCheckout(checkout('c2', { openedAt: 2 }), 0);
        await tx.putCheckout(checkout('c1', { openedAt: 1, space: 'pk/b', status: 'completed', orders: ['o'] }), 0);
        await tx.putCheckout(checkout('c3', { openedAt: 5 }), 3);
      });
      const idsOf = (space: string) => store.read(async (tx) => (await tx.checkouts(space)).map(({ id }) => id));
      expect([await idsOf('pk/a'), await idsOf('pk/b')]).toEqual([['c3'], ['c1']]);
      await store.write((tx) => tx.dropSpace('pk/b'));
      expect([await idsOf('pk/a'), await idsOf('pk/b')]).toEqual([['c3'], []]);
      expect(await store.read((tx) => tx.checkout('pk', 'c1'))).toBeUndefined();
    },
  },
];

const checkout = (id: string, more: Partial<CheckoutRow> = {}): CheckoutRow => ({
  site: 'pk',
  id,
  space: 'pk/a',
  device: 'd',
  channel: 'web',
  openedAt: 1,
  content: 'h',
  status: 'open',
  orders: [],
  lines: { k: { p: { r: 1 }, quantity: 1, sku: 'S', properties: { colour: 'oak' } } },
  ...more,
});
