import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonldToViews } from '../../src/adapters/jsonld.ts';

const pageUrl = 'https://shop.example/p/sofa?variant=2#reviews';
const here = 'https://shop.example/p/sofa?variant=2';
const view = { kind: 'product', id: 'SOFA-3', url: here };
const price = { amountMinor: 129900, currency: 'EUR' };
const product = { '@type': 'Product', sku: 'SOFA-3' };
const offer = { '@type': 'Offer', price: '1299.00', priceCurrency: 'EUR' };
const jpg = 'https://shop.example/sofa.jpg';

const shapes: readonly (readonly [name: string, data: unknown, views: readonly unknown[]])[] = [
  ['an object', product, [view]],
  ['a product in an array', [{ '@type': 'BreadcrumbList' }, product], [view]],
  ['a product in a graph', { '@graph': [{ '@type': 'WebPage' }, product] }, [view]],
  ['the main entity of a page', { '@type': 'ItemPage', mainEntity: product }, [view]],
  ['a list of types', { ...product, '@type': ['Product', 'Car'] }, [view]],
  ["a type with schema.org's address", { ...product, '@type': 'http://schema.org/Product' }, [view]],
  ['a single piece', { ...product, '@type': 'IndividualProduct' }, [view]],
  ['a numeric sku and a name', { ...product, sku: 4711, name: ' Sofa ' }, [{ ...view, id: '4711', title: 'Sofa' }]],
  ['a GTIN where there is no sku', { '@type': 'Product', gtin13: '4006381333931' }, [{ ...view, id: '4006381333931' }]],
  ['the sku before a GTIN', { ...product, gtin: '4006381333931' }, [view]],
  [
    'a name where there is nothing else',
    { '@type': 'Product', name: 'Sofa' },
    [{ ...view, id: 'Sofa', title: 'Sofa' }],
  ],
  ['an offer', { ...product, offers: offer }, [{ ...view, price }]],
  ['the first of many offers', { ...product, offers: [offer, { price: 1 }] }, [{ ...view, price }]],
  [
    'the low price of an aggregate',
    { ...product, offers: { '@type': 'AggregateOffer', lowPrice: 1299, highPrice: 1500, priceCurrency: 'EUR' } },
    [{ ...view, price }],
  ],
  [
    'a price specification',
    { ...product, offers: { priceSpecification: [{ price: 1299, priceCurrency: 'EUR' }] } },
    [{ ...view, price }],
  ],
  ['an image', { ...product, image: '/sofa.jpg' }, [{ ...view, image: jpg }]],
  ['the first image', { ...product, image: ['//shop.example/sofa.jpg', '/b.jpg'] }, [{ ...view, image: jpg }]],
  ['an ImageObject', { ...product, image: { '@type': 'ImageObject', url: jpg } }, [{ ...view, image: jpg }]],
  ['ImageObjects by contentUrl', { ...product, image: [{ contentUrl: jpg }] }, [{ ...view, image: jpg }]],
  ['its own address', { ...product, url: '/p/other' }, [{ ...view, url: 'https://shop.example/p/other' }]],
  ['no address but web ones', { ...product, url: 'javascript:alert(1)', image: 'data:,x' }, [view]],
  [
    'a group, with what it lacks from its first variant',
    {
      '@type': 'ProductGroup',
      productGroupID: 'SOFA',
      name: 'Sofa',
      hasVariant: [{ '@type': 'Product', sku: 'SOFA-1', name: 'Sofa, oak', url: '/x', offers: offer }],
    },
    [{ ...view, id: 'SOFA', title: 'Sofa', price }],
  ],
  ['no view in a list of products', { '@graph': [product, { ...product, sku: 'B', url: '/b' }] }, []],
  [
    "the product at this page's address among related ones",
    [
      { ...product, url: 'https://shop.example/p/sofa/' },
      { ...product, sku: 'B', url: '/b' },
    ],
    [{ ...view, url: 'https://shop.example/p/sofa/' }],
  ],
  ['the same product twice as one', [product, { ...product, name: 'again' }], [{ ...view, title: 'again' }]],
  ["a group's first sku where it has no id", { '@type': 'ProductGroup', hasVariant: [product] }, [view]],
  ['no related products', { '@type': 'WebSite', isRelatedTo: product }, []],
  ['nothing without any id', { '@type': 'Product', offers: offer }, []],
  ['nothing of other types', { '@type': 'ProductCollection', sku: 'A' }, []],
];

describe('what a page says it sells', () => {
  it.each(shapes)('reads %s', (_, data, views) => {
    expect(jsonldToViews([JSON.stringify(data)], pageUrl)).toEqual(views);
  });

  it('goes on after a script that is no JSON', () => {
    expect(jsonldToViews(['', '{', 'null', '<!-- -->', JSON.stringify(product)], pageUrl)).toEqual([view]);
  });

  it('survives any JSON where a product, an offer or a picture is due', () => {
    const parts = fc.record({
      '@type': fc.constantFrom('Product', 'ProductGroup', ['Product'], 7, null),
      sku: fc.oneof(fc.jsonValue(), fc.string()),
      url: fc.oneof(fc.jsonValue(), fc.webUrl()),
      image: fc.jsonValue(),
      offers: fc.oneof(fc.jsonValue(), fc.record({ price: fc.jsonValue(), priceCurrency: fc.constant('EUR') })),
      hasVariant: fc.oneof(fc.jsonValue(), fc.array(fc.record({ sku: fc.jsonValue(), url: fc.jsonValue() }))),
    });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(parts, fc.jsonValue())),
        fc.string(),
        fc.oneof(fc.string(), fc.webUrl()),
        (data, noise, url) => {
          for (const { id, url: at, image } of jsonldToViews([JSON.stringify(data), noise], url)) {
            expect(id).not.toBe('');
            for (const address of [at, image]) expect(address ?? 'https:').toMatch(/^https?:/);
          }
        },
      ),
      { numRuns: 2000, seed: 20 },
    );
  });

  it('survives a text nested deeper than a stack', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(jsonldToViews([deep, JSON.stringify(product)], pageUrl)).toEqual([view]);
  });

  it('does not follow a prototype that the page smuggles in', () => {
    const text = '{"@type":"Product","sku":"A","__proto__":{"name":"polluted"}}';
    expect(jsonldToViews([text], pageUrl)).toEqual([{ ...view, id: 'A' }]);
  });
});

it('reads what its documentation shows', () => {
  expect(jsonldToViews(['{"@type":"Product","sku":"SOFA-3","name":"Sofa"}'], 'https://shop.example/sofa')).toEqual([
    { kind: 'product', id: 'SOFA-3', title: 'Sofa', url: 'https://shop.example/sofa' },
  ]);
});

it('names a product as GA4 does, so that both report one view', async () => {
  const { ga4ToCaptures } = await import('../../src/adapters/ga4.ts');
  const [capture] = ga4ToCaptures({ event: 'view_item', ecommerce: { items: [{ item_id: 'SOFA-3' }] } }, pageUrl);
  expect(capture?.items).toEqual(jsonldToViews([JSON.stringify(product)], pageUrl));
});
