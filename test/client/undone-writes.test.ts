import { expect, test } from 'vitest';
import type { Store } from '../../src/client/ports.ts';
import type { Device } from '../../src/client/records.ts';
import { getDevice } from '../../src/client/tables.ts';
import type { VirtualDevice } from '../../src/testing/virtual-device.ts';
import { faultyStore, textOf } from './device-disk.ts';
import { cartOf, within, world } from './world.ts';

/** A disk whose transactions run, and fail when they are to be committed: what their bodies did to the disk is undone. */
const failsAtCommit = (device: VirtualDevice): { error: string; left: number; isDue(found: Device): boolean } => {
  const fault = { error: 'UnknownError', left: 0, isDue: (_: Device): boolean => true };
  device.setOpen(async () => {
    if (fault.left) throw new DOMException('still gone', fault.error);
    const store = faultyStore(device, { isBroken: false });
    const write: Store['write'] = (body, options) =>
      store.write(async (tx) => {
        const result = await body(tx);
        const found = await getDevice(tx);
        if (fault.left && found && fault.isDue(found)) {
          fault.left--;
          throw new DOMException('no room', fault.error);
        }
        return result;
      }, options);
    return { ...store, write };
  });
  return fault;
};

test('a tab whose store fails when it follows another one’s sign-out has no cursor without its rows', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'personal' } });
  const fault = failsAtCommit(device);
  const [one, two] = [device.open().relevo, device.open().relevo];
  await made.clock.pass(500);
  one.cart.add({ sku: 'SOFA' });
  await made.clock.pass(2_000);
  fault.left = 100;
  await within(made, 2_000, one.signOut());
  await made.clock.pass(2_000);
  expect([one, two].map(({ status }) => status.storage)).toEqual(['memory', 'memory']);
  fault.left = 0;
  await made.clock.pass(120_000);
  expect([one, two].map(({ status }) => status.storage)).toEqual(['indexeddb', 'indexeddb']);
  await Promise.all([one, two].map((relevo) => within(made, 1_000, relevo.stop())));
  const { relevo } = device.open();
  await made.clock.pass(2_000);
  expect(cartOf(relevo)).toEqual({ SOFA: 1 });
  await relevo.stop();
});

test('a merge that is owed when its customer comes back to a full disk is heard of once', async () => {
  let isMerging = false;
  const made = world({
    hooks: { beforeMerge: () => (isMerging ? undefined : Promise.reject(new Error('not now'))) },
  });
  const { device } = made.device({ device: { kind: 'personal' }, consent: { personalization: 'granted' } });
  const fault = failsAtCommit(device);
  const { relevo } = device.open();
  await made.clock.pass(500);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  await within(made, 5_000, relevo.signIn(made.token('ana')));
  await within(made, 5_000, relevo.signOut());
  for (const id of ['A', 'B', 'C', 'D']) relevo.browsing.view({ kind: 'product', id });
  await made.clock.pass(2_000);
  const merges: unknown[] = [];
  relevo.on('merge', ({ receipt }) => merges.push(receipt.id));
  Object.assign(fault, { error: 'QuotaExceededError', left: 1, isDue: ({ customer }: Device) => !!customer });
  const coming = relevo.signIn(made.token('ana'));
  isMerging = true;
  await within(made, 10_000, coming);
  await made.clock.pass(180_000);
  expect(cartOf(relevo)).toEqual({ SOFA: 1 });
  expect(new Set(merges).size).toBe(merges.length);
  expect(await textOf(device)).not.toContain('merging');
  await relevo.stop();
});
