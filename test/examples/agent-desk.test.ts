import type { AddressInfo } from 'node:net';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openDesk } from '../../examples/agent-desk/desk.mjs';
import { createDeskServer } from '../../examples/agent-desk/server.mjs';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { keyA, startChannels, withKey } from '../server/channel-world.ts';
import { add } from '../server/core-world.ts';
import { type HttpWorld, request, secretA, sign } from '../server/http-world.ts';

let world: HttpWorld;
const desks: { close(): void; url: string }[] = [];
beforeAll(async () => {
  world = await startChannels();
  const rules = { site: 'pk_a', secret: secretA, issuer: 'https://shop.example', audience: 'relevo' };
  for (const agent of ['bob', undefined]) {
    const server = createDeskServer({ endpoint: world.url, ...rules, agentOf: () => agent });
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    desks.push({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() });
  }
});
afterAll(async () => {
  for (const { close } of desks) close();
  await world.stop();
});

const tokenAt = (url = '', customer = 'ana') =>
  fetch(`${url}/token`, { method: 'POST', body: JSON.stringify({ customer }) });

test('the desk sees the live cart of the customer on the line and adds to it; the customer sees who did', async () => {
  const [desk] = desks;
  const auth = { token: await sign() };
  const sync = async (ops: object[] = []) => (await world.post(request({ auth, ops }))).json as unknown as SyncReply;
  await sync([add(1, 'lamp', 1, { f: { sku: 'LAMP', title: '<b>Lamp</b>' } })]);
  const { window } = new JSDOM(await (await fetch(`${desk?.url}/?customer=ana`)).text());
  const { document } = window;
  const root = document.querySelector('main') as HTMLElement;
  const granted = (await (await tokenAt(desk?.url)).json()) as { endpoint: string; site: string; token: string };
  const close = await openDesk({
    root,
    customer: 'ana',
    ...granted,
    openSocket: (url: string, protocols: string[]) => new WebSocket(url, protocols),
  });
  const cart = () => [...root.querySelectorAll('li')].map(({ textContent }) => textContent);
  expect(cart()).toEqual(['1 × <b>Lamp</b>']);

  await sync([add(2, 'lamp', 1)]);
  await vi.waitFor(() => expect(cart()).toEqual(['2 × <b>Lamp</b>']), { timeout: 20_000 });

  const form = root.querySelector('form') as HTMLFormElement;
  (form.elements.namedItem('sku') as HTMLInputElement).value = 'SOFA';
  form.dispatchEvent(new window.Event('submit', { cancelable: true }));
  await vi.waitFor(() => expect(cart()).toEqual(['2 × <b>Lamp</b>', '1 × SOFA (bob)']), { timeout: 20_000 });
  const sofa = (await sync()).ent.find(([, , , state]) => JSON.stringify(state).includes('"SOFA"'));
  expect(JSON.stringify(sofa)).toContain('"bob"');
  close();

  const audit = await withKey(world, '/v1/customers/ana/audit', { key: keyA });
  expect(
    (audit.json as { entries: { actor: string; act: string }[] }).entries.map(({ actor, act }) => `${actor} ${act}`),
  ).toEqual(expect.arrayContaining(['bob read', 'bob write']));
});

test('nobody at the desk gets no token, and a token opens no other customer', async () => {
  const [desk, empty] = desks;
  expect((await tokenAt(empty?.url)).status).toBe(403);
  const { token } = (await (await tokenAt(desk?.url)).json()) as { token: string };
  const headers = { authorization: `Bearer ${token}`, 'relevo-site': 'pk_a' };
  expect((await world.ask('/v1/customers/ben/cart', { headers })).status).toBe(404);
  expect((await world.ask('/v1/customers/ana/preferences', { headers })).status).toBe(403);
});
