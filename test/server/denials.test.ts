import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CoreWorld, createCoreWorld, customer, type Fields, guest, op, put, statuses } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const auth = customer('ana');
const sync = (ops: readonly Fields[], more: Fields = {}) => world.sync({ auth, ops, ...more });
const decide = (q: number, v: 'granted' | 'denied', k = 'personalization') => op(q, { c: 'consent', k, t: 'put', v });
const view = (q: number) => op(q, { c: 'browsing', k: 'v', t: 'put', v: { id: 'v' } });

describe('what rests on a consent does not come again', () => {
  it.each<[string, Fields]>([
    ['a grant', decide(1, 'granted')],
    ['a preference that is called like a purpose and is "denied"', put(1, 'personalization', 'denied')],
  ])('with %s that comes twice', async (_, first) => {
    await sync([first, decide(2, 'granted')]);
    const { cur } = await sync([view(3)]);
    const reply = await sync([first], { cur });
    expect([statuses(reply.acks), reply.ent]).toEqual([['dup'], []]);
  });

  it('with a preference that is called like its purpose', async () => {
    await sync([decide(1, 'granted')]);
    const { cur } = await sync([view(2)]);
    const reply = await sync([put(3, 'personalization', 'denied')], { cur });
    expect(reply.ent.map(([collection]) => collection)).toEqual(['preferences']);
  });

  it('with a denial that is refused, however often it comes', async () => {
    await world.dispose();
    world = createCoreWorld({ rules: { collections: { notes: {} } } });
    const { cur } = await sync([op(1, { c: 'notes', k: 'n', t: 'put', v: 'a shop’s own, and necessary' })]);
    const refused = decide(2, 'denied', 'necessary');
    for (const _ of ['once', 'twice']) {
      const reply = await sync([refused], { cur });
      expect([statuses(reply.acks), reply.ent]).toEqual([['rejected change/bad-key'], []]);
    }
  });
});

it('what a later grant allows comes again with each denial that comes twice, and of its purpose only', async () => {
  await world.dispose();
  const offers = { purpose: 'marketing' };
  world = createCoreWorld({ rules: { collections: { offers } } });
  const denied = ['personalization', 'marketing'].map((k, at) => ({ ...decide(at + 1, 'denied', k), a: 60_000 }));
  await sync(denied);
  const granted = [decide(1, 'granted'), decide(2, 'granted', 'marketing')];
  const offer = op(4, { c: 'offers', k: 'spring', t: 'put', v: true });
  const { cur } = await sync([...granted, view(3), offer, put(5, 'currency', 'EUR')], { r: 'replica_two' });
  const again = async (ops: readonly Fields[]) => (await sync(ops, { cur })).ent.map(([c, k]) => `${c} ${k}`);
  expect(await again(denied.slice(0, 1))).toEqual(['browsing v']);
  expect(await again(denied)).toEqual(['browsing v', 'offers spring']);
});

it('what a later grant allows stays as it is with a claim that comes again: nobody reads on as that guest', async () => {
  await world.dispose();
  const beforeMerge = () => {
    throw new Error('not now');
  };
  world = createCoreWorld({ hooks: { beforeMerge } });
  const visitor = guest('visitor');
  const ops = [{ ...decide(1, 'denied'), a: 60_000 }, decide(2, 'granted'), view(3)];
  const signIn = () => sync([], { r: 'replica_ana', claim: { ...visitor, r: 'replica_guest', ops } });
  const views = () => world.store.read((tx) => tx.entries(`pk_a/${visitor.guest}`, 'browsing'));
  expect((await signIn()).claim).toBe('waiting');
  const before = await views();
  world.clock.jump(61_000);
  const reply = await signIn();
  expect([reply.claim, statuses(reply.claimAcks ?? [])]).toEqual(['waiting', ['dup', 'dup', 'dup']]);
  expect([before.length, await views()]).toEqual([1, before]);
});
