import { expect, test } from 'vitest';
import { markedIn } from '../../src/testing/stored-device.ts';
import { textOf } from './device-disk.ts';
import { type DeviceKind, heardOf, kinds, slowStore } from './slow-store.ts';
import { cartOf, within, world } from './world.ts';

/**
 * Ana and then eve signed in on a device, eve with a sofa. What is kept beside its store is put back to when `marked` was
 * there: a browser that crashes may lose what it wrote there last.
 */
const older = async (kind: DeviceKind, marked: 'a guest' | 'ana') => {
  const made = world();
  const { device } = made.device({ device: { kind } });
  const { relevo: first } = device.open();
  await made.clock.pass(1_000);
  const words = { 'a guest': device.marker.text, ana: null as string | null };
  await within(made, 2_000, first.signIn(made.token('ana')));
  words.ana = device.marker.text;
  await within(made, 9_000, first.signIn(made.token('ben')));
  await within(made, 9_000, first.signIn(made.token('eve')));
  first.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  await within(made, 1_000, first.stop());
  device.marker.text = words[marked];
  const by = slowStore(device, made);
  by.beginMs = by.readMs = 100;
  return { made, device, ...device.open() };
};

const unsynced = ['flush', 'ask', 'drop'] as const;
const all = kinds.flatMap((kind) =>
  (['a guest', 'ana'] as const).flatMap((marked) => unsynced.map((how) => ({ kind, marked, how }))),
);

test.each(all)(
  'on a $kind device who signs out ($how) before the store is read leaves it, also when beside the store the last word is of $marked, long before',
  async ({ kind, marked, how }) => {
    const { made, device, relevo } = await older(kind, marked);
    const heard = heardOf(relevo);
    const left = await within(made, 9_000, relevo.signOut({ unsynced: how }));
    await made.clock.pass(1_000);
    expect([left.unsynced, heard, relevo.identity.current.kind, cartOf(relevo)]).toEqual([0, [0], 'guest', {}]);
    expect(await textOf(device)).not.toMatch(/SOFA|eve/);
    await within(made, 1_000, relevo.stop());
    const { relevo: next } = device.open();
    await within(made, 9_000, next.signIn(made.token('ben', 9)));
    await made.clock.pass(1_000);
    expect([next.identity.current.customerId, cartOf(next), markedIn(device)?.customer?.id]).toEqual([
      'ben',
      {},
      'ben',
    ]);
    await next.stop();
  },
);
