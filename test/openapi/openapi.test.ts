import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import createClient from 'openapi-fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyA, startChannels } from '../server/channel-world.ts';
import { type HttpWorld, sign, startHttp } from '../server/http-world.ts';
import type { paths } from './api.ts';

let world: HttpWorld;
type Operation = {
  readonly responses?: object;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string }[];
};
let document: { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };
beforeAll(async () => {
  world = await startChannels();
  document = (await world.ask('/openapi.json')).json as typeof document;
});
afterAll(() => world.stop());

test('the document is valid OpenAPI 3.1, and all that it points to is there', async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
  expect(JSON.stringify(validator.resolveRefs())).not.toContain('"$ref"');
});

test('it names all addresses of other channels, and says of each what it refuses with', async () => {
  expect(Object.keys(document.paths).sort()).toEqual([
    '/healthz',
    '/v1/customers/{customer}/audit',
    '/v1/customers/{customer}/changes',
    '/v1/customers/{customer}/live',
    '/v1/customers/{customer}/{collection}',
    '/v1/orders/complete',
    '/v1/sync',
  ]);
  const body = 'x'.repeat(300_000);
  const made: Readonly<Record<string, RequestInit>> = {
    401: { headers: {} },
    400: { body: '{}' },
    413: { body },
    415: {
      body: '{}',
      headers: { 'content-encoding': 'gzip', 'idempotency-key': 'a', authorization: `Bearer ${keyA}` },
    },
    403: { headers: { authorization: `Bearer ${keyA}`, origin: 'https://any.example' } },
  };
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, { responses = {}, security = [] }] of Object.entries(operations)) {
      if (security.length === 0) continue;
      for (const [expected, init] of Object.entries(made)) {
        if (init.body !== undefined && (method === 'get' || path.endsWith('/live'))) continue;
        const headers = { authorization: `Bearer ${keyA}`, 'idempotency-key': 'a', ...(init.headers ?? {}) };
        if (expected === '401') headers.authorization = 'Bearer sk_wrong';
        const reply = await world.ask(path.replaceAll(/\{\w+\}/g, 'x'), {
          ...init,
          method: method.toUpperCase(),
          headers,
        });
        expect(String(reply.status), `${method} ${path}`).toBe(expected);
        expect(Object.keys(responses), `${method} ${path}`).toContain(expected);
      }
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['429', '500', '503', 'default']));
      expect(Object.keys(responses).includes('413'), `${method} ${path}`).toBe(
        method === 'post' && !path.endsWith('/live'),
      );
    }
});

test('a webhook’s headers and the pages of the audit are parameters', () => {
  const names = (path: string, method: string) => document.paths[path]?.[method]?.parameters?.map(({ name }) => name);
  expect(names('/v1/orders/complete', 'post')).toEqual(['webhook-id', 'webhook-timestamp']);
  expect(names('/v1/customers/{customer}/audit', 'get')).toContain('before');
});

test('every address that it names is one of the server’s', async () => {
  for (const [path, operations] of Object.entries(document.paths))
    for (const method of Object.keys(operations)) {
      const body = method === 'post' ? '{}' : undefined;
      const reply = await world.ask(path.replaceAll(/\{\w+\}/g, 'x'), {
        method: method.toUpperCase(),
        ...(body === undefined ? {} : { body }),
      });
      expect([200, 400, 401], `${method} ${path}`).toContain(reply.status);
    }
});

test('it is kept by those who have it, open to every page, and not there where no site has a key', async () => {
  const { headers } = await world.ask('/openapi.json', { headers: { origin: 'https://any.example' } });
  expect(headers.get('access-control-allow-origin')).toBe('*');
  const again = await world.ask('/openapi.json', { headers: { 'if-none-match': headers.get('etag') ?? '' } });
  expect([again.status, again.text]).toEqual([304, '']);
  const plain = await startHttp();
  expect((await plain.ask('/openapi.json')).status).toBe(404);
  await plain.stop();
});

test('the generated types beside this file are those of the document', async () => {
  const require = createRequire(fileURLToPath(new URL('client/package.json', import.meta.url)));
  const { default: generate, astToString } = require('openapi-typescript') as {
    default(document: object): Promise<unknown>;
    astToString(ast: unknown): string;
  };
  const text = astToString(await generate(structuredClone(document)));
  expect(readFileSync(new URL('api.ts', import.meta.url), 'utf8')).toBe(text);
});

test('a client that is generated from it does a till’s day', async () => {
  const till = createClient<paths>({ baseUrl: world.url, headers: { authorization: `Bearer ${keyA}` } });
  const customer = { customer: 'ana' };
  const add = (key: string, quantity: number) =>
    till.POST('/v1/customers/{customer}/changes', {
      params: { path: customer, header: { 'Idempotency-Key': key } },
      body: { channel: 'pos', changes: [{ type: 'add', collection: 'cart', item: { sku: 'SOFA', quantity } }] },
    });
  expect((await add('k-1', 2)).data?.results.map(({ status }) => status)).toEqual(['ok']);
  expect((await add('k-1', 3)).error?.code).toBe('request/idempotency');
  const cart = { params: { path: { ...customer, collection: 'cart' } } };
  const { data: shown } = await till.GET('/v1/customers/{customer}/{collection}', cart);
  expect(shown?.entries.map(({ sku, quantity }) => [sku, quantity])).toEqual([['SOFA', 2]]);
  const order = { orderId: 'N-1', channel: 'pos', lines: [{ sku: 'SOFA', quantity: 2 }] };
  const refused = await till.POST('/v1/orders/complete', { body: { ...order, checkoutId: 'ck_unknown' } });
  expect([refused.response.status, refused.error?.code]).toEqual([404, 'checkout/unknown']);
  const { data } = await till.POST('/v1/orders/complete', { body: { ...order, customerId: 'ana' } });
  expect(data?.taken.map(({ sku, quantity }) => [sku, quantity])).toEqual([['SOFA', 2]]);

  const agent = { act: { sub: 'bob' }, collections: ['cart'] };
  const headers = { authorization: `Bearer ${await sign(agent)}`, 'relevo-site': 'pk_a' };
  const desk = createClient<paths>({ baseUrl: world.url, headers });
  expect((await desk.POST('/v1/customers/{customer}/live', { params: { path: customer } })).data?.ticket).toMatch(/\./);
  const { data: audit } = await till.GET('/v1/customers/{customer}/audit', { params: { path: customer } });
  expect(audit?.entries.map(({ actor }) => actor)).toContain('bob');
});
