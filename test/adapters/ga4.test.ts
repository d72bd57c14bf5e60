import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ga4ToCaptures } from '../../src/adapters/ga4.ts';
import type { Capture } from '../../src/client/api.ts';

const pageUrl = 'https://shop.example/p/sofa?ref=mail#secret';
const item = { item_id: 'SOFA-3', item_name: 'Sofa', item_variant: 'oak', price: '1299.00', quantity: '2' };
const read = {
  sku: 'SOFA-3',
  quantity: 2,
  properties: { variant: 'oak' },
  title: 'Sofa',
  price: { amountMinor: 129900, currency: 'EUR' },
};
const { quantity, sku, properties, ...details } = read;

/** What `gtag(...)` pushes. */
const gtag = (...args: unknown[]): unknown =>
  (function (..._: unknown[]) {
    // biome-ignore lint/complexity/noArguments: gtag pushes exactly this object.
    return arguments;
  })(...args);

const legacy = { id: 'SOFA-3', name: 'Sofa', variant: 'oak', price: '1299.00', quantity: 2 };
const legacyRead = [{ ...read }];

const shapes: readonly (readonly [name: string, entry: unknown, captures: readonly Capture[]])[] = [
  [
    'add_to_cart with prices and quantities as texts',
    { event: 'add_to_cart', ecommerce: { currency: 'EUR', value: 7.77, items: [item] } },
    [{ type: 'add', items: [read] }],
  ],
  [
    'a gtag command, which is an Arguments object',
    gtag('event', 'add_to_cart', { currency: 'EUR', items: [item] }),
    [{ type: 'add', items: [read] }],
  ],
  [
    'a flat push without `ecommerce`',
    { event: 'add_to_cart', currency: 'EUR', items: [item] },
    [{ type: 'add', items: [read] }],
  ],
  [
    'a currency beside `ecommerce`',
    { event: 'add_to_cart', currency: 'EUR', ecommerce: { items: [item] } },
    [{ type: 'add', items: [read] }],
  ],
  [
    "an item's own currency before the event's",
    { event: 'add_to_cart', ecommerce: { currency: 'USD', items: [{ ...item, currency: 'EUR' }] } },
    [{ type: 'add', items: [read] }],
  ],
  [
    'an item that stands alone instead of in a list',
    { event: 'add_to_cart', ecommerce: { currency: 'EUR', items: item } },
    [{ type: 'add', items: [read] }],
  ],
  [
    'an item with only a name, or only a numeric id, and no quantity',
    { event: 'add_to_cart', ecommerce: { items: [{ item_name: 'Lamp' }, { item_id: 4711 }] } },
    [
      {
        type: 'add',
        items: [
          { sku: 'Lamp', quantity: 1, title: 'Lamp' },
          { sku: '4711', quantity: 1 },
        ],
      },
    ],
  ],
  [
    'the good items of an event when others have no id or no countable quantity',
    {
      event: 'add_to_cart',
      ecommerce: {
        currency: 'EUR',
        items: [null, 7, {}, { ...item, quantity: 0 }, { ...item, quantity: 1.5 }, { ...item, quantity: 'many' }, item],
      },
    },
    [{ type: 'add', items: [read] }],
  ],
  [
    'remove_from_cart as the difference it is',
    { event: 'remove_from_cart', ecommerce: { currency: 'EUR', items: [item] } },
    [{ type: 'remove', items: [read] }],
  ],
  [
    'view_cart as the whole cart',
    { event: 'view_cart', ecommerce: { currency: 'EUR', items: [item, { item_id: 'LAMP' }] } },
    [{ type: 'cart', items: [read, { sku: 'LAMP', quantity: 1 }] }],
  ],
  [
    'no view_cart of which one item cannot be read',
    { event: 'view_cart', ecommerce: { items: [item, { item_list_name: 'no id' }] } },
    [],
  ],
  ['no view_cart without items', { event: 'view_cart', ecommerce: { items: [] } }, []],
  [
    'no view_cart at the limit of items, which may have been cut',
    { event: 'view_cart', ecommerce: { items: Array.from({ length: 200 }, (_, i) => ({ item_id: i })) } },
    [],
  ],
  [
    'view_item at the page, without the fragment, also when it is sold out',
    { event: 'view_item', ecommerce: { currency: 'EUR', items: [{ ...item, quantity: 0 }] } },
    [
      {
        type: 'view',
        items: [{ kind: 'product', id: 'SOFA-3', url: 'https://shop.example/p/sofa?ref=mail', ...details }],
      },
    ],
  ],
  [
    'view_item of several, which are not all at this page',
    { event: 'view_item', ecommerce: { items: [{ item_id: 'A' }, { item_id: 'B' }] } },
    [
      {
        type: 'view',
        items: [
          { kind: 'product', id: 'A' },
          { kind: 'product', id: 'B' },
        ],
      },
    ],
  ],
  [
    'purchase with the transaction id inside',
    { event: 'purchase', ecommerce: { transaction_id: 'T-1', currency: 'EUR', items: [item] } },
    [{ type: 'purchase', orderId: 'T-1', items: [read] }],
  ],
  [
    'purchase with a numeric transaction id outside',
    { event: 'purchase', transaction_id: 1001, ecommerce: { currency: 'EUR', items: [item] } },
    [{ type: 'purchase', orderId: '1001', items: [read] }],
  ],
  ['no purchase without a transaction id', { event: 'purchase', ecommerce: { items: [item] } }, []],
  [
    'legacy add',
    { event: 'addToCart', ecommerce: { currencyCode: 'EUR', add: { products: [legacy] } } },
    [{ type: 'add', items: legacyRead }],
  ],
  [
    'legacy remove without an event',
    { ecommerce: { currencyCode: 'EUR', remove: { products: [legacy] } } },
    [{ type: 'remove', items: legacyRead }],
  ],
  [
    'legacy detail beside impressions',
    { ecommerce: { currencyCode: 'EUR', impressions: [legacy], detail: { products: [legacy] } } },
    [
      {
        type: 'view',
        items: [{ kind: 'product', id: 'SOFA-3', url: 'https://shop.example/p/sofa?ref=mail', ...details }],
      },
    ],
  ],
  [
    "legacy purchase by its action field, also under GA4's name",
    {
      event: 'purchase',
      ecommerce: { currencyCode: 'EUR', purchase: { actionField: { id: 'T-2' }, products: [legacy] } },
    },
    [{ type: 'purchase', orderId: 'T-2', items: legacyRead }],
  ],
  [
    'an entry in both shapes once',
    { event: 'add_to_cart', ecommerce: { currency: 'EUR', items: [item], add: { products: [legacy] } } },
    [{ type: 'add', items: [read] }],
  ],
  ['nothing in the reset', { ecommerce: null }, []],
  ['nothing in a list view', { event: 'view_item_list', ecommerce: { items: [item] } }, []],
  ['nothing in other gtag commands', gtag('consent', 'default', { items: [item] }), []],
  ['nothing under the name of a prototype member', { event: 'constructor', ecommerce: { items: [item] } }, []],
];

describe('what a dataLayer entry means', () => {
  it.each(shapes)('reads %s', (_, entry, captures) => {
    expect(ga4ToCaptures(entry, pageUrl)).toEqual(captures);
  });

  it('reads what its documentation shows', () => {
    expect(
      ga4ToCaptures({ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'SOFA-3', quantity: '2' }] } }),
    ).toEqual([{ type: 'add', items: [{ sku: 'SOFA-3', quantity: 2 }] }]);
  });

  it('does not change the entry', () => {
    for (const [, entry] of shapes) {
      const before = JSON.stringify(entry);
      ga4ToCaptures(entry, pageUrl);
      expect(JSON.stringify(entry)).toBe(before);
    }
  });

  it('passes only web addresses', () => {
    const entry = { event: 'view_item', ecommerce: { items: [{ item_id: 'A' }] } };
    expect(ga4ToCaptures(entry, 'file:///home/ana/shop.html')).toEqual([
      { type: 'view', items: [{ kind: 'product', id: 'A' }] },
    ]);
  });
});

describe('hostile entries', () => {
  const event = fc.constantFrom('view_item', 'add_to_cart', 'remove_from_cart', 'view_cart', 'purchase', 'x');
  const anything = fc.anything({ withNullPrototype: true, withSparseArray: true, withObjectString: true });

  it('yields captures of known form, whatever is put where', () => {
    fc.assert(
      fc.property(event, anything, anything, anything, (name, a, b, c) => {
        const item = { item_id: a, price: b, quantity: c, item_variant: b, currency: 'EUR', url: a };
        const entries = [
          a,
          { event: name, ecommerce: a },
          { event: name, transaction_id: b, ecommerce: { items: c, currency: a } },
          { event: name, ecommerce: { transaction_id: 1, items: [item, a, b] } },
          gtag('event', name, a),
          { ecommerce: { add: a, detail: { products: b }, purchase: { actionField: c, products: [item] } } },
        ];
        for (const capture of entries.flatMap((entry) => ga4ToCaptures(entry, pageUrl))) {
          expect(capture.items.length).toBeGreaterThan(0);
          for (const item of capture.items) {
            const id = 'id' in item ? item.id : item.sku;
            expect(typeof id === 'string' && id !== '').toBe(true);
            if ('quantity' in item) expect(Number.isSafeInteger(item.quantity) && item.quantity >= 1).toBe(true);
            if (item.price) expect(Number.isSafeInteger(item.price.amountMinor)).toBe(true);
          }
        }
      }),
      { numRuns: 2000, seed: 20 },
    );
  });

  const thrower = new Proxy(
    {},
    {
      get: () => {
        throw new Error('get');
      },
    },
  );
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const cyclic: Record<string, unknown> = { event: 'add_to_cart' };
  cyclic.ecommerce = cyclic;
  cyclic.items = [cyclic];
  const getter = {
    event: 'add_to_cart',
    get ecommerce() {
      throw new Error('no');
    },
  };
  const endless = { event: 'add_to_cart', ecommerce: { items: new Array(4_000_000_000) } };

  it.each([
    ['a proxy whose every read throws', thrower],
    ['a revoked proxy', revoked],
    ['a throwing getter', getter],
    ['a throwing item', { event: 'add_to_cart', items: [thrower] }],
    ['a cycle', cyclic],
    ['a list of four thousand million holes', endless],
    ['a symbol as event', { event: Symbol('x'), items: [{ item_id: Symbol('y') }] }],
  ])('reads nothing from %s', (_, entry) => {
    expect(ga4ToCaptures(entry, pageUrl)).toEqual([]);
  });
});
