import type { Random } from '../../src/testing/random.ts';

export type Fields = Record<string, unknown>;

/** One whom a lane speaks for, and where its conversation stands. */
export type Caller = {
  readonly name: string;
  readonly site: string;
  readonly auth: Fields;
  readonly isCustomer: boolean;
  readonly device: string;
  r: string;
  /** The next number of the replica. */
  q: number;
  cur: string | null;
  version: number;
  /** How often it has asked. */
  asked: number;
};

const skus = ['SOFA-3', 'LAMP-1', 'NFC-\u00e9', 'NFD-e\u0301', 'emoji-👜', 'bidi-\u202eabc', 'nul-\u0000', ''];
const texts = ['EUR', 'Ana', '<img src=x onerror=alert(1)>', 'javascript:alert(1)', '=1+1', '\u0000', '👜', ''];

/** A value that may be stored. */
export const anyValue = (random: Random, depth = 0): unknown => {
  const kind = random.below(depth > 3 ? 5 : 7);
  if (kind === 0) return null;
  if (kind === 1) return random.chance(0.5);
  if (kind === 2) return random.below(2 ** 31) - 2 ** 30;
  if (kind === 3) return random.next();
  if (kind === 4) return random.pick(texts);
  const size = random.below(4);
  const items = Array.from({ length: size }, () => anyValue(random, depth + 1));
  return kind === 5 ? items : Object.fromEntries(items.map((item, n) => [`m${n}`, item]));
};

const lineFields = (random: Random): Fields => ({
  sku: random.pick(skus),
  properties: random.chance(0.5) ? { colour: random.pick(texts) } : {},
  title: random.pick(texts),
  price: { amountMinor: random.below(100_000), currency: 'EUR' },
  url: 'https://shop.example/p/1',
});

const stamp = (random: Random, caller: Caller) => [1_795_305_595_000 + random.below(1_000), 0, caller.r, caller.q];

const content = (random: Random, caller: Caller): Fields => {
  const key = `line-${random.below(12)}`;
  const seen = { [caller.r]: random.below(5), replica_of_another: random.below(3) };
  const fb = { sku: stamp(random, caller), title: stamp(random, caller) };
  const put = (c: string, k: string, v: unknown): Fields => ({ c, k, t: 'put', v });
  const makers: readonly (() => Fields)[] = [
    () => ({ c: 'cart', k: key, t: 'add', n: 1 + random.below(3), f: lineFields(random) }),
    () => ({ c: 'cart', k: key, t: 'add', n: 1, fb }),
    () => ({ c: 'cart', k: key, t: 'set', v: random.below(6), seen, g: random.below(3), bh: stamp(random, caller) }),
    () => ({ c: 'cart', k: key, t: 'set', v: random.below(2), seen, g: 0, f: { title: random.pick(texts) }, fb }),
    () => ({ c: 'cart', k: key, t: 'patch', f: { parked: random.chance(0.5) ? 'why' : null }, fb }),
    () => ({
      c: 'cart',
      k: `order-${caller.q}`,
      t: 'order',
      orderId: `order-${random.below(50)}`,
      lines: Array.from({ length: 1 + random.below(3) }, () => ({
        sku: random.pick(skus),
        properties: { colour: random.pick(texts) },
        quantity: 1 + random.below(3),
      })),
      seen: { [key]: seen },
    }),
    () => put('preferences', random.pick(['currency', 'size', 'theme']), anyValue(random)),
    () => ({ ...put('preferences', 'currency', random.pick(texts)), bh: stamp(random, caller) }),
    () => put('browsing', `product:${random.below(40)}`, { kind: 'product', id: 'x', title: random.pick(texts) }),
    () => put('consent', random.pick(['personalization', 'marketing']), random.pick(['granted', 'granted', 'denied'])),
    () => put(random.pick(['drafts', 'progress', 'quiz', 'a-new-one']), 'k', anyValue(random)),
    () => ({ c: 'identity', k: 'traits', t: 'patch', f: { displayName: random.pick(texts), age: random.below(90) } }),
    () => ({ c: 'profile', k: 'p', t: 'patch', f: { a: anyValue(random) } }),
    () => ({ c: 'badges', k: `b${random.below(4)}`, t: 'want', on: random.chance(0.5), n: random.below(4) }),
    () => put('points', 'balance', 1_000_000),
    () => put('lists', 'wishes', ['SOFA-3']),
    () => ({ c: 'cart', k: key, t: 'nop' }),
    () => ({ c: 'cart', k: key, t: 'from-a-later-version', v: anyValue(random) }),
  ];
  return random.pick(makers)();
};

/** A change of a valid shape; the number is the caller's next, which is used up. */
export const change = (random: Random, caller: Caller, q: number): Fields => ({
  q,
  i: `op_${caller.name}_${caller.r.slice(-6)}_${q}`,
  a: random.below(5) === 0 ? random.next() * 1e6 : random.below(2_000),
  at: caller.version,
  ...(random.chance(0.05) ? { again: true } : {}),
  ...content(random, caller),
});

export const changes = (random: Random, caller: Caller, count: number): Fields[] =>
  Array.from({ length: count }, (_, n) => change(random, caller, caller.q + n));

export const envelope = (caller: Caller, fields: Fields): Fields => ({
  v: 1,
  site: caller.site,
  sdk: '0.1.0',
  channel: 'web',
  device: caller.device,
  auth: caller.auth,
  r: caller.r,
  low: caller.version,
  ...fields,
});

export type Kind = 'sync' | 'pull' | 'beacon' | 'claim' | 'signout' | 'full';

/** A request of a kind as a device would send it now. */
export const validRequest = (random: Random, caller: Caller, kind: Kind, guest: Caller): Fields => {
  const { cur } = caller;
  switch (kind) {
    case 'pull':
      return envelope(caller, { cur: random.chance(0.2) ? null : cur, ops: [], live: random.chance(0.3) });
    case 'beacon':
      return envelope(caller, { ops: changes(random, caller, 1 + random.below(4)) });
    case 'signout':
      return envelope(caller, { cur, ops: changes(random, caller, random.below(2)), want: { signout: true } });
    case 'claim':
      return envelope(caller, {
        cur: null,
        low: 0,
        ops: [],
        live: true,
        claim: { ...guest.auth, r: guest.r, ops: changes(random, guest, random.below(4)) },
      });
    case 'full':
      return envelope(caller, { cur, ops: changes(random, caller, 20 + random.below(81)) });
    default:
      return envelope(caller, { cur, ops: changes(random, caller, 1 + random.below(5)), live: random.chance(0.1) });
  }
};
