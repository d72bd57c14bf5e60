import { expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import { faultyStore, textOf } from './device-disk.ts';
import { opensLater } from './late-store.ts';
import { within, world } from './world.ts';

/** A shared device on which Ana is signed in. */
const signedIn = async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const store = { isBroken: false };
  device.setOpen(async () => faultyStore(device, store));
  const { relevo } = device.open();
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  return { made, device, line, relevo, store };
};

/** What a page says was not sent of those who left. */
const heardOn = (relevo: Relevo): number[] => {
  const heard: number[] = [];
  relevo.on('signout', ({ unsynced }) => heard.push(unsynced));
  return heard;
};

test('what Ana could not send is told as gone when the store opens after Ben has signed in', async () => {
  const { made, device, line, relevo } = await signedIn();
  line.setOnline(false);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  await relevo.stop();
  line.setOnline(true);
  const open = opensLater(device);
  const next = device.open().relevo;
  const heard = heardOn(next);
  await made.clock.pass(3_000);
  await within(made, 8_000, next.signIn(made.token('ben')));
  expect(heard).toEqual([0]);
  open();
  await made.clock.pass(2_000);
  expect([heard, (await textOf(device)).includes('SOFA')]).toEqual([[0, 1], false]);
  await next.stop();
});

test('what a page kept before it was known whose it is is told as gone when its store opens after a sign-out', async () => {
  const { made, device, relevo } = await signedIn();
  await relevo.stop();
  const locked = device.open().relevo;
  await made.clock.pass(100);
  await within(made, 100, locked.cart.add({ sku: 'SOFA' }).saved);
  await locked.stop();
  const open = opensLater(device);
  const next = device.open().relevo;
  const heard = heardOn(next);
  await made.clock.pass(3_000);
  await within(made, 8_000, next.signOut());
  open();
  await made.clock.pass(2_000);
  expect([heard, (await textOf(device)).includes('SOFA')]).toEqual([[0, 1], false]);
  await next.stop();
});

test.each([false, true])(
  'what a page in memory has told at the sign-out is not told again when it has its store back (locked: %j)',
  async (isLocked) => {
    const { made, device, line, relevo, store } = await signedIn();
    if (isLocked) await relevo.stop();
    const page = isLocked ? device.open().relevo : relevo;
    const heard = heardOn(page);
    await made.clock.pass(100);
    line.setOnline(false);
    page.cart.add({ sku: 'SOFA' });
    await made.clock.pass(1_000);
    store.isBroken = true;
    page.cart.add({ sku: 'LAMP' });
    await made.clock.pass(1_000);
    expect(page.status.degraded).toBeTruthy();
    await within(made, 8_000, page.signOut());
    expect(heard).toEqual([2]);
    store.isBroken = false;
    await made.clock.pass(90_000);
    expect([page.status.degraded, heard]).toEqual([undefined, [2]]);
    await page.stop();
  },
);
