import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createShop } from '../../examples/demo/shop/app.mjs';
import { pictureOf } from '../../examples/demo/shop/pictures.mjs';
import { products } from '../../examples/demo/shop/public/catalogue.js';

const server = createServer();
let origin = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on(
    'request',
    createShop({
      origin,
      scriptUrl: 'http://localhost:4100/relevo.js',
      endpoint: 'http://localhost:4101',
      stageOrigin: 'http://localhost:4000',
      cookieName: 'nido-laptop',
      fetchToken: async (customerId: string) => `token of ${customerId}`,
    }),
  );
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const get = (path: string, headers = {}) => fetch(origin + path, { headers, redirect: 'manual' });
const post = (path: string, body: string, from = origin) =>
  fetch(origin + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: from, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });

describe('the demo shop', () => {
  it('sells twenty products, each with a picture of its own', async () => {
    const pictures = new Set(products.map((product) => pictureOf(product.sku)));
    expect(pictures.size).toBe(20);
    expect(pictures).not.toContain(undefined);
    const list = await (await get('/')).text();
    expect(list.match(/data-testid="product"/g)).toHaveLength(20);
    const picture = await get('/pictures/SOFA-3.svg');
    expect(picture.headers.get('content-type')).toBe('image/svg+xml');
    expect(await picture.text()).toMatch(/^<svg /);
  });

  it('describes each product as JSON-LD on its page', async () => {
    for (const product of products) {
      const page = await (await get(`/product/${product.slug}`)).text();
      const block = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(page)?.[1] ?? '';
      expect(JSON.parse(block)).toMatchObject({
        '@type': 'Product',
        sku: product.sku,
        name: product.title,
        offers: { priceCurrency: 'EUR', price: (product.amountMinor / 100).toFixed(2) },
      });
    }
  });

  it.each(['/', '/product/alba-sofa', '/cart', '/thank-you'])(
    'carries the script tag a user would write: %s',
    async (path) => {
      const page = await (await get(path)).text();
      expect(page.replaceAll(/\s+/g, ' ')).toContain(
        '<script async src="http://localhost:4100/relevo.js" data-endpoint="http://localhost:4101" data-site="pk_demo" data-capture="ga4 jsonld" data-token-url="/relevo/token"></script>',
      );
    },
  );

  it('allows scripts from itself and the sync server only, none inline, and a frame on the start page only', async () => {
    const policy = (await get('/')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self' http://localhost:4100;");
    expect(policy).toContain("connect-src 'self' http://localhost:4101 ws://localhost:4101;");
    expect(policy).toContain('frame-ancestors http://localhost:4000;');
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain('unsafe');
    const page = await (await get('/product/alba-sofa')).text();
    const inline = [...page.matchAll(/<script(?![^>]*\bsrc=)([^>]*)>/g)].map((match) => match[1]);
    expect(inline).toEqual([' type="application/ld+json"']);
    expect(page).not.toMatch(/ (style|on[a-z]+)="/);
  });

  it('answers the token address 204 when signed out, and with that customer’s token when signed in', async () => {
    expect((await get('/relevo/token')).status).toBe(204);
    const signedIn = await post('/sign-in', 'customer=ana&back=/cart');
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/cart']);
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const token = await get('/relevo/token', { cookie });
    expect([token.status, await token.text()]).toEqual([200, 'token of ana']);
    expect(await (await get('/', { cookie })).text()).toContain('data-customer="ana"');
    await fetch(`${origin}/sign-out`, { method: 'POST', redirect: 'manual', headers: { origin, cookie } });
    expect((await get('/relevo/token', { cookie })).status).toBe(204);
  });

  it('signs in nobody it does not know, nobody sent by another site, and leads to no other site', async () => {
    expect((await post('/sign-in', 'customer=mallory')).status).toBe(400);
    expect((await post('/sign-in', 'customer=ana', 'http://evil.example')).status).toBe(403);
    const away = await post('/sign-in', 'customer=ana&back=https://evil.example/x');
    expect(away.headers.get('location')).toBe('/x');
  });

  it.each(['/nothing', '/product/nothing', '/assets/..%2fapp.mjs', '/assets/nothing.js', '/pictures/constructor.svg'])(
    'has a page for what is not there: %s',
    async (path) => {
      const reply = await get(path);
      expect(reply.status).toBe(404);
      expect(await reply.text()).toContain('That is not here');
    },
  );
});
