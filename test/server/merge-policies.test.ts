import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { fieldValues } from '../../src/core/field-map.ts';
import type { Json } from '../../src/core/json.ts';
import type { Line } from '../../src/core/line.ts';
import { ConfigError, parseConfig } from '../../src/server/config.ts';
import type { MergePolicies, SiteRules } from '../../src/server/site.ts';
import { add, type CoreWorld, createCoreWorld, customer, type Fields, guest, op, rowOf } from './core-world.ts';

let world: CoreWorld;
const collections: SiteRules['collections'] = {
  drafts: {},
  profile: { kind: 'map' },
  likes: { kind: 'flag' },
  level: { kind: 'auth' },
};
const start = (merge: MergePolicies = {}) => {
  world = createCoreWorld({ rules: { merge, collections } });
};
beforeEach(() => start());
afterEach(() => world.dispose());

const ana = customer('ana');
const visitor = guest('visitor');
const numbered = (ops: readonly Fields[]) => ops.map((change, at) => ({ ...change, q: at + 1 }));
const asGuest = (ops: readonly Fields[]) => world.sync({ auth: visitor, r: 'replica_guest', ops: numbered(ops) });
const asAna = (ops: readonly Fields[]) =>
  world.sync({ auth: ana, r: 'replica_before', device: 'device_old', ops: numbered(ops) });
const signIn = () => world.sync({ auth: ana, r: 'replica_ana', claim: { ...visitor, r: 'replica_guest', ops: [] } });
const stateOf = async (c: string, k: string) =>
  rowOf(await world.sync({ auth: ana, r: 'replica_reader', device: 'device_reader' }), c, k)?.[3];

const change: Readonly<Record<string, (v: Json) => Fields>> = {
  drafts: (v) => op(0, { c: 'drafts', k: 'letter', t: 'put', v }),
  preferences: (v) => op(0, { c: 'preferences', k: 'size', t: 'put', v }),
  profile: (v) => op(0, { c: 'profile', k: 'me', t: 'patch', f: { name: v } }),
  identity: (v) => op(0, { c: 'identity', k: 'traits', t: 'patch', f: { name: v } }),
};
const keyOf: Readonly<Record<string, string>> = {
  drafts: 'letter',
  preferences: 'size',
  profile: 'me',
  identity: 'traits',
};
const whatIsIn = async (c: string) => {
  const state = await stateOf(c, keyOf[c] ?? '');
  if (!state) return undefined;
  return c === 'profile' || c === 'identity' ? fieldValues(state as never)['name'] : (state as { v: Json }).v;
};

// [policy, customer alone, guest alone, both with the guest later, both with the customer later]
const rules = [
  ['customer', 'mine', 'theirs', 'mine', 'mine'],
  ['guest', 'mine', 'theirs', 'theirs', 'theirs'],
  ['newest', 'mine', 'theirs', 'theirs', 'mine'],
  ['both', 'mine', 'theirs', 'theirs', 'mine'],
  ['none', 'mine', undefined, 'mine', 'mine'],
] as const;
const names = ['drafts', 'preferences', 'profile', 'identity'];
const cases = names.flatMap((name) => rules.map(([policy, ...expected]) => [name, policy, expected] as const));

describe('the policy of a collection', () => {
  it.each(cases)('decides about %s: %s', async (name, policy, expected) => {
    const found: unknown[] = [];
    const say = async (who: typeof asAna, v: string) => {
      const made = change[name]?.(v);
      await who(made ? [made] : []);
      await world.clock.pass(1_000);
    };
    for (const sides of ['mine', 'guest', 'guest last', 'mine last']) {
      await world.dispose();
      start({ [name]: policy });
      if (sides !== 'guest' && sides !== 'mine last') await say(asAna, 'mine');
      if (sides !== 'mine') await say(asGuest, 'theirs');
      if (sides === 'mine last') await say(asAna, 'mine');
      await signIn();
      found.push(await whatIsIn(name));
    }
    expect(found).toEqual(expected);
  });

  it('of none that is named: what the customer said themselves, and of everything else the later', async () => {
    const all = (v: string) => Object.values(change).map((of) => of(v));
    await asAna(all('mine'));
    await world.clock.pass(1_000);
    await asGuest(all('theirs'));
    await signIn();
    expect(await Promise.all(names.map(whatIsIn))).toEqual(['theirs', 'mine', 'theirs', 'mine']);
  });

  it('keeps both of two drafts, the older beside the newer', async () => {
    await world.dispose();
    start({ drafts: 'both' });
    await asAna([op(0, { c: 'drafts', k: 'letter', t: 'put', v: 'Dear' })]);
    await world.clock.pass(1_000);
    await asGuest([op(0, { c: 'drafts', k: 'letter', t: 'put', v: 'Hello' })]);
    const { receipt } = await signIn();
    expect(await stateOf('drafts', 'letter')).toMatchObject({ v: 'Hello' });
    expect(await stateOf('drafts', `letter~${receipt?.id}`)).toMatchObject({ v: 'Dear' });
  });

  it.each([
    ['customer', true],
    ['guest', false],
    ['newest', false],
    ['none', true],
  ] as const)('of flags: %s', async (policy, isLiked) => {
    await world.dispose();
    start({ likes: policy });
    const want = (on: boolean, n: number) => op(0, { c: 'likes', k: 'sofa', t: 'want', on, n });
    await asAna([want(true, 0)]);
    await asGuest([want(true, 0), want(false, 1)]);
    await signIn();
    expect(((await stateOf('likes', 'sofa')) as { n: number }).n % 2 === 1).toBe(isLiked);
  });
});

describe('a cart that is not merged', () => {
  it('is not named either, and its guest is the customer’s all the same', async () => {
    await world.dispose();
    start({ cart: 'none' });
    await asAna([add(1, 'sofa', 1)]);
    await asGuest([add(1, 'lamp', 3)]);
    const { receipt } = await signIn();
    expect(receipt).toMatchObject({ policy: 'none', added: [], dropped: [], reasons: {} });
    expect(await stateOf('cart', 'lamp')).toBeUndefined();
    expect(await world.refusal({ auth: customer('ben'), claim: { ...visitor, r: 'replica_guest', ops: [] } })).toEqual([
      410,
      'auth/guest-claimed',
    ]);
  });

  it('but kept apart has the guest’s line beside the customer’s, and undone it is gone', async () => {
    await world.dispose();
    start({ cart: 'separate' });
    await asAna([add(1, 'sofa', 1)]);
    await asGuest([add(1, 'sofa', 3), add(2, 'lamp', 1)]);
    const { receipt } = await signIn();
    const [beside = ''] = receipt?.parked ?? [];
    const line = (await stateOf('cart', beside)) as unknown as Line;
    expect([quantityOf(line.q), line.d['sku']?.[0], line.d['parked']?.[0], receipt?.reasons]).toEqual([
      3,
      'SOFA',
      'merge/separate',
      { [beside]: 'merge/separate' },
    ]);
    await world.sync({ auth: ana, r: 'replica_ana', want: { undo: receipt?.id } });
    expect(quantityOf(((await stateOf('cart', beside)) as unknown as Line).q)).toBe(0);
    expect(quantityOf(((await stateOf('cart', 'sofa')) as unknown as Line).q)).toBe(1);
  });
});

describe('a line in another currency than the cart', () => {
  const priced = (k: string, currency: string) =>
    add(0, k, 1, { f: { sku: k, price: { amountMinor: 100, currency } } });
  const placeOf = async (k: string) => ((await stateOf('cart', k)) as unknown as Line).d['parked']?.[0] ?? 'cart';
  it('is set aside, and named', async () => {
    await asAna([priced('sofa', 'EUR')]);
    await asGuest([priced('lamp', 'USD'), priced('rug', 'EUR'), add(0, 'mug', 1)]);
    const { receipt } = await signIn();
    expect(receipt).toMatchObject({
      parked: ['lamp'],
      added: ['rug', 'mug'],
      reasons: { lamp: 'merge/other-currency' },
    });
    expect([await placeOf('lamp'), await placeOf('rug'), await placeOf('mug')]).toEqual([
      'merge/other-currency',
      'cart',
      'cart',
    ]);
  });
  it('comes along where the cart has no price, or gives way to the guest’s', async () => {
    await asAna([add(0, 'sofa', 1)]);
    await asGuest([priced('lamp', 'USD')]);
    await signIn();
    expect(await placeOf('lamp')).toBe('cart');
    await world.dispose();
    start({ cart: 'guest' });
    await asAna([priced('sofa', 'EUR')]);
    await asGuest([priced('lamp', 'USD')]);
    await signIn();
    expect([await placeOf('lamp'), await placeOf('sofa')]).toEqual(['cart', 'merge/guest']);
  });
});

describe('names of what is somebody’s own', () => {
  const own = [
    'email',
    'E-Mail',
    'mail',
    'phone',
    'telephone',
    'tel',
    'address',
    'shippingAddress',
    'address_line1',
    'addresses',
    'couponCode',
    'coupons',
    'voucher',
    'emailaddress',
    'EMAILADDRESS',
    'phonenumber',
    'phoneNumber2',
    'zipcode',
    'shippingaddress',
    'couponcode',
    'mobile',
    'promoCode',
    'discountCode',
    'giftCard',
    'postalCode',
    'billing_address',
  ];
  const others = [
    'displayName',
    'mailing',
    'television',
    'size',
    'addressed',
    'telescope',
    'hotel',
    'zipper',
    'streetwear',
    'automobile',
    'promo',
  ];
  it.each(['guest', 'newest', 'customer'] as const)('are never merged: %s', async (policy) => {
    await world.dispose();
    start({ identity: policy, preferences: policy });
    const said = [...own, ...others];
    await asGuest([
      op(0, { c: 'identity', k: 'traits', t: 'patch', f: Object.fromEntries(said.map((name) => [name, 'x'])) }),
      ...said.map((name) => op(0, { c: 'preferences', k: name, t: 'put', v: 'x' })),
    ]);
    await signIn();
    const { ent } = await world.sync({ auth: ana, r: 'replica_reader', device: 'device_reader' });
    expect(
      ent
        .filter(([c]) => c === 'preferences')
        .map(([, k]) => k)
        .sort(),
    ).toEqual([...others].sort());
    expect(Object.keys((await stateOf('identity', 'traits')) as object).sort()).toEqual([...others].sort());
  });
  it('keep whole collections of the site’s own behind, unless it says how they are merged', async () => {
    const said = () => [
      op(0, { c: 'addresses', k: 'home', t: 'put', v: 'here' }),
      op(0, { c: 'notes', k: 'home', t: 'put', v: 'here' }),
    ];
    await asGuest(said());
    await signIn();
    expect([await stateOf('addresses', 'home'), await stateOf('notes', 'home')]).toMatchObject([
      undefined,
      { v: 'here' },
    ]);
    await world.dispose();
    start({ addresses: 'newest' });
    await asGuest(said());
    await signIn();
    expect(await stateOf('addresses', 'home')).toMatchObject({ v: 'here' });
  });
  it('leave nothing of a guest who said nothing else', async () => {
    await asGuest([op(0, { c: 'identity', k: 'traits', t: 'patch', f: { email: 'x@y.example' } })]);
    await signIn();
    expect(await stateOf('identity', 'traits')).toBeUndefined();
  });
});

describe('the configuration', () => {
  const withMerge = (merge: unknown) => () => parseConfig({ sites: { pk_a: { merge } } });
  it('takes a policy for each collection', () => {
    expect(withMerge({ cart: 'separate', preferences: 'guest', drafts: 'both', browsing: 'none' })).not.toThrow();
  });
  it.each([
    [{ cart: 'both' }],
    [{ drafts: 'sum' }],
    [{ browsing: 'both' }],
    [{ identity: 'both' }],
    [{ consent: 'newest' }],
    [{ '~receipts': 'none' }],
    [{ cart: 'other' }],
  ])('refuses %j in words', (merge) => {
    expect(withMerge(merge)).toThrow(ConfigError);
    expect(withMerge(merge)).toThrow(/sites\.pk_a\.merge/);
  });
  it.each(['map', 'flag', 'auth'] as const)('keeps no two of a collection of kind %s', (kind) => {
    const parse = () =>
      parseConfig({ sites: { pk_a: { merge: { likes: 'both' }, collections: { likes: { kind } } } } });
    expect(parse).toThrow(/sites\.pk_a\.merge/);
  });
});
