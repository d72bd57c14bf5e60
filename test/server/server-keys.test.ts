import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelSecrets } from '../../src/server/channel-secrets.ts';
import { type ConfigInput, parseConfig } from '../../src/server/config.ts';
import { devServerKey, devWebhookSecret } from '../../src/server/dev-keys.ts';
import { hookA, keyA, keyB, startChannels, withKey } from './channel-world.ts';
import { createClock } from './core-world.ts';
import { type HttpWorld, originA, sign } from './http-world.ts';

const path = '/v1/orders/complete';
const order = { orderId: 'N-1', customerId: 'ana', lines: [{ sku: 'SOFA', quantity: 1 }] };
const answer = ({ status, code }: { status: number; code?: unknown }) => [status, code];

describe('a server key', () => {
  let world: HttpWorld;
  beforeAll(async () => {
    world = await startChannels();
  });
  afterAll(() => world.stop());

  it('is its site’s, whatever the body says', async () => {
    const reply = await withKey(world, path, { key: keyB, body: { ...order, site: 'pk_a' } });
    expect(reply.status).toBe(200);
    expect(world.log.at(-1)?.fields).toMatchObject({ route: path, site: 'pk_b', status: 200 });
  });

  it.each([`${keyA}x`, keyA.slice(0, -1), 'sk_', `sk_${'c'.repeat(40)}`])(
    'that no site has is refused: %s',
    async (key) => {
      expect(answer(await withKey(world, path, { key, body: order }))).toEqual([401, 'auth/key']);
    },
  );

  it('in a page is refused, and no page reads the answer, listed or not', async () => {
    for (const origin of [originA, 'https://evil.example']) {
      const reply = await withKey(world, path, { body: order, headers: { origin } });
      expect([...answer(reply), reply.headers.get('access-control-allow-origin')]).toEqual([403, 'site/origin', null]);
    }
  });

  it('is in no log, nor is whom it asked for', async () => {
    await withKey(world, '/v1/customers/canary-ana/canary-cart');
    const text = JSON.stringify(world.log);
    for (const secret of [keyA, 'canary']) expect(text).not.toContain(secret);
  });

  it('opens no sync', async () => {
    const body = {
      v: 1,
      site: 'pk_a',
      sdk: '0',
      channel: 'web',
      device: 'device_one',
      r: 'replica_one',
      low: 0,
      ops: [],
    };
    expect(answer(await world.post(body, { authorization: `Bearer ${keyA}` }))).toEqual([401, 'auth/malformed']);
  });
});

describe('the rates of a server key', () => {
  it('are its own: neither its address nor wrong keys from there stop it, and wrong keys are stopped', async () => {
    const one = { burst: 1, perSecond: 0.001 };
    const many = { burst: 3, perSecond: 0.001 };
    const rates = { customer: one, address: one, site: many, key: many };
    const world = await startChannels({ clock: createClock(Date.now()), rates });
    const wrong = () => withKey(world, path, { key: `${keyA}x`, body: order });
    expect(answer(await wrong())).toEqual([401, 'auth/key']);
    expect(answer(await wrong())).toEqual([429, 'request/rate']);
    for (let n = 0; n < 3; n++) expect((await withKey(world, path, { body: order })).status).toBe(200);
    expect(answer(await withKey(world, path, { body: order }))).toEqual([429, 'request/rate']);
    expect((await withKey(world, path, { key: keyB, body: order })).status).toBe(200);
    await world.stop();
  });
});

describe('a key in a page', () => {
  it('is counted by its address, good as it is: the page asks no more often than another one', async () => {
    const one = { burst: 1, perSecond: 0.001 };
    const many = { burst: 100, perSecond: 100 };
    const world = await startChannels({
      clock: createClock(Date.now()),
      rates: { customer: many, address: one, site: many, key: many },
    });
    const inPage = () => withKey(world, path, { body: order, headers: { origin: originA } });
    expect(answer(await inPage())).toEqual([403, 'site/origin']);
    expect(answer(await inPage())).toEqual([429, 'request/rate']);
    await world.stop();
  });
});

describe('the configuration of keys', () => {
  const secretsOf = (site: Partial<ConfigInput['sites'][string]>, env: Record<string, string> = {}) =>
    channelSecrets(parseConfig({ sites: { pk_a: site, pk_b: { serverKeys: [keyB] } } }).sites, env);
  const names = (serverKeys: ConfigInput['sites'][string]['serverKeys'], env = {}) =>
    secretsOf({ serverKeys }, env)
      .keys.filter(({ site }) => site === 'pk_a')
      .map(({ name }) => name);

  it('names them by their place where it gives no name, and takes them from the environment', () => {
    expect(names([keyA, { env: 'KEY' }], { KEY: `${keyA}2` })).toEqual(['key-1', 'key-2']);
    expect(names([{ name: 'till', key: { env: 'KEY' } }], { KEY: keyA })).toEqual(['till']);
  });

  it.each<[string, Partial<ConfigInput['sites'][string]>, RegExp]>([
    ['a short key', { serverKeys: ['sk_short'] }, /"key-1" must be sk_/],
    ['another key', { serverKeys: [`pk_${'a'.repeat(40)}`] }, /must be sk_/],
    ['a key of another site', { serverKeys: [keyB] }, /are one/],
    ['two keys of one name', { serverKeys: [keyA, { name: 'key-1', key: `${keyA}2` }] }, /are one/],
    ['a key that the environment lacks', { serverKeys: [{ env: 'NONE' }] }, /NONE must hold/],
    ['a webhook secret of 23 bytes', { webhookSecret: `whsec_${btoa('x'.repeat(23))}` }, /24 to 64 bytes/],
    ['a webhook secret of 65 bytes', { webhookSecret: [hookA, `whsec_${btoa('x'.repeat(65))}`] }, /24 to 64 bytes/],
    ['a webhook secret of another kind', { webhookSecret: keyA }, /24 to 64 bytes/],
  ])('refuses %s', (_, site, words) => {
    expect(() => secretsOf(site)).toThrow(words);
  });

  it.each([{ serverKeys: [devServerKey] }, { webhookSecret: devWebhookSecret }])(
    'refuses in production what everybody knows: %j',
    (site) => {
      expect(() => secretsOf(site, { NODE_ENV: 'production' })).toThrow(/demo key/);
      expect(secretsOf(site).keys.length).toBeGreaterThan(0);
    },
  );
});

it('a token without the name of its site is refused, before it is read', async () => {
  const world = await startChannels();
  const authorization = `Bearer ${await sign()}`;
  const ask = (headers: Record<string, string>) => world.post(order, { authorization, ...headers }, path).then(answer);
  expect(await ask({})).toEqual([400, 'request/malformed']);
  expect(await ask({ 'relevo-site': 'pk_x' })).toEqual([404, 'site/unknown']);
  expect(await ask({ 'relevo-site': 'pk_b' })).toEqual([401, 'auth/signature']);
  expect(await ask({ 'relevo-site': 'pk_a', origin: 'https://evil.example' })).toEqual([403, 'site/origin']);
  expect(await ask({ 'relevo-site': 'pk_a' })).toEqual([403, 'auth/scope']);
  await world.stop();
});
