import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../src/client/deferred.ts';
import type { Pending } from '../../src/client/model.ts';
import { addLimbo, matchPending, settlePending } from '../../src/client/pending.ts';
import type { OutEntry } from '../../src/client/records.ts';
import type { Ack } from '../../src/protocol/messages.ts';
import { standOf } from './world.ts';

const entry = (n: number, more: Partial<OutEntry> = {}): OutEntry => ({
  n,
  i: `change-${n}`,
  c: 'cart',
  k: 'sofa',
  x: { t: 'add', n: 1 },
  w: n,
  at: 0,
  ...more,
});
const pending = (n: number, stage: Pending['stage'] = 'stored'): Pending => ({
  entry: entry(n),
  saved: createDeferred(),
  synced: createDeferred(),
  stage,
});
const stands = ({ saved, synced }: Pending) => Promise.all([standOf(saved.promise), standOf(synced.promise)]);

describe("this page's changes beside the outbox", () => {
  it('are in the order of the outbox, those that are not stored yet behind', () => {
    const [a, b, c, d] = [pending(1), pending(2), pending(3, 'new'), pending(4, 'storing')];
    expect(matchPending([c, b, a, d], [entry(1), entry(2)])).toEqual([a, b, c, d]);
  });
  it('take what the store says of them, and keep their promises', () => {
    const mine = pending(1);
    const numbered = entry(1, { r: 'phone', q: 5 });
    const [matched] = matchPending([mine], [numbered]);
    expect(matched).toBe(mine);
    expect(mine.entry).toBe(numbered);
  });
  it('stand beside those of other pages, which are stored', async () => {
    const [other] = matchPending([], [entry(1)]);
    expect(other).toMatchObject({ entry: entry(1), stage: 'stored' });
    expect(other && (await stands(other))).toEqual(['open', 'open']);
  });
  it('that are gone from the outbox were brought to the server by another tab', async () => {
    const [mine, fresh, storing] = [pending(1), pending(2, 'new'), pending(3, 'storing')];
    expect(matchPending([mine, fresh, storing], [])).toEqual([fresh, storing]);
    expect(await stands(mine)).toEqual(['done', 'done']);
    expect(await stands(fresh)).toEqual(['open', 'open']);
    expect(await stands(storing)).toEqual(['open', 'open']);
  });
});

describe("nobody's changes that another page left", () => {
  it("come before this page's own, once, and are not stored in a space yet", async () => {
    const mine = pending(3, 'new');
    const all = addLimbo([mine], [entry(1), entry(3), entry(2)]);
    expect(all.map(({ entry: { i }, stage, isLimbo }) => [i, stage, isLimbo])).toEqual([
      ['change-1', 'new', true],
      ['change-2', 'new', true],
      ['change-3', 'new', undefined],
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
