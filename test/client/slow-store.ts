import type { Relevo } from '../../src/client/api.ts';
import type { VirtualDevice } from '../../src/testing/virtual-device.ts';
import { textOf } from './device-disk.ts';
import { within, world } from './world.ts';

export type World = ReturnType<typeof world>;
export const kinds = ['shared', 'personal'] as const;
export type DeviceKind = (typeof kinds)[number];

/** Pages opened from now on have a durable store that begins a write or a read, answers the read, and says that the write is committed, so much later. */
export const slowStore = (device: VirtualDevice, { clock }: World) => {
  const by = { beginMs: 0, readMs: 0, answeredMs: 0, committedMs: 0 };
  const wait = (ms: number) => (ms ? new Promise<void>((done) => void clock.timer(ms, done)) : Promise.resolve());
  device.setOpen(async (handle) => ({
    ...handle,
    durable: true,
    read: async (body) => {
      await wait(by.readMs);
      const result = await handle.read(body);
      await wait(by.answeredMs);
      return result;
    },
    write: async (body, options) => {
      await wait(by.beginMs);
      const result = await handle.write(body, options);
      await wait(by.committedMs);
      return result;
    },
  }));
  return by;
};

/** Pages opened from now on have a durable store that takes so long for each read and write, one after the other. */
export const inTurnStore = (device: VirtualDevice, { clock }: World) => {
  const by = { ms: 0 };
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const next = last.then(async () => {
      if (by.ms) await new Promise<void>((done) => void clock.timer(by.ms, done));
      return act();
    });
    last = next.catch(() => {});
    return next;
  };
  device.setOpen(async (handle) => ({
    ...handle,
    durable: true,
    read: (body) => inTurn(() => handle.read(body)),
    write: (body, options) => inTurn(() => handle.write(body, options)),
  }));
  return by;
};

/** What a page says of who comes and goes, and of trouble; a sign-out by its number. */
export const heardOf = (relevo: Relevo): unknown[] => {
  const heard: unknown[] = [];
  for (const name of ['signin', 'restore', 'merge'] as const) relevo.on(name, () => heard.push(name));
  relevo.on('signout', ({ unsynced }) => heard.push(unsynced));
  relevo.on('error', ({ code }) => heard.push(code));
  return heard;
};

/** Time passes in small steps until something holds. */
export const until = async ({ clock }: World, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let step = 0; step < 400 && !(await holds()); step++) await clock.pass(5);
};

/** The store has a customer. */
export const isStored = (device: VirtualDevice) => async (): Promise<boolean> =>
  (await textOf(device)).includes('"customer":{');

/** A customer with a sofa at the server. */
export const signedIn = async (kind: DeviceKind) => {
  const made = world();
  const own = made.device({ device: { kind } });
  const by = slowStore(own.device, made);
  const page = own.device.open();
  await made.clock.pass(100);
  await within(made, 2_000, page.relevo.signIn(made.token('ana')));
  page.relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  return { made, ...own, by, page, relevo: page.relevo };
};

/** A guest whom somebody signs in: the answer is held. Something of theirs is at the server, unless `isUnheardOf`. */
export const entering = async (kind: DeviceKind, isUnheardOf = false) => {
  const made = world();
  const own = made.device({ device: { kind } });
  const by = slowStore(own.device, made);
  const page = own.device.open();
  const { relevo } = page;
  await made.clock.pass(100);
  if (!isUnheardOf) relevo.cart.add({ sku: 'BEFORE' });
  await made.clock.pass(1_000);
  const release = own.line.hold();
  const signingIn = relevo.signIn(made.token('ana'));
  signingIn.catch(() => {});
  await made.clock.pass(500);
  return { made, ...own, by, page, relevo, release, signingIn, heard: heardOf(relevo) };
};
