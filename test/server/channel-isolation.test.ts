import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyA, keyB, startChannels } from './channel-world.ts';
import { add, guest, put } from './core-world.ts';
import { type HttpWorld, request, secretB, sign } from './http-world.ts';

type Role = {
  readonly name: string;
  readonly headers: Record<string, string>;
  /** Whose canaries it may see: `customer/site/collection`. */
  readonly sees: (whose: string) => boolean;
};

let world: HttpWorld;
let roles: Role[];
const canary = (customer: string, site: string, collection: string) => `canary-of-${customer}-${site}-${collection}`;

beforeAll(async () => {
  world = await startChannels({ rates: null });
  const people = [
    { customer: 'ana', site: 'pk_a', auth: { token: await sign({ sub: 'ana' }) } },
    { customer: 'ben', site: 'pk_a', auth: { token: await sign({ sub: 'ben' }) } },
    { customer: 'ana', site: 'pk_b', auth: { token: await sign({ sub: 'ana' }, { secret: secretB }) } },
    { customer: 'visitor', site: 'pk_a', auth: guest('visitor') },
  ];
  for (const { customer, site, auth } of people) {
    const ops = [
      put(1, 'note', canary(customer, site, 'preferences')),
      add(2, 'sofa', 1, { f: { sku: 'SOFA', title: canary(customer, site, 'cart') } }),
    ];
    await world.post(request({ site, auth, ops }));
  }
  const bearer = (token: string, site = 'pk_a') => ({ authorization: `Bearer ${token}`, 'relevo-site': site });
  const agent = (more: object = {}) => sign({ act: { sub: 'bob' }, collections: ['cart'], ...more });
  const now = Math.floor(Date.now() / 1_000);
  const isCustomersOf = (site: string) => (whose: string) => whose.includes(`-${site}-`) && !whose.includes('visitor');
  const nothing = () => false;
  roles = [
    {
      name: 'key of a',
      headers: { authorization: `Bearer ${keyA}`, 'relevo-site': 'pk_b' },
      sees: isCustomersOf('pk_a'),
    },
    { name: 'key of b', headers: { authorization: `Bearer ${keyB}` }, sees: isCustomersOf('pk_b') },
    {
      name: 'agent',
      headers: bearer(await agent()),
      sees: (whose) => whose === canary('ana', 'pk_a', 'cart'),
    },
    { name: 'agent at b', headers: bearer(await agent(), 'pk_b'), sees: nothing },
    { name: 'agent too late', headers: bearer(await agent({ iat: now - 900, exp: now - 60 })), sees: nothing },
    { name: 'agent of all', headers: bearer(await agent({ collections: ['*', 'all'] })), sees: nothing },
    { name: 'customer', headers: bearer(await sign()), sees: nothing },
    { name: 'wrong key', headers: { authorization: `Bearer ${keyA}0` }, sees: nothing },
    { name: 'nobody', headers: {}, sees: nothing },
  ];
});
afterAll(() => world.stop());

it('nobody sees a byte that is not theirs, whoever they ask for and however they spell it', async () => {
  const visitor = guest('visitor').guest;
  const customers = [
    'ana',
    'ben',
    'ANA',
    'ana%20',
    'ana%2F..%2Fben',
    '..%2Fben',
    visitor,
    'pk_b%2Fana',
    '%00ana',
    'c_',
  ];
  const collections = ['cart', 'preferences', 'consent', 'identity', 'audit', 'c%61rt', 'lists', '~checkout'];
  let asked = 0;
  let seen = 0;
  for (const { name, headers, sees } of roles) {
    for (const customer of customers) {
      for (const collection of collections) {
        const reply = await world.ask(`/v1/customers/${customer}/${collection}`, { headers });
        const found = reply.text.match(/canary-of-[a-z_-]+/g) ?? [];
        expect(
          found.filter((whose) => !sees(whose)),
          `${name} ${customer} ${collection}`,
        ).toEqual([]);
        expect([200, 400, 401, 403, 404], `${name} ${customer} ${collection}: ${reply.text}`).toContain(reply.status);
        asked++;
        seen += found.length;
      }
      const body = JSON.stringify({
        channel: 'pos',
        changes: [{ type: 'put', collection: 'quiz', key: 'k', value: 1 }],
      });
      const init = {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': `${name}${asked}`.replaceAll(' ', '-') },
        body,
      };
      const written = await world.ask(`/v1/customers/${customer}/changes`, init);
      if (!name.startsWith('key')) expect([401, 403, 404], `${name} ${customer}`).toContain(written.status);
      expect(written.text).not.toContain('canary');
    }
  }
  expect(asked).toBe(9 * 10 * 8);
  // Those who may see: without them the check would show nothing.
  expect(seen).toBeGreaterThan(6);
});
