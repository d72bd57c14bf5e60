import type { Relevo } from '../../src/client/api.ts';
import type { Store } from '../../src/client/ports.ts';
import type { VirtualDevice } from '../../src/testing/virtual-device.ts';
import { faultyStore } from './device-disk.ts';
import type { world } from './world.ts';

/** The device's disk as a durable store. */
export const durableStore = (device: VirtualDevice) => async (): Promise<Store> =>
  faultyStore(device, { isBroken: false });

/** Pages opened from now on find a store that opens when the result is called. */
export const opensLater = (device: VirtualDevice, make = durableStore(device)): (() => void) => {
  let open = () => {};
  device.setOpen(
    () =>
      new Promise<Store>((done) => {
        open = () => void make().then(done);
      }),
  );
  return () => open();
};

/** Pages opened from now on have a store that answers nothing more once it was told to hang; `go` lets all of it run. */
export const hangsOnDemand = (device: VirtualDevice): { hang(): void; go(): void } => {
  let waiting: (() => void)[] | undefined;
  const turn = () => (waiting ? new Promise<void>((done) => void waiting?.push(done)) : Promise.resolve());
  device.setOpen(async (handle) => ({
    ...handle,
    read: (body) => turn().then(() => handle.read(body)),
    write: (body, options) => turn().then(() => handle.write(body, options)),
  }));
  return {
    hang() {
      waiting ??= [];
    },
    go() {
      const late = waiting ?? [];
      waiting = undefined;
      for (const run of late) run();
    },
  };
};

/** Pages opened from now on have a durable store that answers each question after so many ms. */
export const answersAfter = (
  { clock }: Pick<ReturnType<typeof world>, 'clock'>,
  device: VirtualDevice,
  ms: number,
): void => {
  const slow = (): Promise<void> => new Promise((done) => void clock.timer(ms, done));
  device.setOpen(async (handle) => ({
    ...handle,
    durable: true,
    read: (body) => slow().then(() => handle.read(body)),
    write: (body, options) => slow().then(() => handle.write(body, options)),
  }));
};

/** A guest whose sofa the server has; then they do something offline, and leave the page. */
export const guestOffline = async (
  made: ReturnType<typeof world>,
  { act, of = {} }: { act(relevo: Relevo): Promise<unknown>; of?: Parameters<typeof made.device>[0] },
) => {
  const { device, line } = made.device(of);
  device.setOpen(durableStore(device));
  const { relevo } = device.open();
  await made.clock.pass(500);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(2_000);
  line.setOnline(false);
  const acted = act(relevo);
  await made.clock.pass(1_000);
  await acted;
  await relevo.stop();
  line.setOnline(true);
  return { device, line };
};
