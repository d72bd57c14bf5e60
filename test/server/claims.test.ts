import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import type { Line } from '../../src/core/line.ts';
import type { SyncReply } from '../../src/protocol/messages.ts';
import type { Hooks } from '../../src/server/ports.ts';
import type { CartPolicy } from '../../src/server/site.ts';
import type { Store } from '../../src/server/store.ts';
import { memoryStore } from '../../src/server/stores/memory.ts';
import {
  add,
  type CoreWorld,
  createCoreWorld,
  customer,
  type Fields,
  guest,
  lineOf,
  op,
  put,
  rowOf,
  statuses,
  type WorldOptions,
} from './core-world.ts';

let world: CoreWorld;
const start = (options: WorldOptions = {}) => {
  world = createCoreWorld(options);
};
beforeEach(() => start());
afterEach(() => world.dispose());

const ana = customer('ana');
const visitor = guest('visitor');
const claimOf = (ops: readonly Fields[] = [], by = visitor) => ({ ...by, r: 'replica_guest', ops });
const signIn = (fields: Fields = {}) =>
  world.sync({ auth: ana, r: 'replica_ana', claim: claimOf(), live: false, ...fields });

const asGuest = (ops: readonly Fields[]) => world.sync({ auth: visitor, r: 'replica_guest', ops });
const asAna = (ops: readonly Fields[]) => world.sync({ auth: ana, r: 'replica_before', device: 'device_old', ops });

const cartOf = (reply: SyncReply) =>
  Object.fromEntries(
    reply.ent.filter(([c]) => c === 'cart').map(([, key, , state]) => [key, quantityOf((state as unknown as Line).q)]),
  );
const countReceipts = async () => (await world.store.read((tx) => tx.claim(`pk_a/${visitor.guest}`)))?.receipt;

describe('signing in with a guest', () => {
  it('takes nothing again for an order that was counted for the guest', async () => {
    await asGuest([add(1, 'sofa', 3)]);
    const bought = [{ sku: 'SOFA', quantity: 2 }];
    const order = (q: number) => op(q, { k: 'o1', t: 'order', orderId: 'o1', lines: bought, seen: {} });
    await asGuest([{ ...order(2), seen: { sofa: { replica_guest: 3 } } }]);
    expect(cartOf(await signIn())).toEqual({ sofa: 1 });
    const again = await asAna([{ ...order(1), seen: { sofa: { [`g:${visitor.guest}`]: 1 } } }]);
    expect(statuses(again.acks)).toEqual(['dup known']);
    expect(cartOf(again)).toEqual({ sofa: 1 });
  });

  it('merges the guest, answers the receipt and restores the customer, in one request', async () => {
    await asAna([add(1, 'sofa', 1), add(2, 'rug', 5)]);
    await asGuest([add(1, 'sofa', 3), add(2, 'lamp', 1)]);
    const reply = await signIn();
    expect(reply.claim).toBe('merged');
    expect(cartOf(reply)).toEqual({ sofa: 3, rug: 5, lamp: 1 });
    expect(reply.receipt).toMatchObject({
      guest: visitor.guest,
      policy: 'lineage',
      added: ['lamp'],
      raised: [['sofa', 1, 3]],
      kept: [],
      dropped: [],
    });
    expect(lineOf(reply, 'sofa').q.p).toMatchObject({ [`g:${visitor.guest}`]: 2 });
  });

  it('applies the changes that the claim carries, once, before it merges', async () => {
    const first = add(1, 'sofa', 1);
    await asGuest([first]);
    const ops = [first, add(2, 'sofa', 1)];
    const reply = await signIn({ claim: claimOf(ops) });
    expect(statuses(reply.claimAcks)).toEqual(['dup', 'ok']);
    expect(cartOf(reply)).toEqual({ sofa: 2 });
  });

  it('answers the same receipt when its reply was lost and it is sent again', async () => {
    const claim = claimOf([add(1, 'sofa', 2)]);
    const first = await signIn({ claim });
    const second = await signIn({ claim });
    expect(second.receipt).toEqual(first.receipt);
    expect(statuses(second.claimAcks)).toEqual(['dup']);
    expect([second.head, cartOf(second)]).toEqual([first.head, { sofa: 2 }]);
  });

  it('knows a change that is carried again under another replica by its id', async () => {
    const change = add(1, 'sofa', 2);
    await signIn({ claim: claimOf([change]) });
    const again = { ...claimOf([{ ...change, again: true }]), r: 'replica_of_the_next_page' };
    expect(statuses((await signIn({ claim: again })).claimAcks)).toEqual(['dup']);
    expect(statuses((await signIn({ claim: { ...again, ops: [change] } })).claimAcks)).toEqual([
      'rejected auth/guest-claimed',
    ]);
  });

  it('knows a change of the guest that comes again as the customer’s, and nobody else’s', async () => {
    const change = add(1, 'sofa', 2);
    await asGuest([change]);
    await signIn();
    const again = { ...change, again: true };
    expect(statuses((await asAna([again, { ...add(2, 'lamp', 1), again: true }])).acks)).toEqual(['dup', 'ok']);
    expect(cartOf(await world.sync({ auth: ana }))).toEqual({ sofa: 2, lamp: 1 });
    const other = await world.sync({ auth: customer('ben'), r: 'replica_ben', ops: [again] });
    expect(statuses(other.acks)).toEqual(['ok']);
  });

  it('counts once what another page brought as the customer’s before the guest’s own page carries it with the claim', async () => {
    const change = add(1, 'sofa', 2);
    await asAna([{ ...change, again: true, late: true }]);
    const reply = await signIn({ claim: claimOf([change, add(2, 'lamp', 1)]) });
    expect(statuses(reply.claimAcks)).toEqual(['dup', 'ok']);
    expect(cartOf(await world.sync({ auth: ana }))).toEqual({ sofa: 2, lamp: 1 });
  });

  it('lets what the customer has win over what is found of the guest after the merge, but for a denial', async () => {
    await asAna([put(1, 'size', '42'), put(2, 'analytics', 'granted', { c: 'consent' })]);
    const late = { again: true, late: true };
    const found = [
      { ...put(3, 'size', '38'), ...late },
      { ...put(4, 'colour', 'red'), ...late },
      { ...put(5, 'analytics', 'denied', { c: 'consent' }), ...late },
      { ...add(6, 'sofa', 1), ...late },
    ];
    const reply = await asAna(found);
    expect(statuses(reply.acks)).toEqual(['superseded', 'ok', 'ok', 'ok']);
    const all = await world.sync({ auth: ana });
    const value = (c: string, key: string) => (rowOf(all, c, key)?.[3] as { v?: unknown } | undefined)?.v;
    expect([value('preferences', 'size'), value('preferences', 'colour'), value('consent', 'analytics')]).toEqual([
      '42',
      'red',
      'denied',
    ]);
    // A guest has nobody to give way to.
    await asGuest([put(1, 'size', '38')]);
    expect(statuses((await asGuest([{ ...put(2, 'size', '40'), ...late }])).acks)).toEqual(['ok']);
  });

  it('lets the last of what is found of the guest win where the customer had nothing', async () => {
    const late = { again: true, late: true };
    await asAna([put(1, 'analytics', 'denied', { c: 'consent' })]);
    const found = [
      { ...put(2, 'size', '38'), ...late },
      { ...put(3, 'size', '40'), ...late },
      { ...put(4, 'analytics', 'denied', { c: 'consent' }), ...late },
      { ...put(5, 'analytics', 'granted', { c: 'consent' }), ...late },
    ];
    expect(statuses((await asAna(found)).acks)).toEqual(['ok', 'ok', 'ok', 'superseded']);
    const all = await world.sync({ auth: ana });
    expect(rowOf(all, 'preferences', 'size')?.[3]).toMatchObject({ v: '40' });
    expect(rowOf(all, 'consent', 'analytics')?.[3]).toMatchObject({ v: 'denied' });
  });

  it('lets what comes late in two parts, or after a merge of the first, not give way to itself', async () => {
    const late = { again: true, late: true };
    await asGuest([put(1, 'colour', 'red'), put(2, 'size', '36')]);
    await signIn();
    await world.clock.pass(1_000);
    await asAna([put(1, 'size', '37')]);
    expect(statuses((await asAna([{ ...put(2, 'style', 'plain'), ...late }])).acks)).toEqual(['ok']);
    await world.clock.pass(1_000);
    const found = [
      { ...put(3, 'style', 'loud'), ...late },
      { ...put(4, 'colour', 'blue'), ...late },
      { ...put(5, 'size', '38'), ...late },
    ];
    expect(statuses((await asAna(found)).acks)).toEqual(['ok', 'ok', 'superseded']);
    await world.clock.pass(1_000);
    expect(statuses((await asAna([{ ...put(6, 'colour', 'green'), ...late }])).acks)).toEqual(['ok']);
    await world.clock.pass(1_000);
    // In one batch with a word of the customer's own, and after it.
    const own = [put(7, 'colour', 'grey'), { ...put(8, 'colour', 'pink'), ...late }];
    expect(statuses((await asAna(own)).acks)).toEqual(['ok', 'superseded']);
    await world.clock.pass(1_000);
    expect(statuses((await asAna([{ ...put(9, 'colour', 'pink'), ...late }])).acks)).toEqual(['superseded']);
    const all = await world.sync({ auth: ana });
    expect(rowOf(all, 'preferences', 'colour')?.[3]).toMatchObject({ v: 'grey' });
    expect(rowOf(all, 'preferences', 'style')?.[3]).toMatchObject({ v: 'loud' });
  });

  it('counts a change once that one page had placed with the customer, and another with the guest', async () => {
    const change = { ...add(1, 'sofa', 2), again: true };
    await asAna([change]);
    const reply = await signIn({ claim: claimOf([change, add(2, 'lamp', 1)]) });
    expect(statuses(reply.claimAcks)).toEqual(['dup', 'ok']);
    expect(cartOf(reply)).toEqual({ sofa: 2, lamp: 1 });
  });

  it('merges once when two devices do it at the same moment', async () => {
    await asGuest([add(1, 'sofa', 2)]);
    const replies = await Promise.all([signIn({ device: 'device_a' }), signIn({ device: 'device_b', r: 'replica_b' })]);
    expect(replies.map(({ claim }) => claim)).toEqual(['merged', 'merged']);
    expect(replies[0]?.receipt?.id).toBe(replies[1]?.receipt?.id);
    expect(cartOf(await world.sync({ auth: ana }))).toEqual({ sofa: 2 });
  });

  it('has no receipt when the guest had nothing, and binds the guest all the same', async () => {
    const reply = await signIn();
    expect([reply.claim, reply.receipt]).toEqual(['merged', undefined]);
    expect(await world.refusal({ auth: visitor, ops: [add(1, 'x', 1)] })).toEqual([410, 'auth/guest-claimed']);
  });

  it('of another customer is refused, and so is the guest itself from then on', async () => {
    await asGuest([add(1, 'sofa', 2)]);
    await signIn();
    expect(await world.refusal({ auth: customer('ben'), claim: claimOf() })).toEqual([410, 'auth/guest-claimed']);
    expect(await world.refusal({ auth: visitor })).toEqual([410, 'auth/guest-claimed']);
    expect((await world.sync({ auth: customer('ben') })).ent).toEqual([]);
  });

  it('is refused with the number up to which the guest is another customer, merged or waiting', async () => {
    const knownOf = async (request: Fields) => (await world.refusedWith(request))?.known;
    await asGuest([add(1, 'sofa', 2)]);
    await signIn({ claim: claimOf([add(2, 'lamp', 1)]) });
    const { r } = claimOf();
    expect(await knownOf({ auth: customer('ben'), claim: claimOf() })).toEqual([r, 2]);
    expect(await knownOf({ auth: visitor, r })).toEqual([r, 2]);
    expect(await knownOf({ auth: visitor, r: 'replica_of_nobody' })).toEqual(['replica_of_nobody', 0]);
    const ofAnotherCopy = [add(2, 'rug', 1)];
    expect(await knownOf({ auth: customer('ben'), claim: claimOf(ofAnotherCopy) })).toEqual([r, 1]);
    expect(await knownOf({ auth: visitor, r, ops: ofAnotherCopy })).toEqual([r, 1]);
  });

  it('needs the secret of the guest', async () => {
    await asGuest([add(1, 'sofa', 2)]);
    const thief = { ...visitor, secret: 'another_secret_0123456789' };
    const claim = { ...claimOf(), ...thief };
    expect(await world.refusal({ auth: ana, claim })).toEqual([401, 'auth/guest-secret']);
    expect(await world.refusal({ auth: thief })).toEqual([401, 'auth/guest-secret']);
    expect((await world.sync({ auth: ana })).ent).toEqual([]);
    expect(cartOf(await world.sync({ auth: visitor }))).toEqual({ sofa: 2 });
  });

  it('is refused to a guest', async () => {
    expect(await world.refusal({ auth: guest('other'), claim: claimOf() })).toEqual([400, 'request/malformed']);
  });

  it('does not take a customer of that name on another site for the same', async () => {
    await world.sync({ auth: visitor, site: 'pk_b', r: 'replica_guest', ops: [add(1, 'sofa', 9)] });
    const reply = await signIn();
    expect(cartOf(reply)).toEqual({});
    expect(cartOf(await world.sync({ auth: visitor, site: 'pk_b' }))).toEqual({ sofa: 9 });
  });
});

describe('the policy', () => {
  const carts: readonly (readonly [CartPolicy | undefined, Fields])[] = [
    ['lineage', { sofa: 3, rug: 5, lamp: 1, chair: 4 }],
    ['max', { sofa: 3, rug: 5, lamp: 1, chair: 4 }],
    ['sum', { sofa: 4, rug: 5, lamp: 1, chair: 6 }],
    ['guest', { sofa: 3, rug: 5, lamp: 1, chair: 2 }],
    ['customer', { sofa: 1, rug: 5, chair: 4 }],
  ];
  it.each(carts)('%s decides each quantity', async (mergeCart, expected) => {
    await world.dispose();
    start({ rules: mergeCart ? { merge: { cart: mergeCart } } : {} });
    await asAna([add(1, 'sofa', 1), add(2, 'rug', 5), add(3, 'chair', 4)]);
    await asGuest([add(1, 'sofa', 3), add(2, 'lamp', 1), add(3, 'chair', 2)]);
    const reply = await signIn();
    expect(cartOf(reply)).toEqual(expected);
    expect(reply.receipt?.policy).toBe(mergeCart);
    if (mergeCart === 'customer') expect(reply.receipt?.dropped).toEqual(['sofa', 'lamp', 'chair']);
    if (mergeCart === 'guest') expect(lineOf(reply, 'rug').d.parked?.[0]).toBe('merge/guest');
  });

  it('never brings a line over the maximum, and says so', async () => {
    await world.dispose();
    start({ rules: { merge: { cart: 'sum' } } });
    await asAna([add(1, 'sofa', 600)]);
    await asGuest([add(1, 'sofa', 600)]);
    const reply = await signIn();
    expect([cartOf(reply), reply.receipt?.clamped]).toEqual([{ sofa: 999 }, [['sofa', 1200, 999]]]);
  });

  it('leaves out lines that the guest had removed', async () => {
    await asGuest([add(1, 'sofa', 2), op(2, { k: 'sofa', t: 'set', v: 0, seen: { replica_guest: 2 }, g: 0 })]);
    const reply = await signIn();
    expect([cartOf(reply), reply.receipt?.added]).toEqual([{}, []]);
  });

  it('drops what does not fit into the cart, and says which', async () => {
    await asAna(Array.from({ length: 100 }, (_, n) => add(n + 1, `a${n}`, 1)));
    await asAna(Array.from({ length: 99 }, (_, n) => add(n + 101, `b${n}`, 1)));
    await asGuest([add(1, 'first', 1), add(2, 'second', 1)]);
    const { receipt } = await signIn();
    expect([receipt?.added, receipt?.dropped]).toEqual([['first'], ['second']]);
  });
});

describe('other state', () => {
  const consent = (q: number, v: string) => op(q, { c: 'consent', k: 'personalization', t: 'put', v });
  const view = (q: number, k: string, a: number) =>
    op(q, { c: 'browsing', k, t: 'put', v: { kind: 'product', id: k }, a });

  it('keeps explicit preferences of the customer and fills in those of the guest', async () => {
    await asAna([put(1, 'currency', 'EUR'), put(2, 'size', 'M'), put(3, 'size', null)]);
    await asGuest([put(1, 'currency', 'USD'), put(2, 'language', 'es'), put(3, 'size', 'L')]);
    const reply = await signIn();
    const values = ['currency', 'language', 'size'].map((key) => rowOf(reply, 'preferences', key)?.[3]);
    expect(values).toMatchObject([{ v: 'EUR' }, { v: 'es' }, { v: 'L' }]);
  });

  it('unites what was viewed, the latest view of each', async () => {
    await asAna([consent(1, 'granted'), view(2, 'sofa', 9_000), view(3, 'rug', 0)]);
    await asGuest([consent(1, 'granted'), view(2, 'sofa', 1_000), view(3, 'lamp', 0)]);
    const reply = await signIn();
    const now = world.clock.now();
    expect(rowOf(reply, 'browsing', 'sofa')?.[3]).toMatchObject({ h: [now - 1_000, 0, 'replica_guest', 2] });
    expect(
      reply.ent
        .filter(([c]) => c === 'browsing')
        .map(([, key]) => key)
        .sort(),
    ).toEqual(['lamp', 'rug', 'sofa']);
  });

  it.each([
    ['denied', 'granted', 'denied', 0],
    ['granted', 'denied', 'denied', 0],
    [undefined, 'granted', 'granted', 1],
    ['granted', undefined, 'granted', 1],
  ])('takes the stricter consent: customer %s, guest %s, then %s', async (mine, guests, merged, views) => {
    if (mine) await asAna([consent(1, mine), ...(mine === 'granted' ? [view(2, 'sofa', 0)] : [])]);
    if (guests) await asGuest([consent(1, guests), ...(guests === 'granted' ? [view(2, 'sofa', 0)] : [])]);
    const reply = await signIn();
    expect(rowOf(reply, 'consent', 'personalization')?.[3]).toMatchObject({ v: merged });
    expect(reply.ent.filter(([c]) => c === 'browsing')).toHaveLength(views);
  });

  it('fills in traits that the customer has not set', async () => {
    const traits = (q: number, f: Fields) => op(q, { c: 'identity', k: 'traits', t: 'patch', f });
    await asAna([traits(1, { displayName: 'Ana' })]);
    await asGuest([traits(1, { displayName: 'Visitor', newsletter: true })]);
    const state = rowOf(await signIn(), 'identity', 'traits')?.[3] as Record<string, [unknown]>;
    expect([state.displayName?.[0], state.newsletter?.[0]]).toEqual(['Ana', true]);
  });
});

describe('a merge that fails', () => {
  let failing = true;
  const hook = (beforeMerge: NonNullable<Hooks['beforeMerge']>): Hooks => ({ beforeMerge });
  const minute = 60_000;

  const scenario = async () => {
    const first = signIn({ claim: claimOf([add(1, 'sofa', 2)]) });
    await world.clock.pass(3_000);
    return first;
  };
  const expectOneReceipt = async () => {
    const done = await signIn();
    const again = await signIn();
    expect([done.claim, again.claim, cartOf(again)]).toEqual(['merged', 'merged', { sofa: 2 }]);
    expect(again.receipt?.id).toBe(done.receipt?.id);
    expect(await countReceipts()).toBe(done.receipt?.id);
  };

  beforeEach(() => {
    failing = true;
  });

  it('because a hook throws: signed in, the claim waits with its changes, and the retry merges once', async () => {
    await world.dispose();
    start({
      hooks: hook(() => {
        if (failing) throw new Error('no');
      }),
    });
    const first = await scenario();
    expect([first.claim, first.customer, statuses(first.claimAcks), first.receipt]).toEqual([
      'waiting',
      'ana',
      ['ok'],
      undefined,
    ]);
    failing = false;
    expect((await signIn()).claim).toBe('waiting');
    await world.clock.pass(minute);
    await expectOneReceipt();
  });

  it('and an age that was said once grows once while its change is carried', async () => {
    await world.dispose();
    start({
      hooks: hook(() => {
        if (failing) throw new Error('no');
      }),
    });
    const days = 24 * 60 * minute;
    const old = { ...add(1, 'sofa', 2), a: 16 * days, as: world.clock.now(), again: true };
    expect((await signIn({ claim: claimOf([old]) })).claim).toBe('waiting');
    failing = false;
    await world.clock.pass(10 * days);
    await signIn();
    const reply = await asAna([]);
    expect([cartOf(reply), JSON.stringify(reply.ent).includes('change/expired')]).toEqual([{ sofa: 2 }, false]);
  });

  it('because a hook hangs 30 s: signed in within 3 s of the clock, and what the hook does later changes nothing', async () => {
    await world.dispose();
    start({ hooks: hook(() => (failing ? new Promise((done) => world.clock.timer(30_000, done)) : undefined)) });
    const first = await scenario();
    expect([first.claim, first.customer]).toEqual(['waiting', 'ana']);
    failing = false;
    await world.clock.pass(30_000);
    expect((await signIn()).claim).toBe('waiting');
    await world.clock.pass(minute);
    await expectOneReceipt();
  });

  const failingStore = (fail: () => Promise<never>): Store => {
    const real = memoryStore();
    let writes = 0;
    return {
      ...real,
      // The first write makes the data set's keys; the second is the merge.
      write: (body) => (failing && ++writes > 1 ? fail() : real.write(body)),
    };
  };

  it('because the store is lost: signed in, nothing is acknowledged, and the device carries its changes again', async () => {
    await world.dispose();
    start({ store: failingStore(() => Promise.reject(new Error('disk gone'))) });
    const claim = claimOf([add(1, 'sofa', 2)]);
    const first = await signIn({ claim });
    expect([first.claim, first.claimAcks, first.customer]).toEqual(['waiting', [], 'ana']);
    failing = false;
    expect((await signIn({ claim })).claim).toBe('merged');
    await expectOneReceipt();
  });

  it.each([
    ['the guest', claimOf()],
    ['a guest whose turn is after another one', { ...claimOf([], guest('second')), also: [visitor.guest] }],
  ])('because the store is lost for the claim alone: what comes again of %s counts once', async (_, claim) => {
    const real = memoryStore();
    let lost = 0;
    await world.dispose();
    start({
      store: {
        ...real,
        write: (body) => (lost-- > 0 ? Promise.reject(new Error('disk gone')) : real.write(body)),
      },
    });
    const change = add(1, 'sofa', 2);
    await asGuest([change]);
    lost = 2;
    const found = { ...change, again: true, late: true };
    const first = await signIn({ claim, ops: [found] });
    expect([first.claim, statuses(first.acks)]).toEqual(['waiting', ['dup']]);
    expect((await signIn()).claim).toBe('merged');
    expect(cartOf(await world.sync({ auth: ana }))).toEqual({ sofa: 2 });
  });

  it('because the store hangs: signed in within 3 s of the clock', async () => {
    await world.dispose();
    start({ store: failingStore(() => new Promise(() => {})) });
    const first = await scenario();
    expect([first.claim, first.claimAcks]).toEqual(['waiting', []]);
    failing = false;
    expect((await signIn({ claim: claimOf([add(1, 'sofa', 2)]) })).claim).toBe('merged');
    await expectOneReceipt();
  });

  it('is tried again by any later sync of the customer, at most once a minute for all devices together', async () => {
    let tries = 0;
    await world.dispose();
    start({
      hooks: hook(() => {
        tries++;
        if (failing) throw new Error('no');
      }),
    });
    await scenario();
    const devices = ['device_a', 'device_b', 'device_c'];
    const all = () => Promise.all(devices.map((device) => world.sync({ auth: ana, device, r: `replica_${device}` })));
    await all();
    expect(tries).toBe(1);
    await world.clock.pass(minute);
    await all();
    expect(tries).toBe(2);
    failing = false;
    await world.clock.pass(minute);
    const replies = await all();
    expect(tries).toBe(3);
    expect(replies.filter(({ receipt }) => receipt)).toHaveLength(1);
    expect(replies.every(({ claim }) => claim === undefined)).toBe(true);
    await expectOneReceipt();
  });

  it('keeps the changes as old as they are', async () => {
    await world.dispose();
    start({
      hooks: hook(() => {
        if (failing) throw new Error('no');
      }),
    });
    const madeAt = world.clock.now() - 5_000;
    await signIn({ claim: claimOf([put(1, 'currency', 'EUR', { a: 5_000 })]) });
    failing = false;
    await world.clock.pass(minute);
    expect(rowOf(await signIn(), 'preferences', 'currency')?.[3]).toMatchObject({ h: [madeAt, 0, 'replica_guest', 1] });
  });

  it('is still refused to another customer while it waits', async () => {
    await world.dispose();
    start({
      hooks: hook(() => {
        throw new Error('no');
      }),
    });
    await scenario();
    expect(await world.refusal({ auth: customer('ben'), claim: claimOf() })).toEqual([410, 'auth/guest-claimed']);
    expect(await world.refusal({ auth: visitor, ops: [add(9, 'x', 1)] })).toEqual([410, 'auth/guest-claimed']);
  });

  it('leaves no timer behind', async () => {
    await signIn();
    expect(world.clock.timers).toBe(0);
  });
});
