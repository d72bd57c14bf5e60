import { expect, test } from 'vitest';
import type { Cart, Relevo } from '../../src/client/api.ts';
import { limits } from '../../src/core/limits.ts';
import { cartOf, codeOf, within, world } from './world.ts';

type Call = (relevo: Relevo) => unknown;
const unchecked = (cart: Cart) => cart as unknown as { [name in keyof Cart]: (...args: unknown[]) => unknown };
const nested = (depth: number): unknown => (depth ? { a: nested(depth - 1) } : 'end');
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

const refused: readonly (readonly [name: string, code: string, call: Call])[] = [
  ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2', null, {}, limits.maxChangeQuantity + 1].map(
    (quantity) =>
      [
        `add a quantity of ${String(quantity)}`,
        'change/bad-quantity',
        ({ cart }: Relevo) => unchecked(cart).add({ sku: 'A', quantity }),
      ] as const,
  ),
  ...[-1, 0.5, Number.NaN, '1', null, undefined, limits.maxChangeQuantity + 1].map(
    (quantity) =>
      [
        `set a quantity of ${String(quantity)}`,
        'change/bad-quantity',
        ({ cart }: Relevo) => unchecked(cart).setQuantity({ sku: 'SEED' }, quantity),
      ] as const,
  ),
  ...[undefined, null, 7, '', {}, []].map(
    (sku) =>
      [
        `add the sku ${JSON.stringify(sku)}`,
        'change/bad-value',
        ({ cart }: Relevo) => unchecked(cart).add({ sku }),
      ] as const,
  ),
  ['add nothing', 'change/bad-value', ({ cart }) => unchecked(cart).add()],
  ['add null', 'change/bad-value', ({ cart }) => unchecked(cart).add(null)],
  [
    'add a text of 4,097 characters',
    'change/too-large',
    ({ cart }) => cart.add({ sku: 'A', title: 'x'.repeat(limits.maxStringLength + 1) }),
  ],
  [
    'add details of more than 16 KiB',
    'change/too-large',
    ({ cart }) =>
      cart.add({
        sku: 'A',
        title: 'x'.repeat(4_096),
        url: 'y'.repeat(4_096),
        image: 'z'.repeat(4_096),
        properties: { a: 'b'.repeat(4_090) },
      }),
  ],
  ['add half a surrogate pair', 'change/bad-text', ({ cart }) => cart.add({ sku: 'A', title: 'sofa \ud83d' })],
  ['add a sku with half a surrogate pair', 'change/bad-text', ({ cart }) => cart.add({ sku: '\udc00' })],
  [
    'add properties nested nine deep',
    'change/too-deep',
    ({ cart }) => cart.add({ sku: 'A', properties: { a: nested(8) as never } }),
  ],
  ['add a cycle', 'change/too-deep', ({ cart }) => cart.add({ sku: 'A', properties: cyclic as never })],
  ['add a function', 'change/bad-value', ({ cart }) => cart.add({ sku: 'A', properties: { a: (() => 1) as never } })],
  ['add a date', 'change/bad-value', ({ cart }) => cart.add({ sku: 'A', properties: { a: new Date(0) as never } })],
  [
    'add NaN as a price',
    'change/bad-value',
    ({ cart }) => cart.add({ sku: 'A', price: { amountMinor: Number.NaN, currency: 'EUR' } }),
  ],
  [
    'add a prototype name',
    'change/bad-key',
    ({ cart }) => cart.add({ sku: 'A', properties: JSON.parse('{"__proto__":1}') }),
  ],
  ['set a line that is not there', 'change/unknown-line', ({ cart }) => cart.setQuantity({ sku: 'NOBODY' }, 1)],
  ['remove a key that is not there', 'change/unknown-line', ({ cart }) => cart.remove('nobody')],
  ['update a line that is not there', 'change/unknown-line', ({ cart }) => cart.update('nobody', { title: 'x' })],
  ['unpark a line that is not there', 'change/unknown-line', ({ cart }) => cart.unpark('nobody')],
  ['remove nothing', 'change/bad-value', ({ cart }) => unchecked(cart).remove()],
  [
    'update with a title that is no JSON',
    'change/bad-value',
    ({ cart }) => cart.update({ sku: 'SEED' }, { title: Symbol('x') as never }),
  ],
  ['a preference with a bad key', 'change/bad-key', ({ preferences }) => preferences.set('a b', 1)],
  ['a preference named __proto__', 'change/bad-key', ({ preferences }) => preferences.set('__proto__', 1)],
  ['a preference without a value', 'change/bad-value', ({ preferences }) => preferences.set('a', undefined as never)],
  ['a preference of 1n', 'change/bad-value', ({ preferences }) => preferences.set('a', 1n as never)],
  ['a view without an id', 'change/bad-value', ({ browsing }) => browsing.view({ kind: 'product' } as never)],
  ['a view without a kind', 'change/bad-value', ({ browsing }) => browsing.view({ id: 'A' } as never)],
  ['a view of nothing', 'change/bad-value', ({ browsing }) => browsing.view(undefined as never)],
  ['traits of nothing', 'change/bad-value', ({ identity }) => identity.set(undefined as never)],
  [
    'a map that is patched with nothing',
    'change/bad-value',
    (relevo) => relevo.collection('quiz').patch('a', null as never),
  ],
  ['a trait with a bad name', 'change/bad-key', ({ identity }) => identity.set({ 'a b': 1 })],
  ['a trait that is no JSON', 'change/bad-value', ({ identity }) => identity.set({ name: (() => 1) as never })],
  ['consent for what is always on', 'change/bad-value', ({ consent }) => consent.set({ necessary: 'denied' })],
  [
    'consent that is neither granted nor denied',
    'change/bad-value',
    ({ consent }) => consent.set({ personalization: 'pending' as never }),
  ],
  ['a collection named as a built-in one', 'collection/bad-name', (relevo) => relevo.collection('cart')],
  ['a collection with no valid name', 'collection/bad-name', (relevo) => relevo.collection('my quiz')],
  ['signing in with an empty token', 'auth/bad-token', (relevo) => relevo.signIn('')],
  ['signing in with no text', 'auth/bad-token', (relevo) => relevo.signIn(7 as never)],
];

test.each(refused)('%s is refused at the call with %s and nothing is half written', async (_, code, call) => {
  const made = world();
  const { device, line } = made.device({
    consent: { personalization: 'granted' },
    collections: { quiz: { kind: 'map', purpose: 'necessary' } },
  });
  const { relevo } = device.open();
  relevo.cart.add({ sku: 'SEED' });
  await made.clock.pass(1_000);
  const before = {
    lines: relevo.cart.lines,
    recent: relevo.browsing.recent(),
    status: relevo.status,
    requests: line.requests.length,
  };
  expect(codeOf(() => call(relevo))).toBe(code);
  expect(relevo.cart.lines).toEqual(before.lines);
  await made.clock.pass(1_000);
  expect(relevo.browsing.recent()).toEqual(before.recent);
  expect(relevo.preferences.entries()).toEqual([]);
  expect(relevo.identity.current.traits).toEqual({});
  expect(relevo.status.pending).toBe(0);
  expect(line.requests).toHaveLength(before.requests);
  await relevo.stop();
});

const sofa = { sku: 'SOFA', quantity: 1 };
test.each<[string, string, string, unknown[]]>([
  ['an id of 129 characters', 'change/bad-key', 'x'.repeat(129), [sofa]],
  ['an empty id', 'change/bad-key', '', [sofa]],
  ['an id that is a number', 'change/bad-key', 7 as never, [sofa]],
  ['201 lines', 'change/too-large', 'o-1', Array(201).fill({ sku: 'S', quantity: 1 })],
  ['a sku that is a number', 'change/bad-value', 'o-1', [{ ...sofa, sku: 42 }]],
  ['no sku', 'change/bad-value', 'o-1', [{ quantity: 1 }]],
  ['properties that are a list', 'change/bad-value', 'o-1', [{ ...sofa, properties: [1] }]],
  ['properties that are a text', 'change/bad-value', 'o-1', [{ ...sofa, properties: 'red' }]],
])('an order with %s is refused on the device, and the cart stays', async (_, code, orderId, items) => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  const codes: string[] = [];
  relevo.on('error', (error) => void codes.push(error.code));
  const shown: unknown[] = [];
  relevo.cart.add({ sku: 'SOFA' });
  relevo.cart.add({ sku: 'S', quantity: 300 });
  await made.clock.pass(1_000);
  relevo.cart.subscribe(() => void shown.push(cartOf(relevo)));
  const requests = line.requests.length;
  relevo.capture({ type: 'purchase', orderId, items: items as never });
  await made.clock.pass(2_000);
  expect([codes, shown, relevo.status.pending]).toEqual([[code], [], 0]);
  expect(line.requests).toHaveLength(requests);
  await relevo.stop();
});

test('the longest id, the most lines and a sku without characters are ordered', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  relevo.cart.add({ sku: 'S', quantity: 201 });
  await made.clock.pass(1_000);
  const item = (sku: string) => ({ sku, quantity: 1 });
  relevo.capture({ type: 'purchase', orderId: 'ö'.repeat(128), items: [item(''), ...Array(199).fill(item('S'))] });
  await made.clock.pass(2_000);
  expect([cartOf(relevo), relevo.status.pending]).toEqual([{ S: 2 }, 0]);
  await relevo.stop();
});

test('a refusal says in words what to do', () => {
  const { relevo } = world().device().device.open();
  expect(() => relevo.cart.add({ sku: 'A', quantity: 0 })).toThrow('Quantities are whole numbers');
  expect(() => relevo.cart.remove({ sku: 'NOBODY' })).toThrow('NOBODY');
  expect(() => relevo.collection('cart')).toThrow('reserved');
});

test('the largest things that are allowed reach the server', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  await made.clock.pass(100);
  const changes = [
    relevo.cart.add({ sku: 'A', quantity: limits.maxChangeQuantity, title: 'x'.repeat(limits.maxStringLength) }),
    relevo.cart.add({ sku: 'B', properties: { a: nested(6) as never } }),
    relevo.preferences.set('k'.repeat(128), [
      'v'.repeat(4_096),
      'v'.repeat(4_096),
      'v'.repeat(4_096),
      'v'.repeat(4_080),
    ]),
  ];
  await within(made, 2_000, Promise.all(changes.map(({ synced }) => synced)));
  expect(cartOf(relevo)).toEqual({ A: limits.maxQuantity, B: 1 });
  await relevo.stop();
});

test('what a page that skips these checks sends is refused by the server with the same code, and the rest is taken', async () => {
  const made = world();
  const op = (q: number, more: object) => ({ q, i: `change-${q}`, a: 0, at: 0, c: 'preferences', k: 'a', ...more });
  const ops = [
    op(1, { t: 'put', v: 'x'.repeat(limits.maxStringLength + 1) }),
    op(2, { t: 'put', v: 'half \ud83d' }),
    op(3, { t: 'put', v: nested(9) }),
    op(4, { t: 'add', c: 'cart', n: 0 }),
    op(5, { t: 'set', c: 'cart', v: -1, seen: {}, g: 0 }),
    op(6, { t: 'put', k: '__proto__', v: 1 }),
    op(7, { t: 'put', v: 'taken' }),
  ];
  const auth = { guest: 'guest-guest-1', secret: 'secret-secret-secret' };
  const { status, body } = await made.core.sync(
    JSON.stringify({
      v: 1,
      site: 'pk_world',
      sdk: 'test',
      channel: 'web',
      device: 'device-1',
      auth,
      r: 'replica-1',
      cur: null,
      low: 0,
      ops,
    }),
  );
  expect(status).toBe(200);
  expect(body).toMatchObject({
    acks: [
      ['change-1', 'rejected', 'change/too-large'],
      ['change-2', 'rejected', 'change/bad-text'],
      ['change-3', 'rejected', 'change/too-deep'],
      ['change-4', 'rejected', 'change/bad-quantity'],
      ['change-5', 'rejected', 'change/bad-quantity'],
      ['change-6', 'rejected', 'change/bad-key'],
      ['change-7', 'ok', [made.clock.now(), 0, 'replica-1', 7]],
    ],
  });
});

test.each([
  ['no address', { endpoint: 'sync.shop.example' }],
  ['another scheme', { endpoint: 'ftp://sync.shop.example' }],
  ['a bad site', { site: 'pk demo' }],
  ['no site', { site: undefined }],
  ['a long channel', { channel: 'x'.repeat(33) }],
  ['an unknown kind of device', { device: { kind: 'fridge' } }],
  ['an unknown guest mode', { guest: 'maybe' }],
  ['a token instead of a function', { getToken: 'eyJ' }],
  ['an unknown consent', { consent: { personalization: 'yes' } }],
])('options with %s are refused with options/invalid', (_, options) => {
  expect(
    codeOf(() =>
      world()
        .device(options as never)
        .device.open(),
    ),
  ).toBe('options/invalid');
});

test.each(['cart', 'browsing', 'identity', 'preferences', 'consent', 'lists', 'audit', 'a b', '__proto__'])(
  'a site cannot configure a collection named %s',
  (name) => {
    const collections = Object.fromEntries([[name, { kind: 'reg' }]]) as never;
    expect(codeOf(() => world().device({ collections }).device.open())).toBe('collection/bad-name');
  },
);

test('an order that was refused counts when it is reported as it is', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  relevo.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 7 as never, quantity: 1 }] });
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual({ SOFA: 1 });
  relevo.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'SOFA', quantity: 1 }] });
  await made.clock.pass(2_000);
  expect(cartOf(relevo)).toEqual({});
  await relevo.stop();
});
