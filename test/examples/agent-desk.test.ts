import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openDesk } from '../../examples/agent-desk/desk.mjs';
import { createDeskServer } from '../../examples/agent-desk/server.mjs';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { keyA, startChannels, withKey } from '../server/channel-world.ts';
import { add, op } from '../server/core-world.ts';
import { type HttpWorld, request, secretA, sign } from '../server/http-world.ts';

let world: HttpWorld;
let desk: { close(): void; url: string };
const printed: string[] = [];
beforeAll(async () => {
  world = await startChannels();
  const rules = { site: 'pk_a', secret: secretA, issuer: 'https://shop.example', audience: 'relevo' };
  const who = { agents: ['bob', 'eve'], print: (text: string) => void printed.push(text) };
  const server = createDeskServer({ endpoint: world.url, ...rules, ...who });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  desk = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
});
afterAll(async () => {
  desk.close();
  await world.stop();
});

const post = (path: string, body: unknown, cookie = '') =>
  fetch(desk.url + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { cookie },
  });
const codeOf = (name: string) =>
  printed
    .findLast((text) => text.startsWith(`${name} signs in`))
    ?.split(' ')
    .at(-1);
const signIn = async (name: string) => {
  const reply = await post('/sign-in', { name, code: codeOf(name) });
  const set = reply.headers.get('set-cookie') ?? '';
  expect([reply.status, set.includes('HttpOnly'), set.includes('SameSite=Strict')]).toEqual([204, true, true]);
  return set.split(';', 1)[0] ?? '';
};
const tokenOf = async (name: string, customer = 'ana') =>
  (await (await post('/token', { customer }, await signIn(name))).json()) as {
    endpoint: string;
    site: string;
    token: string;
  };

test('the desk sees the live cart of the customer on the line and adds to it; the customer sees who did', async () => {
  const auth = { token: await sign() };
  const sync = async (ops: object[] = []) => (await world.post(request({ auth, ops }))).json as unknown as SyncReply;
  await sync([add(1, 'lamp', 1, { f: { sku: 'LAMP', title: '<b>Lamp</b>' } })]);
  const { window } = new JSDOM(await (await fetch(`${desk.url}/?customer=ana`)).text());
  const { document } = window;
  const root = document.querySelector('main') as HTMLElement;
  const granted = await tokenOf('bob');
  const sockets: WebSocket[] = [];
  const waits: { ms: number; work: () => void }[] = [];
  const close = await openDesk({
    root,
    customer: 'ana',
    ...granted,
    openSocket: (url: string, protocols: string[]) => {
      const socket = new WebSocket(url, protocols);
      sockets.push(socket);
      return socket;
    },
    later: (ms: number, work: () => void) => void waits.push({ ms, work }),
  });
  const cart = () => [...root.querySelectorAll('li')].map(({ textContent }) => textContent);
  expect(cart()).toEqual(['1 × <b>Lamp</b>']);

  await sync([add(2, 'lamp', 1)]);
  await vi.waitFor(() => expect(cart()).toEqual(['2 × <b>Lamp</b>']), { timeout: 20_000 });

  const form = root.querySelector('form[data-add]') as HTMLFormElement;
  (form.elements.namedItem('sku') as HTMLInputElement).value = 'SOFA';
  form.dispatchEvent(new window.Event('submit', { cancelable: true }));
  await vi.waitFor(() => expect(cart()).toEqual(['2 × <b>Lamp</b>', '1 × SOFA (bob)']), { timeout: 20_000 });
  const sofa = (await sync()).ent.find(([, , , state]) => JSON.stringify(state).includes('"SOFA"'));
  expect(JSON.stringify(sofa)).toContain('"bob"');
  sockets[0]?.terminate();
  await vi.waitFor(() => expect(waits).toHaveLength(1), { timeout: 20_000 });
  expect(waits[0]?.ms).toBeLessThanOrEqual(1_000);
  await sync([add(3, 'lamp', 1), op(4, { k: 'rug', t: 'add', n: 1, f: { sku: 'RUG', parked: 'sold out' } })]);
  waits[0]?.work();
  await vi.waitFor(() => expect(cart()).toContain('1 × RUG, set aside: sold out'), { timeout: 20_000 });
  expect([sockets.length, cart()[0]]).toEqual([2, '3 × <b>Lamp</b>']);
  close();

  const audit = await withKey(world, '/v1/customers/ana/audit', { key: keyA });
  expect(
    (audit.json as { entries: { actor: string; act: string }[] }).entries.map(({ actor, act }) => `${actor} ${act}`),
  ).toEqual(expect.arrayContaining(['bob read', 'bob write']));
});

test('nobody at the desk gets no token, a code is good once, and a token opens no other customer', async () => {
  expect((await post('/token', { customer: 'ana' })).status).toBe(401);
  expect((await post('/token', { customer: 'ana' }, `desk=${'x'.repeat(32)}`)).status).toBe(401);
  const code = codeOf('eve');
  const { token } = await tokenOf('eve');
  expect((await post('/sign-in', { name: 'eve', code })).status).toBe(401);
  const headers = { authorization: `Bearer ${token}`, 'relevo-site': 'pk_a' };
  expect((await world.ask('/v1/customers/ben/cart', { headers })).status).toBe(404);
  expect((await world.ask('/v1/customers/ana/preferences', { headers })).status).toBe(403);
  const before = codeOf('eve');
  for (let n = 0; n < 5; n++) expect((await post('/sign-in', { name: 'eve', code: 'x' })).status).toBe(401);
  expect((await post('/sign-in', { name: 'eve', code: before })).status).toBe(401);
});

test('what makes no sense is refused, and the desk goes on', async () => {
  const cookie = await signIn('bob');
  for (const body of ['', '{', 'null', '1', '[]', '{}', '{"customer":1}', 'x'.repeat(100_000)]) {
    expect([400, 401]).toContain((await post('/token', body, cookie)).status);
    expect([400, 401]).toContain((await post('/sign-in', body)).status);
  }
  for (const name of ['__proto__', 'constructor', 'toString'])
    expect((await post('/sign-in', { name, code: 'x' })).status).toBe(401);
  for (const path of ['/toString', '/__proto__', '//', '/desk.config.json'])
    expect((await fetch(desk.url + path)).status).toBe(404);
  expect((await post('/token', { customer: 'ana' }, cookie)).status).toBe(200);
});

test('it does not start without the secret, and says which', async () => {
  const script = fileURLToPath(new URL('../../examples/agent-desk/server.mjs', import.meta.url));
  const run = promisify(execFile)(process.execPath, [script], { env: { PATH: process.env.PATH } });
  expect(await run.catch(({ code, stderr }) => [code, stderr])).toEqual([
    2,
    expect.stringContaining('SHOP_TOKEN_SECRET'),
  ]);
});
