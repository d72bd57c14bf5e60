import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkoutCollection } from '../../src/core/collection.ts';
import { quantityOf } from '../../src/core/counter.ts';
import type { Line } from '../../src/core/line.ts';
import type { Hooks, Log, MergeContext, MergeDecision } from '../../src/server/ports.ts';
import { memoryStore } from '../../src/server/stores/memory.ts';
import {
  add,
  type CoreWorld,
  createCoreWorld,
  customer,
  type Fields,
  guest,
  op,
  put,
  rowOf,
  statuses,
} from './core-world.ts';

let world: CoreWorld;
let contexts: MergeContext[] = [];
let decide: Hooks['beforeMerge'] = () => {};
let logged: string[] = [];
const log: Log = {
  info() {},
  warn: (event, { detail = '' } = {}) => void logged.push(`${event} ${detail}`),
  error() {},
};
beforeEach(() => {
  contexts = [];
  logged = [];
  decide = () => {};
  const beforeMerge: Hooks['beforeMerge'] = (context) => {
    contexts.push(context);
    return decide?.(context);
  };
  world = createCoreWorld({ hooks: { beforeMerge }, log });
});
afterEach(() => world.dispose());

const ana = customer('ana');
const visitor = guest('visitor');
const asGuest = (ops: readonly Fields[]) => world.sync({ auth: visitor, r: 'replica_guest', ops });
const asAna = (ops: readonly Fields[]) => world.sync({ auth: ana, r: 'replica_before', device: 'device_old', ops });
const signIn = (ops: readonly Fields[] = [], more: Fields = {}) =>
  world.sync({ auth: ana, r: 'replica_ana', claim: { ...visitor, r: 'replica_guest', ops, ...more } });
const sofaOf = async () => {
  const line = rowOf(
    await world.sync({ auth: ana, r: 'replica_reader', device: 'device_reader' }),
    'cart',
    'sofa',
  )?.[3];
  return line && quantityOf((line as unknown as Line).q);
};

describe('the hook before a merge', () => {
  it('sees what the sign-in carries, and what the customer has', async () => {
    await asAna([add(1, 'rug', 1)]);
    await signIn([add(1, 'sofa', 2), put(2, 'size', 'M')], { during: 'checkout' });
    expect(contexts).toMatchObject([
      {
        site: 'pk_a',
        customer: 'ana',
        guest: visitor.guest,
        during: 'checkout',
        collections: { cart: { sofa: { q: { p: { replica_guest: 2 } } } }, preferences: { size: { v: 'M' } } },
        cart: { sofa: {} },
        customerCart: { rug: {} },
      },
    ]);
    expect(contexts[0]?.signal.aborted).toBe(false);
  });

  it('sees names that every object has as the guest’s own, and nothing of the process changes with them', async () => {
    const names = ['hasOwnProperty', 'toLocaleString', 'valueOf'];
    const before = names.map((name) => Object.getOwnPropertyNames(Reflect.get(Object.prototype, name)));
    await signIn([
      ...names.map((c, at) => put(at + 1, 'call', at, { c })),
      add(4, 'toString', 1),
      put(5, 'isPrototypeOf', 2),
    ]);
    expect(names.map((name) => Object.getOwnPropertyNames(Reflect.get(Object.prototype, name)))).toEqual(before);
    const { collections, cart, customerCart } = contexts[0] as MergeContext;
    expect(names.map((name) => collections[name]?.['call'])).toMatchObject([{ v: 0 }, { v: 1 }, { v: 2 }]);
    expect(Object.keys(cart)).toEqual(['toString']);
    expect([collections['constructor'], cart['valueOf'], customerCart['toString']]).toEqual(Array(3).fill(undefined));
  });

  it('answers the changes of the sign-in with what became of them, also while the merge waits', async () => {
    decide = () => {
      throw new Error('not now');
    };
    const bad = op(2, { c: 'browsing', k: 'sofa', t: 'put', v: 1 });
    const first = await signIn([add(1, 'sofa', 2), bad]);
    expect([first.claim, statuses(first.claimAcks)]).toEqual(['waiting', ['ok', 'rejected consent/required']]);
    decide = () => {};
    world.clock.jump(60_000);
    const again = await signIn([]);
    expect([again.claim, again.receipt?.added, await sofaOf()]).toEqual(['merged', ['sofa'], 2]);
    expect(contexts[0]?.signal.aborted).toBe(true);
  });

  it('may choose other policies for this merge', async () => {
    await asAna([add(1, 'sofa', 2), put(2, 'size', 'S')]);
    await asGuest([add(1, 'sofa', 3), put(2, 'size', 'M')]);
    decide = async (): Promise<MergeDecision> => ({ policy: { cart: 'sum', preferences: 'guest' } });
    const reply = await signIn();
    expect([reply.receipt?.policy, await sofaOf(), rowOf(reply, 'preferences', 'size')?.[3]]).toMatchObject([
      'sum',
      5,
      { v: 'M' },
    ]);
  });

  it('may veto a collection, which is named and stays behind', async () => {
    await asAna([add(1, 'sofa', 2)]);
    await asGuest([add(1, 'sofa', 3), put(2, 'size', 'M')]);
    decide = () => ({ veto: ['cart'] });
    const reply = await signIn();
    expect(reply.receipt).toMatchObject({ dropped: ['sofa'], raised: [], reasons: { sofa: 'merge/vetoed' } });
    expect([await sofaOf(), rowOf(reply, 'preferences', 'size')?.[3]]).toMatchObject([2, { v: 'M' }]);
  });

  it('that vetoes all moves nothing, and is not asked again', async () => {
    await asAna([add(1, 'rug', 1)]);
    await asGuest([
      add(1, 'sofa', 3),
      put(2, 'size', 'M'),
      op(3, { c: 'consent', k: 'personalization', t: 'put', v: 'granted' }),
    ]);
    const before = (await asAna([])).ent.filter(([c]) => c !== '~receipts');
    decide = () => ({ veto: true });
    const reply = await signIn();
    expect([reply.claim, reply.receipt?.dropped]).toEqual(['merged', ['sofa']]);
    world.clock.jump(120_000);
    expect((await asAna([])).ent.filter(([c]) => c !== '~receipts')).toEqual(before);
    expect([contexts.length, (await signIn()).receipt?.id]).toEqual([1, reply.receipt?.id]);
    expect(await world.refusal({ auth: visitor, r: 'replica_guest' })).toEqual([410, 'auth/guest-claimed']);
  });

  it.each([true, ['consent'], []] as const)('leaves what either side denied denied: veto %j', async (veto) => {
    const consent = (k: string, v: string) => op(0, { c: 'consent', k, t: 'put', v });
    const numbered = (ops: readonly Fields[]) => ops.map((change, at) => ({ ...change, q: at + 1 }));
    await asAna(numbered([consent('personalization', 'granted'), consent('ads', 'denied')]));
    await asGuest(
      numbered([consent('personalization', 'denied'), consent('ads', 'granted'), consent('more', 'granted')]),
    );
    decide = () => ({ veto });
    const reply = await signIn();
    const of = (k: string) => (rowOf(reply, 'consent', k)?.[3] as { v?: unknown } | undefined)?.v;
    expect([of('personalization'), of('ads'), of('more')]).toEqual([
      'denied',
      'denied',
      veto === true || veto.length ? undefined : 'granted',
    ]);
  });

  it.each([{ policy: { cart: undefined }, veto: null }, { policy: null }, { veto: undefined }, { veto: false }, null])(
    'that says nothing in its own way says nothing: %j',
    async (decision) => {
      await asGuest([add(1, 'sofa', 3)]);
      decide = () => decision as never;
      expect([(await signIn()).claim, await sofaOf(), logged]).toEqual(['merged', 3, []]);
    },
  );

  it.each([{ veto: 'cart' }, { veto: [1] }, { policy: 'sum' }, { policy: { browsing: 'both' } }])(
    'that decides what cannot be meant postpones the merge, and the log says why: %j',
    async (decision) => {
      await asGuest([add(1, 'sofa', 3)]);
      decide = () => decision as never;
      expect((await signIn()).claim).toBe('waiting');
      expect(logged).toMatchObject([expect.stringMatching(/^merge-postponed beforeMerge: /)]);
    },
  );

  it('is not asked when its sign-in was answered already', async () => {
    await world.dispose();
    const inner = memoryStore();
    let slowMs = 0;
    const asked: boolean[] = [];
    const write: typeof inner.write = async (body) => {
      if (slowMs) await new Promise<void>((done) => void world.clock.timer(slowMs, done));
      return inner.write(body);
    };
    world = createCoreWorld({
      store: { ...inner, write },
      hooks: { beforeMerge: ({ signal }) => void asked.push(signal.aborted) },
    });
    await asGuest([add(1, 'sofa', 3)]);
    slowMs = 2_200;
    let claim: unknown;
    void signIn().then((reply) => {
      claim = reply.claim;
    });
    await world.clock.pass(10_000);
    expect([claim, asked]).toEqual(['waiting', []]);
    slowMs = 0;
    world.clock.jump(60_000);
    expect([(await signIn()).claim, asked]).toEqual(['merged', [false]]);
  });

  it('that names a policy which there is not postpones the merge, and the log says why', async () => {
    await asGuest([add(1, 'sofa', 3)]);
    decide = () => ({ policy: { cart: 'both' as never } });
    expect((await signIn()).claim).toBe('waiting');
    expect(logged).toEqual(['merge-postponed beforeMerge: no policy of cart.']);
  });

  it('is asked once for two devices that hand over the same guest, and both are told of the merge', async () => {
    await asGuest([add(1, 'sofa', 3)]);
    decide = () => new Promise((done) => void world.clock.timer(1_500, () => done(undefined)));
    const first = signIn();
    await world.clock.pass(500);
    const second = world.sync({
      auth: ana,
      r: 'replica_second',
      device: 'device_two',
      claim: { ...visitor, r: 'replica_guest', ops: [] },
    });
    await world.clock.pass(1_000);
    const replies = await Promise.all([first, second]);
    expect(replies.map(({ claim, receipt }) => [claim, receipt?.added])).toEqual([
      ['merged', ['sofa']],
      ['merged', ['sofa']],
    ]);
    expect([replies[0]?.receipt?.id === replies[1]?.receipt?.id, contexts.length]).toEqual([true, 1]);
  });

  it('keeps no news from the customer’s other devices: a checkout that comes with the guest is told before it answers, and nothing is missing between two pushes', async () => {
    const { want } = await world.sync({
      auth: visitor,
      r: 'replica_guest',
      ops: [add(1, 'sofa', 3)],
      want: { begin: true },
    });
    const { head } = await asAna([add(1, 'rug', 1)]);
    const { pushes } = await world.listen(ana);
    decide = () => new Promise((done) => void world.clock.timer(1_500, () => done(undefined)));
    const signedIn = signIn();
    await world.clock.pass(500);
    const told = pushes.map(({ prev, ent }) => [prev, ent?.map(([c, key]) => [c, key])]);
    expect(told).toEqual([[head, [[checkoutCollection, want?.begin?.id]]]]);
    await asAna([add(2, 'lamp', 1)]);
    await world.clock.pass(1_000);
    expect((await signedIn).claim).toBe('merged');
    expect(pushes.map(({ prev }) => prev)).toEqual([head, ...pushes.map(({ v }) => v).slice(0, -1)]);
    expect(pushes.flatMap(({ ent = [] }) => ent.map(([, key]) => key))).toEqual(
      expect.arrayContaining(['lamp', 'sofa']),
    );
  });

  it('that hangs keeps neither of two devices waiting', async () => {
    await asGuest([add(1, 'sofa', 3)]);
    decide = () => new Promise(() => {});
    const first = signIn();
    await world.clock.pass(500);
    const second = signIn([]);
    await world.clock.pass(2_000);
    expect([(await first).claim, (await second).claim]).toEqual(['waiting', 'waiting']);
    // Nor one that comes when its time is over, though it hangs still.
    let third: unknown;
    void signIn([]).then(({ claim }) => {
      third = claim;
    });
    await world.clock.pass(1);
    expect(third).toBe('waiting');
  });

  it('is told when it comes too late', async () => {
    await asGuest([add(1, 'sofa', 3)]);
    decide = () => new Promise(() => {});
    const waiting = signIn();
    await world.clock.pass(2_000);
    expect([(await waiting).claim, contexts[0]?.signal.aborted]).toEqual(['waiting', true]);
  });
});
