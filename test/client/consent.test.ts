import { expect, test } from 'vitest';
import { countedPage } from './counted-page.ts';
import { textOf } from './device-disk.ts';
import { standOf, within, world } from './world.ts';

const view = { kind: 'product', id: 'CANARY-VIEW', title: 'Canary' };

test('a view without consent is shown on this page, held, and neither stored nor sent', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  const change = relevo.browsing.view(view);
  relevo.cart.add({ sku: 'A' });
  await made.clock.pass(60_000);
  expect(relevo.browsing.recent().map(({ id }) => id)).toEqual(['CANARY-VIEW']);
  expect(relevo.status).toMatchObject({ held: { personalization: 1 }, pending: 0 });
  expect([await standOf(change.saved), await standOf(change.synced)]).toEqual(['open', 'open']);
  expect(await textOf(device)).not.toContain('CANARY');
  expect(JSON.stringify(line.requests)).not.toContain('CANARY');
  await relevo.stop();
  const next = device.open().relevo;
  await made.clock.pass(100);
  expect(next.browsing.recent()).toEqual([]);
  await next.stop();
});

test('the page is told once how to grant', async () => {
  const made = world();
  const { relevo, infos } = countedPage(made);
  await made.clock.pass(100);
  for (const id of ['A', 'B', 'C']) relevo.browsing.view({ kind: 'product', id });
  await made.clock.pass(1_000);
  expect(infos).toHaveLength(1);
  expect(infos[0]).toContain('relevo.consent.set');
  await relevo.stop();
});

test('granting stores and sends what was held, with consent ahead of it', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  const change = relevo.browsing.view(view);
  await made.clock.pass(1_000);
  relevo.consent.set({ personalization: 'granted' });
  expect(relevo.consent.current).toMatchObject({ personalization: 'granted' });
  await within(made, 2_000, change.synced);
  expect(relevo.status).toMatchObject({ held: {}, pending: 0 });
  const sent = line.requests.map(({ body }) => body).join();
  expect(sent.indexOf('"c":"consent"')).toBeGreaterThan(-1);
  expect(sent.indexOf('"c":"consent"')).toBeLessThan(sent.indexOf('CANARY-VIEW'));
  await relevo.stop();
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect(next.browsing.recent().map(({ id }) => id)).toEqual(['CANARY-VIEW']);
  expect(next.consent.current).toMatchObject({ personalization: 'granted' });
  await next.stop();
});

test('denying takes back what was held and what was stored, here, at the server and on the second device', async () => {
  const made = world();
  const options = { getToken: () => made.token('ana') };
  const laptop = made.device({ ...options, consent: { personalization: 'granted' } });
  const phone = made.device(options);
  const [here, there] = [laptop.device.open().relevo, phone.device.open().relevo];
  await made.clock.pass(1_000);
  here.browsing.view(view);
  await made.clock.pass(2_000);
  expect(there.browsing.recent().map(({ id }) => id)).toEqual(['CANARY-VIEW']);
  expect(there.consent.current).toMatchObject({ personalization: 'granted' });
  there.consent.set({ personalization: 'denied' });
  await made.clock.pass(2_000);
  for (const { relevo, device } of [
    { relevo: here, device: laptop.device },
    { relevo: there, device: phone.device },
  ]) {
    expect(relevo.browsing.recent()).toEqual([]);
    expect(relevo.consent.current).toMatchObject({ personalization: 'denied' });
    expect(await textOf(device)).not.toContain('CANARY');
  }
  const refused = here.browsing.view({ kind: 'product', id: 'CANARY-LATER' });
  expect(await standOf(refused.synced)).toBe('consent/required');
  expect(here.browsing.recent()).toEqual([]);
  await Promise.all([here.stop(), there.stop()]);
});

test('what was decided last holds, also when the clock jumps an hour between deciding and sending', async () => {
  const made = world();
  const { device, line } = made.device({ getToken: () => made.token('ana') });
  const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  const { relevo, signal } = device.open();
  await made.clock.pass(1_000);
  relevo.consent.set({ personalization: 'granted' });
  await made.clock.pass(1_000);
  line.setOnline(false);
  relevo.consent.set({ personalization: 'denied' });
  device.skew.ms = 3_600_000;
  line.setOnline(true);
  signal('online');
  await made.clock.pass(3_000);
  for (const one of [relevo, other]) expect(one.consent.current).toMatchObject({ personalization: 'denied' });
  await Promise.all([relevo.stop(), other.stop()]);
});

test('denying offline acts at once and drops what was not sent; it is sent before anything else', async () => {
  const made = world();
  const { device, line } = made.device({ consent: { personalization: 'granted' } });
  const page = device.open();
  await made.clock.pass(1_000);
  line.setOnline(false);
  const change = page.relevo.browsing.view(view);
  await within(made, 50, change.saved);
  page.relevo.consent.set({ personalization: 'denied' });
  expect(page.relevo.browsing.recent()).toEqual([]);
  await made.clock.pass(1_000);
  expect(page.relevo.browsing.recent()).toEqual([]);
  line.setOnline(true);
  page.signal('online');
  await made.clock.pass(2_000);
  expect(JSON.stringify(line.requests)).not.toContain('CANARY');
  expect(await textOf(device)).not.toContain('CANARY');
  expect(page.relevo.status.pending).toBe(0);
  await page.relevo.stop();
});

test('what already had a number keeps it and does nothing', async () => {
  const made = world();
  const { device, line } = made.device({ consent: { personalization: 'granted' } });
  const page = device.open();
  page.relevo.cart.add({ sku: 'A' });
  await made.clock.pass(1_000);
  line.setFaults({ requestLost: 1 });
  page.relevo.browsing.view(view);
  await made.clock.pass(500);
  expect(await textOf(device)).toContain('CANARY-VIEW');
  page.relevo.consent.set({ personalization: 'denied' });
  await made.clock.pass(500);
  line.setFaults({});
  await made.clock.pass(60_000);
  const numbered = line.requests.flatMap(({ body }) => (JSON.parse(body) as { ops: { t: string; q: number }[] }).ops);
  expect(numbered.some(({ t }) => t === 'nop')).toBe(true);
  expect(JSON.stringify(line.requests)).not.toContain('CANARY');
  expect(page.relevo.status.pending).toBe(0);
  page.relevo.cart.add({ sku: 'B' });
  await within(made, 1_000, page.relevo.flush());
  await page.relevo.stop();
});

test('granting again does not bring back what was denied', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  await made.clock.pass(100);
  relevo.browsing.view(view);
  relevo.consent.set({ personalization: 'denied' });
  await made.clock.pass(1_000);
  relevo.consent.set({ personalization: 'granted' });
  await made.clock.pass(1_000);
  expect(relevo.browsing.recent()).toEqual([]);
  relevo.browsing.view({ kind: 'product', id: 'NEW' });
  await made.clock.pass(1_000);
  expect(relevo.browsing.recent().map(({ id }) => id)).toEqual(['NEW']);
  await relevo.stop();
});

test('the server refuses a view whose customer has no record of consent, and takes the rest', async () => {
  const made = world();
  const op = (q: number, more: object) => ({ q, i: `change-${q}`, a: 0, at: 0, ...more });
  const request = {
    v: 1,
    site: 'pk_world',
    sdk: 'test',
    channel: 'web',
    device: 'device-1',
    auth: { guest: 'guest-guest-1', secret: 'secret-secret-secret' },
    r: 'replica-1',
    cur: null,
    low: 0,
    ops: [
      op(1, { c: 'browsing', k: 'product:A', t: 'put', v: view }),
      op(2, { c: 'cart', k: 'line-1', t: 'add', n: 1, f: { sku: 'A' } }),
    ],
  };
  const { body } = await made.core.sync(JSON.stringify(request));
  expect(body).toMatchObject({
    acks: [
      ['change-1', 'rejected', 'consent/required'],
      ['change-2', 'ok', 1, expect.anything()],
    ],
  });
  expect(JSON.stringify((body as { ent: unknown }).ent)).not.toContain('CANARY');
});

test("a site's own purpose gates its collections the same way", async () => {
  const collections = { tips: { kind: 'reg', purpose: 'marketing' } } as const;
  const made = world({ collections });
  const { device, line } = made.device({ collections });
  const { relevo } = device.open();
  await made.clock.pass(100);
  const change = relevo.collection('tips').set('a', 'CANARY-TIP');
  await made.clock.pass(1_000);
  expect(relevo.status.held).toEqual({ marketing: 1 });
  expect(JSON.stringify(line.requests)).not.toContain('CANARY');
  relevo.consent.set({ marketing: 'granted' });
  await within(made, 2_000, change.synced);
  expect(relevo.consent.current).toMatchObject({ marketing: 'granted', personalization: 'pending' });
  await relevo.stop();
});

test.each([
  ['agree', 'granted', ['LAMP']],
  ['agree to nothing', 'pending', []],
])(
  'what was viewed as a guest goes along to an account without an answer, and is kept when they %s there',
  async (_, choice, kept) => {
    const made = world();
    const { device } = made.device();
    const { relevo } = device.open();
    await made.clock.pass(100);
    const { synced } = relevo.browsing.view({ kind: 'product', id: 'LAMP' });
    await within(made, 2_000, relevo.signIn(made.token('ana')));
    await made.clock.pass(1_000);
    expect(relevo.browsing.recent().map(({ id }) => id)).toEqual(['LAMP']);
    if (choice === 'granted') relevo.consent.set({ personalization: 'granted' });
    await made.clock.pass(2_000);
    expect(await standOf(synced)).toBe(choice === 'granted' ? 'done' : 'open');
    const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    await made.clock.pass(2_000);
    expect(other.browsing.recent().map(({ id }) => id)).toEqual(kept);
    await relevo.stop();
    await other.stop();
  },
);

test('what was viewed as a guest is refused by the consent that the account had given elsewhere', async () => {
  const made = world();
  const granted = { getToken: () => made.token('ana'), consent: { personalization: 'granted' } } as const;
  const there = made.device(granted).device.open().relevo;
  there.browsing.view({ kind: 'product', id: 'SOFA' });
  await made.clock.pass(2_000);
  const { relevo } = made.device().device.open();
  await made.clock.pass(100);
  const { synced } = relevo.browsing.view({ kind: 'product', id: 'LAMP' });
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  await made.clock.pass(2_000);
  expect([await standOf(synced), relevo.status.held]).toEqual(['consent/required', {}]);
  expect(relevo.browsing.recent().map(({ id }) => id)).toEqual(['SOFA']);
  await relevo.stop();
  await there.stop();
});
