import { expect } from 'vitest';
import { type EntryRow, ringSize, type SpaceRow, type Store } from '../../../src/server/store.ts';
import type { AuditRow } from '../../../src/server/store-channels.ts';
import type { OrderRow } from '../../../src/server/store-orders.ts';

/** Opens a store; opening again after `close` shows what was durable. */
export type ServerStoreHarness = {
  readonly durable: boolean;
  open(): Promise<Store>;
  /** Makes everything that waits for a timer due. */
  timeOut(): Promise<void>;
  dispose(): Promise<void>;
};

export type Case = { readonly name: string; readonly run: (harness: ServerStoreHarness) => Promise<void> };

export const space = (id: string, version = 0): SpaceRow => ({
  id,
  site: 'pk',
  kind: 'customer',
  secret: null,
  era: 0,
  acl: 0,
  version,
  clock: 5,
  bytes: 0,
  lines: 0,
  gcVersion: 0,
  due: 10,
});

export const entry = (key: string, version: number, more: Partial<EntryRow> = {}): EntryRow => ({
  collection: 'preferences',
  key,
  version,
  born: version,
  wall: version,
  touched: version,
  state: { v: key, h: [1, 0, 'r', 1] },
  ...more,
});

export const order = (orderId: string, more: Partial<OrderRow> = {}): OrderRow => ({
  orderId,
  by: 'page',
  at: 1,
  taken: {},
  lines: null,
  ...more,
});

export const audit = (id: string, at: number, more: Partial<AuditRow> = {}): AuditRow => ({
  id,
  at,
  by: 'key',
  key: 'till-3',
  actor: 'till-3',
  channel: 'pos',
  shelf: 'key till-3',
  act: 'read',
  collections: ['cart'],
  times: 1,
  ...more,
});

const keys = (rows: readonly { readonly key: string }[]) => rows.map(({ key }) => key);

export const serverStoreContract: readonly Case[] = [
  {
    name: 'gives back every kind of row as it was put',
    async run({ open }) {
      const store = await open();
      const rows = {
        space: {
          ...space('pk/a', 3),
          kind: 'guest' as const,
          secret: 's',
          bytes: 12,
          lines: 2,
          era: 1,
          acl: 4,
          gcVersion: 2,
          due: 6,
        },
        entry: entry('k', 3, { wall: 77, born: 2, touched: 78, state: { 'ü🛋': [null, 1.5, true, ''] } }),
        replica: { id: 'r1', last: 4, low: 2, seenAt: 9, retiredAt: null },
        applied: { q: 4, opId: 'op', ack: ['ok', 2, [1, 0, 'r', 4]] },
        claim: { guest: 'pk/g', space: 'pk/a', status: 'waiting' as const, receipt: null, carried: [1], triedAt: 8 },
        device: { id: 'd', seenAt: 1, signedOutAt: 2 },
        order: order('o1', { taken: { k: 2 }, lines: [{ sku: 'S', quantity: 2 }], channel: 'pos', actor: 'till-3' }),
      };
      await store.write(async (tx) => {
        await tx.putSpace(rows.space);
        await tx.putEntry('pk/a', rows.entry);
        await tx.putReplica('pk/a', rows.replica);
        await tx.putApplied('pk/a', 'r1', rows.applied);
        await tx.putClaim(rows.claim);
        await tx.putOrder('pk/a', rows.order, 9);
        await tx.putReceipt('pk/a', 'rc', { id: 'rc' });
        await tx.putDevice('pk/a', rows.device, 20);
        await tx.putMeta('m', 'v');
      });
      const found = await store.read(async (tx) => ({
        space: await tx.space('pk/a'),
        entry: await tx.entry('pk/a', 'preferences', 'k'),
        replica: await tx.replica('pk/a', 'r1'),
        applied: await tx.applied('pk/a', 'r1', 4),
        claim: await tx.claim('pk/g'),
        device: await tx.device('pk/a', 'd'),
        order: await tx.order('pk/a', 'o1'),
      }));
      expect(found).toEqual(rows);
      expect(await store.read((tx) => tx.receipt('pk/a', 'rc'))).toEqual({ id: 'rc' });
      expect(await store.read((tx) => tx.meta('m'))).toBe('v');
    },
  },
  {
    name: 'writes a receipt over the one of the same id',
    async run({ open }) {
      const store = await open();
      for (const undoneAtMs of [0, 5]) await store.write((tx) => tx.putReceipt('pk/a', 'rc', { undoneAtMs }));
      expect(await store.read((tx) => tx.receipt('pk/a', 'rc'))).toEqual({ undoneAtMs: 5 });
    },
  },
  {
    name: 'lists the replicas of a space by id, retired ones with when',
    async run({ open }) {
      const store = await open();
      const row = (id: string, retiredAt: number | null) => ({ id, last: 1, low: 2, seenAt: 3, retiredAt });
      await store.write(async (tx) => {
        await tx.putReplica('pk/a', row('r2', 7));
        await tx.putReplica('pk/a', row('r1', null));
        await tx.putReplica('pk/ab', row('r3', null));
      });
      expect(await store.read((tx) => tx.replicas('pk/a'))).toEqual([row('r1', null), row('r2', 7)]);
    },
  },
  {
    name: 'names the spaces that are due, the longest due first, and no others',
    async run({ open }) {
      const store = await open();
      await store.write(async (tx) => {
        for (const [id, due] of [
          ['pk/a', 30],
          ['pk/b', 10],
          ['pk/c', 20],
          ['pk/d', 41],
        ] as const)
          await tx.putSpace({ ...space(id), due });
      });
      const due = (now: number, limit: number) =>
        store.read(async (tx) => (await tx.dueSpaces(now, limit)).map(({ id }) => id));
      expect([await due(40, 9), await due(30, 2), await due(9, 9)]).toEqual([
        ['pk/b', 'pk/c', 'pk/a'],
        ['pk/b', 'pk/c'],
        [],
      ]);
    },
  },
  {
    name: 'drops an entry, a replica with what it sent, and a whole space, and nothing beside them',
    async run({ open, durable }) {
      let store = await open();
      await store.write(async (tx) => {
        for (const id of ['pk/a', 'pk/ab']) {
          await tx.putSpace(space(id, 1));
          await tx.putEntry(id, entry('x', 1));
          await tx.putEntry(id, entry('y', 2));
          for (const r of ['r', 'r2']) {
            await tx.putReplica(id, { id: r, last: 1, low: 0, seenAt: 0, retiredAt: null });
            await tx.putApplied(id, r, { q: 1, opId: `${r}-op`, ack: ['ok'] });
          }
          await tx.putOrder(id, order('o'), 9);
          await tx.putAudit(id, audit('a', 1), { most: 9, sinceMs: 0 });
          await tx.putReceipt(id, 'rc', {});
          await tx.putDevice(id, { id: 'd', seenAt: 1, signedOutAt: 0 }, 20);
        }
        await tx.putClaim({
          guest: 'pk/ab',
          space: 'pk/a',
          status: 'merged',
          receipt: null,
          carried: null,
          triedAt: 1,
        });
        await tx.dropEntry('pk/a', 'preferences', 'x');
        await tx.dropReplica('pk/a', 'r');
        await tx.dropSpace('pk/ab');
      });
      const contents = (id: string) =>
        store.read(async (tx) => ({
          space: (await tx.space(id))?.id,
          entries: keys(await tx.rowsAfter(id, 0, 9)),
          replicas: (await tx.replicas(id)).map((row) => row.id),
          applied: [await tx.applied(id, 'r', 1), await tx.applied(id, 'r2', 1)].map((row) => row?.opId),
          rest: [(await tx.order(id, 'o'))?.orderId, await tx.receipt(id, 'rc'), (await tx.device(id, 'd'))?.id],
          audit: (await tx.audit(id, { limit: 9 })).length,
        }));
      const looks = async () => {
        expect(await contents('pk/a')).toEqual({
          space: 'pk/a',
          entries: ['y'],
          replicas: ['r2'],
          applied: [undefined, 'r2-op'],
          rest: ['o', {}, 'd'],
          audit: 1,
        });
        expect(await contents('pk/ab')).toEqual({
          space: undefined,
          entries: [],
          replicas: [],
          applied: [undefined, undefined],
          rest: [undefined, undefined, undefined],
          audit: 0,
        });
        expect((await store.read((tx) => tx.claim('pk/ab')))?.status).toBe('merged');
      };
      await looks();
      if (!durable) return;
      await store.close();
      store = await open();
      await looks();
    },
  },
  {
    name: 'undoes what a body that throws has dropped',
    async run({ open }) {
      const store = await open();
      await store.write(async (tx) => {
        await tx.putSpace(space('pk/a', 1));
        await tx.putEntry('pk/a', entry('x', 1));
      });
      const thrown = store.write(async (tx) => {
        await tx.dropSpace('pk/a');
        throw new Error('no');
      });
      await expect(thrown).rejects.toThrow('no');
      expect(keys(await store.read((tx) => tx.entries('pk/a')))).toEqual(['x']);
    },
  },
  {
    name: 'knows nothing that was not put, and nothing under another space',
    async run({ open }) {
      const store = await open();
      await store.write(async (tx) => {
        await tx.putEntry('pk/a', entry('k', 1));
        await tx.putReplica('pk/a', { id: 'r', last: 1, low: 0, seenAt: 0, retiredAt: null });
        await tx.putApplied('pk/a', 'r', { q: 1, opId: 'op', ack: [] });
        await tx.putOrder('pk/a', order('o'), 9);
        await tx.putAudit('pk/a', audit('a', 1), { most: 9, sinceMs: 0 });
        await tx.putIdempotent('pk', 'key', { hash: 'h', reply: null, at: 1 });
        await tx.putReceipt('pk/a', 'rc', {});
        await tx.putDevice('pk/a', { id: 'd', seenAt: 0, signedOutAt: 0 }, 20);
        await tx.putClaim({
          guest: 'pk/g',
          space: 'pk/a',
          status: 'waiting',
          receipt: null,
          carried: null,
          triedAt: 0,
        });
      });
      const found = await store.read(async (tx) => [
        await tx.space('pk/b'),
        await tx.entry('pk/b', 'preferences', 'k'),
        await tx.replica('pk/b', 'r'),
        await tx.applied('pk/b', 'r', 1),
        await tx.receipt('pk/b', 'rc'),
        await tx.device('pk/b', 'd'),
        await tx.meta('x'),
        await tx.order('pk/b', 'o'),
        await tx.idempotent('pk2', 'key'),
        (await tx.audit('pk/b', { limit: 9 })).length || undefined,
        (await tx.entries('pk/b')).length || undefined,
        (await tx.rowsAfter('pk/b', 0, 9)).length || undefined,
        (await tx.waitingClaims('pk/b')).length || undefined,
        (await tx.guestsOf('pk/b', 9)).length || undefined,
      ]);
      expect(found).toEqual(new Array(14).fill(undefined));
    },
  },
  {
    name: 'lists the last guests that a customer was handed, merged or not yet',
    async run({ open }) {
      const store = await open();
      const claim = { receipt: null, carried: null, triedAt: 1 };
      await store.write(async (tx) => {
        await tx.putClaim({ ...claim, guest: 'pk/g2', space: 'pk/a', status: 'waiting' });
        await tx.putClaim({ ...claim, guest: 'pk/g1', space: 'pk/a', status: 'merged' });
        await tx.putClaim({ ...claim, guest: 'pk/g0', space: 'pk/a', status: 'merged', triedAt: 0 });
        await tx.putClaim({ ...claim, guest: 'pk/g3', space: 'pk/ab', status: 'merged' });
      });
      expect([...(await store.read((tx) => tx.guestsOf('pk/a', 2)))].sort()).toEqual(['pk/g1', 'pk/g2']);
    },
  },
  {
    name: 'lists changed rows in order of version, deleted ones too, and entries without them',
    async run({ open }) {
      const store = await open();
      await store.write(async (tx) => {
        await tx.putEntry('pk/a', entry('c', 9));
        await tx.putEntry('pk/a', entry('a', 4));
        await tx.putEntry('pk/a', entry('b', 5, { state: null }));
        await tx.putEntry('pk/a', entry('v', 6, { collection: 'browsing' }));
        await tx.putEntry('pk/a', entry('a', 10));
      });
      await store.read(async (tx) => {
        expect(keys(await tx.rowsAfter('pk/a', 0, 10))).toEqual(['b', 'v', 'c', 'a']);
        expect(keys(await tx.rowsAfter('pk/a', 5, 1))).toEqual(['v']);
        expect(keys(await tx.liveRows('pk/a', 10))).toEqual(['v', 'c', 'a']);
        expect(keys(await tx.entries('pk/a', 'preferences')).sort()).toEqual(['a', 'c']);
        expect(keys(await tx.entries('pk/a')).sort()).toEqual(['a', 'c', 'v']);
      });
      await store.write(async (tx) => {
        expect(await tx.countEntries('pk/a', 'preferences')).toBe(2);
        expect(keys(await tx.oldestEntries('pk/a', 'preferences', 1))).toEqual(['c']);
      });
    },
  },
  {
    name: 'remembers the newest applied changes of a replica and forgets older ones',
    async run({ open }) {
      const store = await open();
      await store.write(async (tx) => {
        for (let q = 1; q <= ringSize + 1; q++) await tx.putApplied('pk/a', 'r', { q, opId: `op${q}`, ack: ['ok'] });
      });
      await store.read(async (tx) => {
        expect(await tx.applied('pk/a', 'r', 1)).toBeUndefined();
        expect((await tx.applied('pk/a', 'r', 2))?.opId).toBe('op2');
        expect((await tx.applied('pk/a', 'r', ringSize + 1))?.opId).toBe(`op${ringSize + 1}`);
      });
    },
  },
  {
    name: 'finds applied changes by their ids in their space, whatever replica numbered them',
    async run({ open }) {
      const store = await open();
      const rows = [
        { q: 7, opId: 'op', ack: ['ok', 3] },
        { q: 1, opId: 'op "2"', ack: ['ok', 4] },
      ];
      await store.write(async (tx) => {
        for (const [n, row] of rows.entries()) await tx.putApplied('pk/a', `r${n}`, row);
        await tx.putApplied('pk/a', 'r2', { q: 3, opId: 'not asked for', ack: ['ok', 5] });
      });
      await store.read(async (tx) => {
        const all = new Map(rows.map((row) => [row.opId, row]));
        expect(await tx.appliedAs('pk/a', ['op "2"', 'op', 'other'])).toEqual(all);
        expect(await tx.appliedAs('pk/a', ['op "2"', 'op'], 'r0')).toEqual(new Map([['op', rows[0]]]));
        expect(await tx.appliedAs('pk/a', ['op'], 'r')).toEqual(new Map());
        expect(await tx.appliedAs('pk/a', [])).toEqual(new Map());
        expect(await tx.appliedAs('pk/b', ['op'])).toEqual(new Map());
        expect(await tx.appliedAs('pk', ['op'])).toEqual(new Map());
      });
    },
  },
  {
    name: 'takes a nonce once until it has ended',
    async run({ open }) {
      const store = await open();
      const use = (nonce: string, endsMs: number, now: number) => store.write((tx) => tx.useNonce(nonce, endsMs, now));
      expect(await use('n', 100, 50)).toBe(true);
      expect(await use('n', 100, 60)).toBe(false);
      expect(await use('n', 300, 101)).toBe(true);
    },
  },
  {
    name: 'keeps the devices that were seen last',
    async run({ open }) {
      const store = await open();
      for (const [id, seenAt] of [
        ['a', 1],
        ['b', 3],
        ['c', 2],
      ] as const) {
        await store.write((tx) => tx.putDevice('pk/a', { id, seenAt, signedOutAt: 0 }, 2));
      }
      const found = await store.read(async (tx) => [
        await tx.device('pk/a', 'a'),
        (await tx.device('pk/a', 'b'))?.id,
        (await tx.device('pk/a', 'c'))?.id,
      ]);
      expect(found).toEqual([undefined, 'b', 'c']);
    },
  },
  {
    name: 'undoes a body that throws, alone, and rejects with what it threw',
    async run({ open }) {
      const store = await open();
      await store.write((tx) => tx.putEntry('pk/a', entry('kept', 1)));
      const boom = new Error('boom');
      const results = await Promise.allSettled([
        store.write((tx) => tx.putEntry('pk/a', entry('before', 2))),
        store.write(async (tx) => {
          await tx.putEntry('pk/a', entry('kept', 9, { state: null }));
          await tx.putEntry('pk/a', entry('bad', 3));
          throw boom;
        }),
        store.write((tx) => tx.putEntry('pk/a', entry('after', 4))),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(results[1]).toMatchObject({ reason: boom });
      expect(keys(await store.read((tx) => tx.entries('pk/a'))).sort()).toEqual(['after', 'before', 'kept']);
    },
  },
  {
    name: 'gives up a body that never settles, and goes on with the others',
    async run({ open, timeOut }) {
      const store = await open();
      const order: string[] = [];
      const first = store.write((tx) => tx.putMeta('first', '1')).then(() => order.push('first'));
      const hung = store.write(async (tx) => {
        await tx.putMeta('hung', '1');
        await new Promise(() => {});
      });
      const last = store.write((tx) => tx.putMeta('last', '1')).then(() => order.push('last'));
      const refused = expect(hung).rejects.toMatchObject({ code: 'server/busy', retryable: true });
      await timeOut();
      await Promise.all([first, refused, last]);
      const found = await store.read(async (tx) => [
        await tx.meta('first'),
        await tx.meta('hung'),
        await tx.meta('last'),
      ]);
      expect(found).toEqual(['1', undefined, '1']);
    },
  },
  {
    name: 'refuses the transaction of a body that has ended',
    async run({ open }) {
      const store = await open();
      const late = await store.write(async (tx) => tx.putMeta);
      await expect(late('x', '1')).rejects.toMatchObject({ code: 'server/busy' });
      expect(await store.read((tx) => tx.meta('x'))).toBeUndefined();
    },
  },
  {
    name: 'lets no increment be lost among concurrent bodies',
    async run({ open }) {
      const store = await open();
      await store.write((tx) => tx.putSpace(space('pk/a')));
      const increment = () =>
        store.write(async (tx) => {
          const row = (await tx.space('pk/a')) ?? space('pk/a');
          await tx.putEntry('pk/a', entry(`k${row.version}`, row.version + 1));
          await tx.putSpace({ ...row, version: row.version + 1 });
        });
      const torn: number[] = [];
      const look = () =>
        store.read(async (tx) => {
          const head = (await tx.space('pk/a'))?.version ?? 0;
          await null;
          const rows = await tx.rowsAfter('pk/a', 0, 1_000);
          if (rows.length !== head) torn.push(head);
        });
      await Promise.all(Array.from({ length: 50 }, () => [increment(), look()]).flat());
      expect((await store.read((tx) => tx.space('pk/a')))?.version).toBe(50);
      expect(torn).toEqual([]);
    },
  },
  {
    name: 'finishes what was begun before it closes, and refuses what comes after',
    async run({ open, durable }) {
      const store = await open();
      const begun = store.write((tx) => tx.putMeta('begun', '1'));
      await store.close();
      await begun;
      await expect(store.write((tx) => tx.putMeta('x', '1'))).rejects.toMatchObject({ code: 'server/busy' });
      await expect(store.read((tx) => tx.meta('x'))).rejects.toMatchObject({ code: 'server/busy' });
      const again = await open();
      expect(await again.read((tx) => tx.meta('begun'))).toBe(durable ? '1' : undefined);
    },
  },
];
