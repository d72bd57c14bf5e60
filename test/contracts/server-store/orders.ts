import { expect } from 'vitest';
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
      const left = await store.read((tx) => tx.audit('pk/a', { limit: 9 }));
      expect(left.map(({ at }) => at)).toEqual([5, 4]);
    },
  },
  {
    name: 'keeps the answer under a key of a site, undone with its body, until its time',
    async run({ open }) {
      const store = await open();
      const row = { hash: 'h', reply: { ok: [1] }, at: 5 };
      const undone = store.write(async (tx) => {
        await tx.putIdempotent('pk', 'k', row, 0);
        throw new Error('no');
      });
      await expect(undone).rejects.toThrow('no');
      const found = (site: string, key: string) => store.read((tx) => tx.idempotent(site, key));
      expect(await found('pk', 'k')).toBeUndefined();
      await store.write((tx) => tx.putIdempotent('pk', 'k', row, 0));
      expect([await found('pk', 'k'), await found('pk', 'x'), await found('pk2', 'k')]).toEqual([
        row,
        undefined,
        undefined,
      ]);
      await store.write((tx) => tx.putIdempotent('pk2', 'k2', { ...row, at: 9 }, 6));
      expect([await found('pk', 'k'), await found('pk2', 'k2')]).toEqual([undefined, { ...row, at: 9 }]);
    },
  },
];
