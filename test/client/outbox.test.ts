import { describe, expect, it } from 'vitest';
import {
  formBatch,
  isKnown,
  listOut,
  moveEntry,
  nextReplica,
  numberAll,
  raiseBases,
  renumberHeld,
  toOp,
  voidFirst,
} from '../../src/client/outbox.ts';
import type { OutEntry, Space } from '../../src/client/records.ts';
import { outKey } from '../../src/client/records.ts';
import type { Counter } from '../../src/core/counter.ts';
import type { Json } from '../../src/core/json.ts';
import { memoryStore } from '../../src/platform/memory-store.ts';
import type { Ack } from '../../src/protocol/messages.ts';
import { wireLimits } from '../../src/protocol/wire-limits.ts';
import { at, entry, line } from './out-entries.ts';
import { sha256 } from './world.ts';

const space: Space = { replica: 'phone', seq: 4, cursor: null, born: true };

/** A store with these changes in the outbox of one space. */
const storeWith = async (entries: readonly OutEntry[]) => {
  const store = memoryStore();
  await store.write(async (tx) => {
    for (const each of entries) tx.put(outKey('s', each), each as unknown as Json);
    tx.put(outKey('other', entry(1)), entry(1) as unknown as Json);
  });
  return {
    batch: (
      more: { maxChanges?: number; space?: Space; isHeld?: (one: OutEntry) => boolean; owed?: readonly string[] } = {},
    ) =>
      store.write((tx) =>
        formBatch(tx, 's', more.space ?? space, {
          maxChanges: more.maxChanges ?? 100,
          isHeld: more.isHeld ?? (() => false),
          owed: more.owed ?? [],
        }),
      ),
    write: store.write,
    stored: () => store.read((tx) => listOut(tx, 's')),
    storedSpace: () => store.read((tx) => tx.get(['space', 's'])),
  };
};
const named = (entries: readonly OutEntry[]) => entries.map(({ i, r, q }) => [i, r, q]);

describe('a batch', () => {
  it('numbers what is new, in the order it was made, and stores the numbers', async () => {
    const { batch, stored, storedSpace } = await storeWith([entry(1), entry(2)]);
    const { replica, entries, space: after, left } = await batch();
    expect(replica).toBe('phone');
    expect(named(entries)).toEqual([
      ['change-1', 'phone', 5],
      ['change-2', 'phone', 6],
    ]);
    expect(await stored()).toEqual(entries);
    expect([after.seq, left]).toEqual([6, 0]);
    expect(await storedSpace()).toEqual({ ...space, seq: 6 });
  });
  it('with nothing new keeps the space as it is', async () => {
    const { batch, storedSpace } = await storeWith([entry(1, { r: 'phone', q: 4 })]);
    expect((await batch()).space).toBe(space);
    expect(await storedSpace()).toBeUndefined();
  });
  it('carries what was numbered before by number, and then what is new', async () => {
    const { batch } = await storeWith([
      entry(1),
      entry(2, { r: 'phone', q: 3 }),
      entry(3, { r: 'phone', q: 4 }),
      entry(4, { r: 'phone', q: 2 }),
      entry(5),
    ]);
    expect(named((await batch()).entries)).toEqual([
      ['change-4', 'phone', 2],
      ['change-2', 'phone', 3],
      ['change-3', 'phone', 4],
      ['change-1', 'phone', 5],
      ['change-5', 'phone', 6],
    ]);
  });
  it('is of one replica: what an older one numbered goes first and alone', async () => {
    const { batch } = await storeWith([entry(1, { r: 'old', q: 9 }), entry(2), entry(3, { r: 'phone', q: 4 })]);
    const { replica, entries, left, space: after } = await batch();
    expect([replica, named(entries)]).toEqual(['old', [['change-1', 'old', 9]]]);
    expect([left, after]).toEqual([2, space]);
  });
  it('leaves out all that a replica has numbered of which a guest has a copy whose merge is owed, and nothing else', async () => {
    const { batch } = await storeWith([
      entry(1, { r: 'first', q: 1, copied: ['before', 'guest'] }),
      entry(2, { r: 'first', q: 2 }),
      entry(3, { r: 'second', q: 1 }),
      entry(4),
    ]);
    const next = async (owed: string[]) => named((await batch({ owed })).entries);
    expect(await next(['later', 'guest'])).toEqual([['change-3', 'second', 1]]);
    expect(await next(['later'])).toEqual([
      ['change-1', 'first', 1],
      ['change-2', 'first', 2],
    ]);
  });
  it('carries consent before anything else that is new', async () => {
    const consent = { c: 'consent', k: 'personalization', x: { t: 'put', v: 'denied' } } as const;
    const { batch } = await storeWith([entry(1), entry(2, consent), entry(3), entry(4, { ...consent, k: 'ads' })]);
    expect((await batch()).entries.map(({ i }) => i)).toEqual(['change-2', 'change-4', 'change-1', 'change-3']);
  });
  it('leaves out what waits for consent, unless it is numbered already', async () => {
    const { batch, stored } = await storeWith([entry(1), entry(2, { r: 'phone', q: 4 }), entry(3, { c: 'browsing' })]);
    const { entries, left } = await batch({ isHeld: ({ c, q }) => c === 'browsing' || q === 4 });
    expect([entries.map(({ i }) => i), left]).toEqual([['change-2', 'change-1'], 0]);
    expect((await stored()).find(({ i }) => i === 'change-3')?.q).toBeUndefined();
  });
  it('carries as many as asked, says how many are left, and numbers no more than it carries', async () => {
    const { batch } = await storeWith([entry(1), entry(2), entry(3)]);
    const { entries, left, space: after } = await batch({ maxChanges: 2 });
    expect([entries.length, left, after.seq]).toEqual([2, 1, 6]);
  });
  it('stays under the bytes of a batch, with room for what text grows by; one change goes whatever its size', async () => {
    const heavy = (n: number, length: number) => entry(n, { x: { t: 'put', v: 'x'.repeat(length) } });
    const half = wireLimits.maxBatchBytes / 2;
    const alone = await storeWith([heavy(1, half + 1), entry(2)]);
    expect((await alone.batch()).entries.map(({ i }) => i)).toEqual(['change-1']);
    const bytesOf = (one: OutEntry) => JSON.stringify(one).length * 2;
    const [first, second] = [heavy(1, 1_000), heavy(2, 1)];
    const room = (wireLimits.maxBatchBytes - bytesOf(first) - bytesOf(second)) / 2;
    const fits = await storeWith([first, heavy(2, 1 + room)]);
    expect((await fits.batch()).entries).toHaveLength(2);
    const over = await storeWith([first, heavy(2, 2 + room)]);
    expect((await over.batch()).entries).toHaveLength(1);
  });
});

describe('the first numbered change', () => {
  it('is voided under its number, and given', async () => {
    const second = entry(2, { r: 'phone', q: 4 });
    const { write, stored } = await storeWith([entry(1), second, entry(3, { r: 'phone', q: 5 })]);
    expect(await write((tx) => voidFirst(tx, 's'))).toEqual(second);
    expect((await stored()).map(({ x, q }) => [x.t, q])).toEqual([
      ['add', undefined],
      ['nop', 4],
      ['add', 5],
    ]);
  });
  it('is not voided twice, nor is one without a number', async () => {
    const done = await storeWith([entry(1, { r: 'phone', q: 4, x: { t: 'nop' } })]);
    expect(await done.write((tx) => voidFirst(tx, 's'))).toBeUndefined();
    const fresh = await storeWith([entry(1)]);
    expect(await fresh.write((tx) => voidFirst(tx, 's'))).toBeUndefined();
    expect((await fresh.stored())[0]?.x.t).toBe('add');
  });
});

describe('a change on the wire', () => {
  it('has its head and its content, and nothing of the device', () => {
    const x = { t: 'put', v: 1 } as const;
    expect(toOp(entry(1, { x, r: 'phone', q: 7, at: 3, from: 2 }), 12.5)).toEqual({
      t: 'put',
      v: 1,
      q: 7,
      i: 'change-1',
      a: 12.5,
      at: 3,
      c: 'cart',
      k: 'sofa',
    });
    expect(toOp(entry(1), 0)).toMatchObject({ q: 0, n: 1 });
    expect(Object.keys(toOp(entry(1), 0))).not.toContain('again');
    expect(toOp(entry(1, { again: true }), 0)).toMatchObject({ again: true });
  });
  it('says which count an add leads to, once a restored server may have had it', () => {
    const sent = { r: 'phone', q: 7, to: 3 } as const;
    expect(toOp(entry(1, { ...sent, as: [9, 5] }), 12.5)).toMatchObject({ a: 5, as: 9, to: 3 });
    expect(toOp(entry(1, sent), 12.5)).not.toHaveProperty('to');
    expect(toOp(entry(1, { as: [9, 5] }), 12.5)).not.toHaveProperty('to');
  });
  it('leads to no count when it is no add any more', () => {
    expect(toOp(entry(1, { x: { t: 'nop' }, r: 'phone', q: 7, to: 3, as: [9, 5] }), 0)).not.toHaveProperty('to');
  });
});

describe('what a refusal says that the customer has', () => {
  const known = ['guest', 5] as const;
  it.each<[string, Partial<OutEntry>, boolean]>([
    ['what came before', { r: 'guest', q: 4 }, true],
    ['the last of it', { r: 'guest', q: 5 }, true],
    ['nothing that came after', { r: 'guest', q: 6 }, false],
    ['nothing of another replica', { r: 'phone', q: 4 }, false],
    ['nothing that was never numbered', { r: 'guest' }, false],
  ])('is %s', (_, more, isThere) => {
    expect(isKnown(entry(1, more), known)).toBe(isThere);
  });
  it('is nothing, when it says nothing', () => {
    expect([isKnown(entry(1, { r: 'guest', q: 1 }), undefined), isKnown(entry(1), undefined)]).toEqual([false, false]);
  });
});

describe('what an acknowledgement teaches later changes of the same entry', () => {
  const put: OutEntry = entry(1, { c: 'preferences', k: 'size', x: { t: 'put', v: 'L' } });
  const set = (more: object = {}): OutEntry => entry(2, { x: { t: 'set', v: 2, seen: {}, g: 0, ...more } });
  const raised = (later: OutEntry, acked: OutEntry, ...ack: unknown[]) =>
    raiseBases([later], acked, [acked.i, ...ack] as unknown as Ack)[0]?.x;

  it('is the stamp of the value', () => {
    const later = { ...put, i: 'later' };
    expect(raised(later, put, 'ok', at(5))).toEqual({ t: 'put', v: 'L', bh: at(5) });
    const sawMore = { ...later, x: { t: 'put', v: 'L', bh: at(7) } } as const;
    expect(raised(sawMore, put, 'ok', at(5))).toEqual(sawMore.x);
    expect(raised({ ...later, x: { t: 'put', v: 'L', bh: at(3) } }, put, 'ok', at(5))).toMatchObject({ bh: at(5) });
  });
  it('is the stamp of a quantity, for a later quantity', () => {
    expect(raised(set(), { ...set(), i: 'first' }, 'ok', at(5))).toMatchObject({ t: 'set', bh: at(5) });
  });
  it('is nothing for other kinds of change, which have seen no base', () => {
    const add = entry(3);
    expect(raised(add, set(), 'ok', at(5))).toBe(add.x);
    const later = set();
    expect(raised(later, entry(1), 'ok', 4)).toBe(later.x);
    expect(raised(later, entry(1, { x: { t: 'patch', f: { title: 'Sofa' } } }), 'ok', at(5))).toBe(later.x);
  });
  it('is nothing for another entry', () => {
    for (const other of [{ k: 'chair' }, { c: 'progress' }]) {
      const later = { ...set(), ...other };
      expect(raiseBases([later], { ...set(), i: 'first' }, ['first', 'ok', at(5)])[0]).toBe(later);
    }
  });
  it('is the stamp of those details that both name', () => {
    const acked = entry(1, { x: { t: 'patch', f: { title: 'Sofa', url: '/sofa' } } });
    const later = entry(2, { x: { t: 'patch', f: { title: 'Couch', image: 'c.png' } } });
    expect(raised(later, acked, 'ok', at(5))).toEqual({
      t: 'patch',
      f: { title: 'Couch', image: 'c.png' },
      fb: { title: at(5) },
    });
    const sawMore = entry(2, { x: { t: 'patch', f: { title: 'Couch', url: '/c' }, fb: { title: at(7), url: at(2) } } });
    expect(raised(sawMore, acked, 'ok', at(5))).toMatchObject({ fb: { title: at(7), url: at(5) } });
  });
  it('is, of an add with details, the stamp that comes behind its count', () => {
    const acked = entry(1, { x: { t: 'add', n: 1, f: { title: 'Sofa' } } });
    const later = entry(2, { x: { t: 'add', n: 1, f: { title: 'Couch' } } });
    expect(raised(later, acked, 'ok', 3, at(5))).toMatchObject({ fb: { title: at(5) } });
    expect(raised(later, acked, 'ok', 3)).toBe(later.x);
  });
  it('leaves what it teaches nothing as it is, so that it is not stored again', () => {
    const later = entry(2);
    expect(raiseBases([later], entry(1), ['change-1', 'ok', 3])[0]).toBe(later);
  });
});

describe('what is held over a sign-out', () => {
  const space: Space = { replica: 'phone', seq: 7, cursor: null, born: false };
  it('is numbered, consent first, and adds say where they lead to', async () => {
    const held = [
      entry(1, { x: { t: 'add', n: 2 } }),
      entry(2, { c: 'consent', x: { t: 'put', v: 'denied' } }),
      entry(3, { r: 'phone', q: 7 }),
    ];
    const { write, stored } = await storeWith(held);
    expect(await write((tx) => numberAll(tx, 's', space))).toEqual({ ...space, seq: 9 });
    const found = new Map((await stored()).map(({ i, r, q, to }) => [i, [r, q, to]]));
    expect([1, 2, 3].map((n) => found.get(`change-${n}`))).toEqual([
      ['phone', 9, 2],
      ['phone', 8, undefined],
      ['phone', 7, undefined],
    ]);
  });
  it('has no number yet where a quantity was set on nothing known: it has to find its place first', async () => {
    const blind = entry(1, { x: { t: 'set', v: 0, seen: {}, g: 0 }, from: 2 });
    const { write, stored } = await storeWith([blind]);
    expect(await write((tx) => numberAll(tx, 's', space))).toEqual(space);
    expect(await stored()).toEqual([blind]);
  });
});

describe('what a change saw, under a new replica', () => {
  const moved = (seen: Counter['p'], confirmed: Counter['p'] = {}) => {
    const result = moveEntry(entry(1, { x: { t: 'set', v: 1, seen, g: 0 } }), {
      from: 'old',
      to: 'new',
      line: () => line(confirmed),
    });
    return result.x.t === 'set' && result.x.seen;
  };
  it('keeps the acknowledged part under the old, and moves the rest', () => {
    expect(moved({ old: 5, laptop: 2 }, { old: 3 })).toEqual({ old: 3, new: 2, laptop: 2 });
    expect(moved({ old: 5, new: 1 }, { old: 3 })).toEqual({ old: 3, new: 3 });
    expect(moved({ old: 3 }, { old: 3 })).toEqual({ old: 3 });
    expect(moved({ old: 2 }, { old: 3 })).toEqual({ old: 2 });
    expect(moved({ old: 2 })).toEqual({ new: 2 });
    expect(moved({ laptop: 2 }, { old: 3 })).toEqual({ laptop: 2 });
    expect(moved({})).toEqual({});
  });
  it('is moved line by line in an order', () => {
    const order = entry(1, {
      k: 'order-1',
      x: { t: 'order', orderId: 'order-1', lines: [], seen: { sofa: { old: 2 }, lamp: { old: 1 } } },
    });
    const result = moveEntry(order, {
      from: 'old',
      to: 'new',
      line: (key) => (key === 'sofa' ? line({ old: 1 }) : undefined),
    });
    const x = { ...order.x, mine: ['old'], seen: { sofa: { old: 1, new: 1 }, lamp: { new: 1 } } };
    expect(result).toEqual({ ...order, x });
  });
  it('leaves what is on its way, and keeps its number, with the old replica', () => {
    const sent = [
      entry(1, { q: 4, r: 'old', to: 3, x: { t: 'add', n: 2 } }),
      entry(1, { q: 1, r: 'older', to: 9 }),
      entry(2, { x: { t: 'add', n: 3 } }),
    ];
    const set = entry(3, { x: { t: 'set', v: 1, seen: { old: 6 }, g: 0 } });
    const result = moveEntry(set, { from: 'old', to: 'new', line: () => line({ old: 1 }), sent });
    expect(result.x).toMatchObject({ seen: { old: 3, new: 3 } });
  });
  it('says each time which replica the device had', () => {
    const set = entry(1, { x: { t: 'set', v: 1, seen: { old: 1, older: 1 }, g: 0, mine: ['older'] } });
    const result = moveEntry(set, { from: 'old', to: 'new', line: () => line({ old: 1, older: 1 }) });
    expect(result.x).toEqual({ t: 'set', v: 1, seen: { old: 1, older: 1 }, g: 0, mine: ['older', 'old'] });
  });
  it('is nothing for an add, which saw nothing', () => {
    const add = entry(1);
    expect(moveEntry(add, { from: 'old', to: 'new', line: () => undefined })).toBe(add);
    const set = entry(2, { x: { t: 'set', v: 1, seen: { old: 2 }, g: 0 } });
    expect(moveEntry(set, { from: 'old', to: 'old', line: () => line({ old: 1 }) })).toBe(set);
  });
  it('is moved in what a sign-out held back, and not in what is numbered', async () => {
    const set = { t: 'set', v: 1, seen: { old: 2 }, g: 0 } as const;
    const { write, stored } = await storeWith([entry(1, { x: set }), entry(2, { x: set, r: 'old', q: 3 })]);
    await write((tx) =>
      renumberHeld(tx, 's', { from: 'old', to: 'new', line: () => undefined, now: 9, ageOf: () => 4.5 }),
    );
    const held = await stored();
    expect(held.map(({ x }) => x.t === 'set' && x.seen)).toEqual([{ new: 2 }, { old: 2 }]);
    // A restored server takes it as one that it may have had.
    expect(held.map(({ as }) => as)).toEqual([undefined, [9, 5]]);
  });
  it('without a number may have been sent from memory, and says so', async () => {
    const { write, stored } = await storeWith([entry(1), entry(2, { r: 'old', q: 3 })]);
    await write((tx) =>
      renumberHeld(tx, 's', { from: 'old', to: 'new', line: () => undefined, now: 9, ageOf: () => 4.5 }),
    );
    expect((await stored()).map(({ again }) => again)).toEqual([true, undefined]);
  });
});

describe('the next replica', () => {
  it('is the same for two copies that hold the same first change, and another for any other', () => {
    const next = nextReplica(sha256, 'phone', entry(1));
    expect(nextReplica(sha256, 'phone', entry(1, { n: 9 }))).toBe(next);
    expect(next).toMatch(/^[a-z2-7]{24}$/);
    expect(nextReplica(sha256, 'phone', entry(2))).not.toBe(next);
    expect(nextReplica(sha256, 'laptop', entry(1))).not.toBe(next);
  });
});
