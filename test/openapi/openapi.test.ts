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
let document: { readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>> };
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
  expect((await till.GET('/v1/customers/{customer}/{collection}', cart)).data?.entries).toMatchObject([
    { sku: 'SOFA', quantity: 2 },
  ]);
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
