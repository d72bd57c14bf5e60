import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../src/client/deferred.ts';
import type { Pending } from '../../src/client/model.ts';
import { addLimbo, doneBy, matchPending, settlePending } from '../../src/client/pending.ts';
import type { OutEntry } from '../../src/client/records.ts';
import type { Done } from '../../src/client/tables.ts';
import type { Ack } from '../../src/protocol/messages.ts';
import { entry } from './out-entries.ts';
import { standOf } from './world.ts';

const pending = (n: number, stage: Pending['stage'] = 'stored'): Pending => ({
  entry: entry(n),
  saved: createDeferred(),
  synced: createDeferred(),
  stage,
});
const stands = ({ saved, synced }: Pending) => Promise.all([standOf(saved.promise), standOf(synced.promise)]);

describe("this page's changes beside the outbox", () => {
  const here = (out: readonly OutEntry[], done: readonly Done[] = [], isSame = true) => ({ out, done, isSame });

  it('are in the order of the outbox, those that are not stored yet behind', () => {
    const [a, b, c, d] = [pending(1), pending(2), pending(3, 'new'), pending(4, 'storing')];
    expect(matchPending([c, b, a, d], here([entry(1), entry(2)]))).toEqual([a, b, c, d]);
  });
  it('take what the store says of them, and keep their promises', async () => {
    const mine = pending(1);
    const numbered = entry(1, { r: 'phone', q: 5 });
    const [matched] = matchPending([mine], here([numbered]));
    expect(matched).toBe(mine);
    expect(mine.entry).toBe(numbered);
    expect(await stands(mine)).toEqual(['open', 'open']);
  });
  it('stand there once, with their promises, where the outbox has them twice', () => {
    const mine = pending(1);
    const twice = here([entry(1), entry(5, { i: mine.entry.i })]);
    const shown = matchPending(matchPending([mine], twice), twice);
    expect(shown).toEqual([mine]);
    expect(shown[0]).toBe(mine);
  });
  it('stand beside those of other pages, which are stored', async () => {
    const [other] = matchPending([], here([entry(1)]));
    expect(other).toMatchObject({ entry: entry(1), stage: 'stored' });
    expect(other && (await stands(other))).toEqual(['open', 'open']);
  });
  it('that another tab withdrew are abandoned, and stay as numbers that do nothing', async () => {
    const [mine, done] = [pending(1), { ...pending(2), entry: entry(2, { x: { t: 'nop' } }) }];
    const nop = (n: number) => entry(n, { x: { t: 'nop' }, r: 'phone', q: n });
    expect(matchPending([mine, done], here([nop(1), nop(2)])).map((one) => one.entry)).toEqual([nop(1), nop(2)]);
    expect(await stands(mine)).toEqual(['sync/abandoned', 'sync/abandoned']);
    expect(await stands(done)).toEqual(['open', 'open']);
    // They owe their numbers still.
    expect([mine.isOver, done.isOver]).toEqual([undefined, undefined]);
  });
  it('that another tab brought to the server have the end they had there', async () => {
    const [taken, refused, storing, fresh] = [pending(1), pending(2), pending(3, 'storing'), pending(4, 'new')];
    const done: Done[] = [['change-1'], ['change-2', 'change/too-many'], ['change-3']];
    for (const isSame of [true, false])
      expect(matchPending([taken, refused, storing, fresh], here([], done, isSame))).toEqual([fresh]);
    expect(await stands(taken)).toEqual(['done', 'done']);
    expect(await stands(refused)).toEqual(['change/too-many', 'change/too-many']);
    expect(await stands(storing)).toEqual(['done', 'done']);
    expect(await stands(fresh)).toEqual(['open', 'open']);
    expect([taken, storing, fresh].map(({ isOver }) => isOver)).toEqual([true, true, undefined]);
  });
  it('that are gone without a word are new again, and say that they may have been sent', async () => {
    const mine = { ...pending(1), entry: entry(1, { r: 'phone', q: 5 }) };
    const [never, storing] = [pending(2), pending(3, 'storing')];
    const left = matchPending([mine, never, storing], here([]));
    expect(left.map((one) => [one.entry, one.stage])).toEqual([
      [entry(1, { again: true }), 'new'],
      [entry(2, { again: true }), 'new'],
      [entry(3), 'storing'],
    ]);
    expect(left[0]).toBe(mine);
    expect(await stands(mine)).toEqual(['open', 'open']);
  });
  it('that another page had taken, and the outbox has again, are new again as any other when they are gone', async () => {
    const [mine, taken] = [pending(1), { ...pending(2), isTaken: true }];
    const shown = matchPending([mine, taken], here([entry(1), entry(2)]));
    expect(matchPending(shown, here([])).map(({ stage }) => stage)).toEqual(['new', 'new']);
    expect([await stands(mine), await stands(taken)]).toEqual([
      ['open', 'open'],
      ['open', 'open'],
    ]);
  });
  it('that another page has taken, and that are not in the outbox, are abandoned', async () => {
    const taken = { ...pending(1), isTaken: true };
    expect(matchPending([taken], here([]))).toEqual([]);
    expect(await stands(taken)).toEqual(['sync/abandoned', 'sync/abandoned']);
  });
  it('that are gone from another space than it was are abandoned', async () => {
    const [mine, fresh] = [pending(1), pending(2, 'new')];
    expect(matchPending([mine, fresh], here([], [], false))).toEqual([fresh]);
    expect(await stands(mine)).toEqual(['sync/abandoned', 'sync/abandoned']);
    expect(await stands(fresh)).toEqual(['open', 'open']);
  });
});

describe("nobody's changes that another page left", () => {
  it("come before this page's own, once, and are not stored in a space yet", async () => {
    const [mine, other] = [pending(3, 'new'), pending(4, 'new')];
    const all = addLimbo([mine, other], [entry(1), entry(3), entry(2)]);
    expect(all.map(({ entry: { i }, stage, isLimbo }) => [i, stage, isLimbo])).toEqual([
      ['change-1', 'new', true],
      ['change-2', 'new', true],
      ['change-3', 'new', undefined],
      ['change-4', 'new', undefined],
    ]);
    expect(all[2]).toBe(mine);
    expect(all[0] && (await stands(all[0]))).toEqual(['open', 'open']);
  });
});

describe('an answer of the server', () => {
  it.each(['ok', 'dup', 'superseded'])('%s settles both promises of its change, and no other', async (status) => {
    const [mine, other] = [pending(1), pending(2)];
    const settled = settlePending([mine, other], [['change-1', status] as unknown as Ack]);
    expect(settled).toEqual({ left: [other], collections: ['cart'], refused: [] });
    expect(await stands(mine)).toEqual(['done', 'done']);
    expect(await stands(other)).toEqual(['open', 'open']);
    expect([mine.isOver, other.isOver]).toEqual([true, undefined]);
  });
  it.each([
    ['rejected', 'change/too-many', 'change/too-many'],
    ['unsupported', 'change/unsupported', 'change/unsupported'],
    ['expired', undefined, 'change/expired'],
  ])('%s rejects with a code, for it is saved and never synced', async (status, why, code) => {
    const mine = pending(1);
    const ack = (why ? ['change-1', status, why] : ['change-1', status]) as unknown as Ack;
    expect(settlePending([mine], [ack])).toEqual({ left: [], collections: ['cart'], refused: [code] });
    expect(await stands(mine)).toEqual(['done', code]);
  });
  it('to nothing of this page changes nothing', () => {
    const mine = pending(1);
    expect(settlePending([mine], [['change-9', 'ok']])).toEqual({ left: [mine], collections: [], refused: [] });
  });
});

describe('what acknowledgements say to other tabs', () => {
  it('is the end of each change, with the code when it was refused', () => {
    const acks = [
      ['a', 'ok', 3],
      ['b', 'dup'],
      ['c', 'superseded'],
      ['d', 'rejected', 'change/too-many'],
      ['e', 'unsupported', 'change/unsupported'],
      ['f', 'expired'],
    ] as unknown as Ack[];
    const refused = [
      ['d', 'change/too-many'],
      ['e', 'change/unsupported'],
      ['f', 'change/expired'],
    ];
    expect(doneBy(acks)).toEqual([['a'], ['b'], ['c'], ...refused]);
  });
});
