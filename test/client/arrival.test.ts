import { describe, expect, it } from 'vitest';
import { type Arrival, storeArrival } from '../../src/client/arrival.ts';
import { nextReplica } from '../../src/client/outbox.ts';
import { type OutEntry, outKey, rowKey, type Space } from '../../src/client/records.ts';
import { hashText } from '../../src/core/hash.ts';
import type { Json } from '../../src/core/json.ts';
import { emptyLine, type Line } from '../../src/core/line.ts';
import { memoryStore } from '../../src/platform/memory-store.ts';
import { at, entry } from './out-entries.ts';
import { sha256 } from './world.ts';

const cursorAt = (version: number, scope = 'data.0.0') => `${scope}.${version}.mac`;
const space: Space = { replica: 'phone', seq: 6, cursor: cursorAt(10), born: true };
const ids = { random: () => 'random-id', sha256, decodeBase64: (text: string) => text };
const arrival = (more: Partial<Arrival> = {}): Arrival => ({
  from: 10,
  cur: cursorAt(12),
  isReset: false,
  acks: [],
  rows: [],
  ...more,
});

type Before = { readonly space?: Space; readonly out?: readonly OutEntry[]; readonly rows?: Record<string, Json> };

/** What a store holds of one space after something arrived. */
const arrive = async (what: Partial<Arrival>, before: Before = {}) => {
  const store = memoryStore();
  const start = before.space ?? space;
  await store.write(async (tx) => {
    for (const each of before.out ?? []) tx.put(outKey('s', each), each as unknown as Json);
    for (const [key, value] of Object.entries(before.rows ?? {})) tx.put(rowKey('s', 'cart', key), value);
    tx.put(rowKey('other', 'cart', 'sofa'), [1, 'of another space']);
  });
  const written: string[] = [];
  const result = await store.write((tx) =>
    storeArrival(
      {
        ...tx,
        put: (key, value) => {
          written.push(key.join('/'));
          tx.put(key, value);
        },
      },
      { id: 's', space: start, arrival: arrival(what), ids, ageOf: () => 0 },
    ),
  );
  const list = (table: string) => store.read(async (tx) => (await tx.list([table, 's'])).map(([, value]) => value));
  return {
    result,
    written,
    rows: await list('row'),
    out: (await list('out')) as unknown as OutEntry[],
    space: (await list('space'))[0],
    done: (await list('done'))[0],
    others: await store.read((tx) => tx.list(['row', 'other'])),
  };
};

describe('what arrives', () => {
  it.each<[string, Partial<Arrival>, string | null]>([
    ['from where the store is', {}, cursorAt(10)],
    ['from before where the store is', { from: 7 }, cursorAt(10)],
    ['with nothing newer', { cur: cursorAt(10) }, cursorAt(10)],
    ['from the beginning into an empty store', { from: 0 }, null],
    ['as a whole', { from: 0, isReset: true, since: cursorAt(10), cur: cursorAt(3, 'other.1.0') }, cursorAt(10)],
    ['as a whole into an empty store', { from: 5, isReset: true, since: null }, null],
  ])('is stored when it comes %s', async (_, what, cursor) => {
    const { result, space: stored } = await arrive(what, { space: { ...space, cursor } });
    expect(result?.space).toEqual({ ...space, cursor: what.cur ?? cursorAt(12), born: false });
    expect(stored).toEqual(result?.space);
  });
  it.each<[string, Partial<Arrival>, string | null]>([
    ['with a hole before it', { from: 11 }, cursorAt(10)],
    ['with a hole before it in an empty store', { from: 1 }, null],
    ['overtaken by something newer', { from: 8, cur: cursorAt(9) }, cursorAt(10)],
    ['of another data set', { cur: cursorAt(12, 'other.0.0') }, cursorAt(10)],
    ['of other permissions', { cur: cursorAt(12, 'data.0.1') }, cursorAt(10)],
    ['as a whole, and more came since it was asked', { from: 0, isReset: true, since: cursorAt(9) }, cursorAt(10)],
  ])('is not, and nothing is written, when it comes %s', async (_, what, cursor) => {
    const rows = [['cart', 'sofa', 12, 'new']] as unknown as Arrival['rows'];
    const { result, written } = await arrive({ ...what, rows }, { space: { ...space, cursor } });
    expect([result, written]).toEqual([undefined, []]);
  });
  it('puts rows in place of rows, and takes away those that are gone', async () => {
    const rows = [
      ['cart', 'sofa', 12, 'new'],
      ['cart', 'lamp', 11, null],
    ] as unknown as Arrival['rows'];
    const stored = await arrive({ rows }, { rows: { sofa: [3, 'old'], lamp: [4, 'old'], desk: [5, 'old'] } });
    expect(stored.rows).toEqual([
      [5, 'old'],
      [12, 'new'],
    ]);
  });
  it('as a whole takes the place of all that was there, of this space alone', async () => {
    const rows = [['cart', 'sofa', 12, 'new']] as unknown as Arrival['rows'];
    const lamp = [4, emptyLine] as unknown as Json;
    const stored = await arrive({ isReset: true, since: space.cursor, rows }, { rows: { lamp } });
    expect(stored.rows).toEqual([[12, 'new']]);
    expect(stored.others).toHaveLength(1);
  });
});

describe('an acknowledgement', () => {
  it('takes the place of all that was there when the space has no cursor: nothing else tells what is gone', async () => {
    const { rows, result } = await arrive(
      { from: 0, rows: [['cart', 'sofa', 12, 'new']] },
      { space: { ...space, cursor: null }, rows: { lamp: [1, 'gone meanwhile'] } },
    );
    expect([rows, result?.isWhole]).toEqual([[[12, 'new']], true]);
  });
  it('takes the place of all that was there when it was asked without a cursor: the store came back since', async () => {
    const { rows, result } = await arrive(
      { from: 0, since: null, rows: [['cart', 'sofa', 12, 'new']] },
      { rows: { lamp: [1, 'gone meanwhile'] } },
    );
    expect([rows, result?.isWhole]).toEqual([[[12, 'new']], true]);
  });

  it('takes its change out of the outbox and leaves the others untouched', async () => {
    const stored = await arrive({ acks: [['change-1', 'ok', 3]] }, { out: [entry(1), entry(2)] });
    expect(stored.out).toEqual([entry(2)]);
    expect(stored.result?.left).toEqual([entry(2)]);
    expect(stored.written).toEqual(['done/s', 'space/s']);
    expect(stored.done).toEqual([['change-1']]);
  });
  it('without a stamp or a count teaches nothing', async () => {
    const put = (n: number) => entry(n, { c: 'preferences', x: { t: 'put', v: n } });
    const stored = await arrive({ acks: [['change-1', 'superseded']] }, { out: [put(1), put(2)] });
    expect(stored.out).toEqual([put(2)]);
  });
  it('with a stamp raises what later changes of its entry had seen, and stores them', async () => {
    const put = (n: number) => entry(n, { c: 'preferences', x: { t: 'put', v: n } });
    const stored = await arrive({ acks: [['change-1', 'ok', at(5)]] }, { out: [put(1), put(2)] });
    expect(stored.out).toEqual([{ ...put(2), x: { t: 'put', v: 2, bh: at(5) } }]);
    expect(stored.result?.left).toEqual(stored.out);
  });
  it('of a change that is not here is of no effect', async () => {
    const stored = await arrive({ acks: [['change-9', 'ok', at(5)]] }, { out: [entry(1)] });
    expect(stored.out).toEqual([entry(1)]);
  });
});

describe('a renewal', () => {
  const confirmed: Line = { ...emptyLine, q: { ...emptyLine.q, p: { phone: 2 } } };
  const set = (n: number, more: Partial<OutEntry> = {}) =>
    entry(n, { x: { t: 'set', v: 1, seen: { phone: 3 }, g: 0 }, ...more });

  it('takes the numbers away and makes of the first numbered change the new replica', async () => {
    const out = [entry(1), entry(2, { r: 'phone', q: 5 }), entry(3, { r: 'phone', q: 6 })];
    const stored = await arrive({ isRenewal: true }, { out });
    const replica = nextReplica(sha256, 'phone', entry(2));
    expect(stored.space).toEqual({ ...space, replica, seq: 0, cursor: cursorAt(12), born: false });
    // What had a number may have been sent with it, and says so.
    expect(stored.out).toEqual([entry(1), entry(2, { again: true }), entry(3, { again: true })]);
  });
  it('of what an older replica had numbered goes on from that one', async () => {
    const stored = await arrive({ isRenewal: true }, { out: [set(2, { r: 'older', q: 5 })] });
    const replica = nextReplica(sha256, 'older', entry(2));
    expect(stored.result?.space.replica).toBe(replica);
    const x = { t: 'set', v: 1, seen: { phone: 3 }, g: 0, mine: ['older'] } as const;
    expect(stored.out).toEqual([set(2, { again: true, x })]);
  });
  it('of an older replica takes along what a later quantity had seen of its adds', async () => {
    const later = entry(2, { x: { t: 'set', v: 1, seen: { older: 2, laptop: 1 }, g: 0 } });
    const stored = await arrive({ isRenewal: true }, { out: [entry(1, { r: 'older', q: 5 }), later] });
    const replica = nextReplica(sha256, 'older', entry(1));
    expect(stored.out.map(({ x }) => x.t === 'set' && x.seen)).toEqual([false, { [replica]: 2, laptop: 1 }]);
  });
  it('with nothing numbered has a random replica', async () => {
    const stored = await arrive(
      { isRenewal: true, acks: [['change-2', 'ok', 1]] },
      { out: [entry(1), entry(2, { r: 'phone', q: 5 })] },
    );
    expect(stored.result?.space).toMatchObject({ replica: 'random-id', seq: 0 });
  });
  it('moves what changes had seen of the old replica, as far as the server does not have it', async () => {
    const rows = { sofa: [9, confirmed] as unknown as Json };
    const stored = await arrive({ isRenewal: true }, { out: [set(1), set(2, { k: 'lamp' })], rows });
    expect(stored.out.map(({ x }) => x.t === 'set' && x.seen)).toEqual([
      { phone: 2, 'random-id': 1 },
      { 'random-id': 3 },
    ]);
  });
  it('moves what orders had seen, line by line', async () => {
    const rows = { sofa: [9, confirmed] as unknown as Json };
    const seen = { sofa: { phone: 3 }, lamp: { phone: 1 } };
    const order = entry(1, { k: 'order-1', x: { t: 'order', orderId: 'order-1', lines: [], seen } });
    const stored = await arrive({ isRenewal: true }, { out: [order], rows });
    expect(stored.out[0]?.x).toMatchObject({ seen: { sofa: { phone: 2, 'random-id': 1 }, lamp: { 'random-id': 1 } } });
  });
  it('is not made without being asked for', async () => {
    const out = [entry(2, { r: 'phone', q: 5 })];
    const stored = await arrive({}, { out });
    expect([stored.result?.space.replica, stored.result?.space.seq, stored.out]).toEqual(['phone', 6, out]);
  });
});

describe('a change of a line that is here, and not in the snapshot that arrives,', () => {
  const line: Line = { ...emptyLine, d: { sku: ['SOFA', at(1)], title: ['Sofa', at(1)], note: [null, at(1)] } };
  const sofa = [9, line] as unknown as Json;
  const snapshot = { isReset: true, since: space.cursor };
  const rowOf = (collection: string) => [[collection, 'sofa', 12, emptyLine]] as unknown as Arrival['rows'];
  const add = (f: { [field: string]: Json }) => entry(1, { x: { t: 'add', n: 1, f } });
  const withdrawn = entry(1, { x: { t: 'nop' } });
  const preference = entry(1, { c: 'preferences', x: { t: 'put', v: 1 } });

  it.each<[string, OutEntry, Arrival['rows'], OutEntry]>([
    ['brings the details of the line along', entry(1), [], add({ sku: 'SOFA', title: 'Sofa' })],
    ['keeps the details of its own', add({ title: 'Bed' }), [], add({ sku: 'SOFA', title: 'Bed' })],
    ['also where an entry elsewhere has its name', entry(1), rowOf('preferences'), add({ sku: 'SOFA', title: 'Sofa' })],
    ['brings none when the snapshot has the line', entry(1), rowOf('cart'), entry(1)],
    ['brings none when it was withdrawn', withdrawn, [], withdrawn],
    ['brings none when it is of an entry elsewhere of that name', preference, [], preference],
  ])('%s', async (_, change, rows, after) => {
    const stored = await arrive({ ...snapshot, rows }, { out: [change], rows: { sofa } });
    expect(stored.out).toEqual([after]);
    expect(stored.result?.left).toEqual([after]);
  });
  it('brings none of the line of another space', async () => {
    expect((await arrive(snapshot, { out: [entry(1)] })).out).toEqual([entry(1)]);
  });
});

describe('what a restored server answers', () => {
  const cur = cursorAt(3, 'restored.0.0');
  const lineOf = (phone: number) => ({ ...emptyLine, q: { ...emptyLine.q, p: { phone } } });
  const before = {
    out: [entry(1, { r: 'phone', q: 5 }), entry(2, { r: 'phone', q: 6 })],
    rows: { sofa: [9, lineOf(2)] as unknown as Json },
  };
  const answer = {
    isReset: true,
    since: space.cursor,
    cur,
    restoredAt: 1_000,
    rows: [['cart', 'sofa', 3, lineOf(1)]] as unknown as Arrival['rows'],
  };
  const again = (n: number, to: number) => entry(n, { r: 'phone', q: n + 4, as: [1_000, 0], to });

  it('gives the space the same new replica in every tab, which has numbered nothing', async () => {
    const { space: stored } = await arrive(answer, before);
    const replica = hashText(sha256, 'phonerestored.0.0');
    expect(stored).toEqual({ replica, seq: 0, cursor: cur, born: false });
  });
  it('makes the outbox ready by the rows that were here before', async () => {
    expect((await arrive(answer, before)).out).toEqual([again(1, 3), again(2, 4)]);
  });
  it('takes the number away of what was sent for the first time', async () => {
    const { out } = await arrive({ ...answer, given: 5 }, before);
    expect(out).toEqual([again(1, 3), entry(2, { again: true })]);
  });
});
