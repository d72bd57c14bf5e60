import { describe, expect, it } from 'vitest';
import { listOffers, renewAfterRestore } from '../../src/client/offer.ts';
import { type OutEntry, rowKey } from '../../src/client/records.ts';
import type { CollectionConfig } from '../../src/core/collection.ts';
import type { Json } from '../../src/core/json.ts';
import { emptyLine } from '../../src/core/line.ts';
import { memoryStore } from '../../src/platform/memory-store.ts';
import { wireLimits } from '../../src/protocol/wire-limits.ts';
import { entry } from './out-entries.ts';

type Row = readonly [collection: string, key: string, version: number, state: Json];

/** What a device that holds these rows offers to a server whose head is 10. */
const offersOf = (rows: readonly Row[], collections: Readonly<Record<string, CollectionConfig>> = {}) =>
  memoryStore().write(async (tx) => {
    for (const [collection, key, version, state] of rows) tx.put(rowKey('s', collection, key), [version, state]);
    tx.put(rowKey('other', 'cart', 'sofa'), [99, 'of another space']);
    return listOffers(tx, 's', { head: 10, collections });
  });
/** So many rows, in their order in the store. */
const many = (count: number, collection = 'cart'): Row[] =>
  Array.from({ length: count }, (_, n) => [collection, `line-${String(n).padStart(3, '0')}`, 11, 'x']);

describe('what is offered to a restored server', () => {
  it.each<[string, Row, boolean]>([
    ['newer than its head', ['cart', 'sofa', 11, 'x'], true],
    ['as old as its head', ['cart', 'sofa', 10, 'x'], false],
    ['older than its head', ['cart', 'sofa', 9, 'x'], false],
    ["newer, of a collection of the site's own", ['notes', 'a', 11, 'x'], true],
    ['newer, of a collection that only the server writes', ['points', 'a', 11, 'x'], false],
  ])('of a row %s', async (_, row, isOffered) => {
    const collections = { notes: { kind: 'map' }, points: { kind: 'auth' } } as const;
    expect(await offersOf([row], collections)).toEqual(isOffered ? [[row]] : []);
  });
  it('comes in lots of as many rows as a request may carry', async () => {
    const rows = many(wireLimits.maxBatchChanges + 1);
    expect(await offersOf(rows)).toEqual([rows.slice(0, -1), rows.slice(-1)]);
  });
  it.each([
    ['that just fit', 0, [['a', 'b'], ['c']]],
    ['that are one letter too long', 1, [['a'], ['b', 'c']]],
  ])('comes in lots that fit a request though each letter were of three bytes: rows %s', async (_, more, lots) => {
    const row = (key: string, text: string): Row => ['notes', key, 11, text];
    const half = wireLimits.maxBatchBytes / 3 / 2;
    const around = JSON.stringify(row('a', '')).length;
    const rows = [row('a', 'x'.repeat(half - around + more)), row('b', 'x'.repeat(half - around)), row('c', 'x')];
    expect((await offersOf(rows)).map((lot) => lot.map(([, key]) => key))).toEqual(lots);
  });
  it('is consent first, with what goes in the same request', async () => {
    const lines = many(wireLimits.maxBatchChanges + 1);
    const others: Row[] = [
      ['consent', 'personalization', 11, 'x'],
      ['preferences', 'currency', 11, 'x'],
    ];
    expect(await offersOf([...others, ...lines])).toEqual([[...lines.slice(-1), ...others], lines.slice(0, -1)]);
  });
});

/** Numbered by the replica of this device, and sent before unless it is after number 5. */
const sent = (q: number, more: Partial<OutEntry> = {}) => entry(q, { r: 'phone', q, ...more });
const set = (seen: { [replica: string]: number }) => ({ x: { t: 'set', v: 1, seen, g: 0 } }) as const;
const as = (q: number) => [1_000, 100 - q] as const;

/** An outbox after a restore; this device was told that `phone` had added two sofas and `older` five. */
const renew = (...entries: readonly OutEntry[]) =>
  memoryStore().write(async (tx) => {
    const line = { ...emptyLine, q: { ...emptyLine.q, p: { phone: 2, older: 5 } } };
    tx.put(rowKey('s', 'cart', 'sofa'), [9, line as unknown as Json]);
    const ageOf = ({ w }: OutEntry) => 100 - w;
    return renewAfterRestore(tx, entries, { id: 's', now: 1_000, given: 5, ageOf, from: 'phone', to: 'next' });
  });

describe('a change that waits for a restored server', () => {
  const put = { c: 'preferences', x: { t: 'put', v: 'EUR' } } as const;
  it.each<[string, OutEntry, OutEntry]>([
    ['never numbered goes on as it is', entry(1, put), entry(1, put)],
    [
      'numbered with the request that was answered goes on without its number',
      sent(6, put),
      entry(6, { ...put, again: true }),
    ],
    ['sent before keeps its number, and says how old it was when', sent(5, put), sent(5, { ...put, as: as(5) })],
    [
      'sent by an earlier replica does so too, whatever its number',
      sent(6, { ...put, r: 'older' }),
      sent(6, { ...put, r: 'older', as: as(6) }),
    ],
    [
      'that has said how old it was says the same again, whatever its number',
      sent(6, { ...put, as: [500, 3] }),
      sent(6, { ...put, as: [500, 3] }),
    ],
  ])('%s', async (_, before, after) => {
    // Strictly: a count is of an add alone.
    expect(await renew(before)).toStrictEqual([after]);
  });
});

describe('an add that waits for a restored server', () => {
  const counts = async (...entries: readonly OutEntry[]) => (await renew(...entries)).map(({ to }) => to);

  it('says which count it leads to: what was confirmed, and the adds before it', async () => {
    expect(await counts(sent(1), sent(2, { x: { t: 'add', n: 4 } }))).toEqual([3, 7]);
  });
  it('that has said so keeps to it, and later ones count from there', async () => {
    expect(await counts(sent(1, { to: 8 }), sent(2))).toEqual([8, 9]);
  });
  it('counts by line and by replica', async () => {
    const [lamp, older] = [{ k: 'lamp' }, { r: 'older' }];
    expect(await counts(sent(1), sent(2, lamp), sent(3, older), sent(4), sent(5, lamp))).toEqual([3, 1, 6, 4, 2]);
  });
  it('that goes on under the new replica leads to no count of the old one', async () => {
    expect(await renew(entry(1), sent(6, { to: 3 }), sent(5))).toEqual([
      entry(1),
      entry(6, { again: true }),
      sent(5, { to: 3, as: as(5) }),
    ]);
  });
});

describe('what a change had seen, and goes on under the new replica,', () => {
  it('stays with the old one as far as it was confirmed', async () => {
    const after = { ...set({ phone: 2, next: 1, laptop: 4 }).x, mine: ['phone'] };
    expect(await renew(entry(1, set({ phone: 3, laptop: 4 })))).toEqual([entry(1, { x: after })]);
  });
  it('stays with the old one as far as adds lead that keep their numbers, whatever was sent since', async () => {
    const entries = [sent(1), sent(2, set({ phone: 3 })), entry(3), entry(4, set({ phone: 4 }))];
    const after = await renew(...entries);
    expect(after[1]?.x).toEqual(entries[1]?.x);
    expect(after[3]?.x).toMatchObject({ seen: { phone: 3, next: 1 } });
  });
  it('moves of an order line by line', async () => {
    const seen = { sofa: { phone: 3 }, lamp: { phone: 1 } };
    const [order] = await renew(entry(1, { k: 'order-1', x: { t: 'order', orderId: 'order-1', lines: [], seen } }));
    expect(order?.x).toMatchObject({ seen: { sofa: { phone: 2, next: 1 }, lamp: { next: 1 } } });
  });
});
