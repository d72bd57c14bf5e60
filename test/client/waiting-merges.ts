import type { Cart } from '../../src/client/api.ts';
import { signedIn, signIn, signOut } from './kept-lines.ts';
import { within, world } from './world.ts';

/** A world whose site checks each merge, and does not answer as long as `hang(true)`. */
export const hangingWorld = (isHanging: boolean) => {
  let hangs = isHanging;
  const made = world({ hooks: { beforeMerge: () => (hangs ? new Promise<never>(() => {}) : undefined) } });
  const hang = (is: boolean): void => {
    hangs = is;
  };
  return { made, hang };
};

/** Ana on a device on which a guest had put two lamps into the cart: their merge waits, and she has set one. */
export const loweredWhileItWaits = async (kind: 'personal' | 'shared' = 'personal') => {
  const { made, hang } = hangingWorld(true);
  const { relevo } = made.device({ device: { kind } }).device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'LAMP', quantity: 2 });
  await within(made, 1_000, relevo.flush());
  await signIn(made, relevo, 'ana');
  relevo.cart.setQuantity({ sku: 'LAMP' }, 1);
  await made.clock.pass(500);
  return { made, hang, relevo };
};

/** The same, and she has signed out and in again, while it still waits. */
export const backWhileItWaits = async () => {
  const all = await loweredWhileItWaits();
  await signOut(all.made, all.relevo);
  await all.made.clock.pass(1_000);
  await signIn(all.made, all.relevo, 'ana');
  await all.made.clock.pass(1_000);
  return all;
};

/** Ana with three lamps and a vase, of which the guest in between has added a lamp to the copy: that merge waits. */
export const copyThatWaits = async () => {
  const { made, hang } = hangingWorld(false);
  const { relevo, line } = await signedIn(made);
  await signOut(made, relevo);
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(1_000);
  hang(true);
  await signIn(made, relevo, 'ana');
  await made.clock.pass(500);
  /** She signs out; the site answers again; she signs in on this occasion. */
  const leaveAndComeBack = async (during: 'browse' | 'checkout') => {
    await signOut(made, relevo);
    line.setOnline(true);
    await made.clock.pass(500);
    hang(false);
    await within(made, 4_000, relevo.signIn(made.token('ana'), { during }));
    await made.clock.pass(400_000);
  };
  return { made, relevo, line, leaveAndComeBack };
};

/** Ana's device holds three chairs for her since a sign-out without a network, which is there again, and what is `more`. */
export const heldChairs = async (more: (cart: Cart) => unknown = () => {}) => {
  const { made, hang } = hangingWorld(false);
  const { relevo, line } = await signedIn(made);
  line.setOnline(false);
  relevo.cart.add({ sku: 'CHAIR', quantity: 3 });
  more(relevo.cart);
  await made.clock.pass(500);
  await signOut(made, relevo);
  line.setOnline(true);
  return { made, hang, relevo, line };
};
