import { expect, test } from 'vitest';
import { memoryStore } from '../../src/platform/memory-store.ts';
import { faultyStore } from './device-disk.ts';
import { refusal, standIn } from './stand-in.ts';
import { cartOf, standOf, within, world } from './world.ts';

test('a change is shown at once, saved when the store has it, synced when the server has it', async () => {
  const made = world();
  const { device, line } = made.device();
  let commit = (): void => {};
  const real = faultyStore(device, { isBroken: false });
  let isHolding = false;
  device.setOpen(async () => ({
    ...real,
    write: async (body, options) => {
      const result = await real.write(body, options);
      if (isHolding) await new Promise<void>((done) => (commit = done));
      return result;
    },
  }));
  const { relevo } = device.open();
  await made.clock.pass(100);
  isHolding = true;
  const release = line.hold();
  const change = relevo.cart.add({ sku: 'A' });
  expect(cartOf(relevo)).toEqual({ A: 1 });
  await made.clock.pass(100);
  expect([await standOf(change.saved), await standOf(change.synced)]).toEqual(['open', 'open']);
  isHolding = false;
  commit();
  expect(await standOf(change.saved)).toBe('done');
  await made.clock.pass(500);
  expect(line.requests.at(-1)?.body).toContain('"t":"add"');
  expect(await standOf(change.synced)).toBe('open');
  release();
  await within(made, 200, change.synced);
  await relevo.stop();
});

test('a memory store never says saved before the server has the change', async () => {
  const made = world();
  const { device, line } = made.device();
  device.setOpen(async () => memoryStore());
  const { relevo } = device.open();
  line.setOnline(false);
  const change = relevo.cart.add({ sku: 'A' });
  await made.clock.pass(10_000);
  expect(await standOf(change.saved)).toBe('open');
  expect(relevo.status.storage).toBe('memory');
  line.setOnline(true);
  await made.clock.pass(120_000);
  expect([await standOf(change.saved), await standOf(change.synced)]).toEqual(['done', 'done']);
  await relevo.stop();
});

test('offline a change is saved and waits; it is synced when the line is back', async () => {
  const made = world();
  const { device, line } = made.device();
  const page = device.open();
  await made.clock.pass(100);
  line.setOnline(false);
  const change = page.relevo.cart.add({ sku: 'A' });
  await made.clock.pass(3_600_000);
  expect([await standOf(change.saved), await standOf(change.synced)]).toEqual(['done', 'open']);
  expect(page.relevo.status).toMatchObject({ connection: 'offline', pending: 1 });
  line.setOnline(true);
  page.signal('online');
  await within(made, 500, change.synced);
  expect(page.relevo.status).toMatchObject({ connection: 'online', pending: 0 });
  await page.relevo.stop();
});

test('a page killed after saved and before synced: the next page brings the change to the server, once', async () => {
  const made = world();
  const getToken = () => made.token('ana');
  const laptop = made.device({ getToken });
  const page = laptop.device.open();
  await made.clock.pass(500);
  laptop.line.setOnline(false);
  const change = page.relevo.cart.add({ sku: 'A', quantity: 3 });
  await within(made, 50, change.saved);
  page.kill();
  laptop.line.setOnline(true);
  const next = laptop.device.open().relevo;
  const phone = made.device({ getToken }).device.open().relevo;
  await made.clock.pass(2_000);
  expect(cartOf(next)).toEqual({ A: 3 });
  expect(cartOf(phone)).toEqual({ A: 3 });
  await Promise.all([next.stop(), phone.stop()]);
});

test('promises that nobody listens to never raise an unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const made = world();
  const { device, line } = made.device({ consent: { personalization: 'denied' } });
  standIn(line, (_, body) => (body.includes('REFUSED') ? refusal(413, 'request/too-large') : undefined));
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.browsing.view({ kind: 'product', id: 'A' });
  relevo.cart.add({ sku: 'REFUSED' });
  await made.clock.pass(5_000);
  line.setOnline(false);
  relevo.cart.add({ sku: 'A' });
  await made.clock.pass(1_000);
  await relevo.stop();
  await made.clock.settle();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

test('what the server refuses rejects synced with its code, is told as an error, and does not block the queue', async () => {
  const made = world();
  const { device } = made.device({ collections: { quiz: { kind: 'map' } } });
  const { relevo } = device.open();
  await made.clock.pass(100);
  const heard: string[] = [];
  relevo.on('error', ({ code }) => heard.push(code));
  // The server's configuration knows no `quiz`, so it takes it for a `reg`.
  const refused = relevo.collection('quiz').patch('a', { answer: 1 });
  const after = relevo.cart.add({ sku: 'A' });
  await within(made, 1_000, after.synced);
  expect(await standOf(refused.synced)).toBe('change/kind');
  expect(heard).toEqual(['change/kind']);
  expect(relevo.status.pending).toBe(0);
  expect(relevo.collection('quiz').get('a')).toBeUndefined();
  await relevo.stop();
});

test('stop leaves what is not synced on the device and rejects its promise with sync/abandoned', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  line.setOnline(false);
  const change = relevo.cart.add({ sku: 'A' });
  await made.clock.pass(100);
  await relevo.stop();
  expect([await standOf(change.saved), await standOf(change.synced)]).toEqual(['done', 'sync/abandoned']);
  line.setOnline(true);
  const next = device.open().relevo;
  await made.clock.pass(500);
  expect(cartOf(next)).toEqual({ A: 1 });
  expect(next.status.pending).toBe(0);
  await next.stop();
});

test('flush resolves when the server has everything, and rejects network/offline when it cannot', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'A' });
  await within(made, 1_000, relevo.flush());
  expect(relevo.status.pending).toBe(0);
  line.setOnline(false);
  relevo.cart.add({ sku: 'A' });
  await expect(within(made, 20_000, relevo.flush())).rejects.toMatchObject({
    code: 'network/offline',
    retryable: true,
  });
  await relevo.stop();
});
