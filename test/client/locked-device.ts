import { world } from './world.ts';

/** A shared device on which ana signed in with a sofa, and whose pages do not know her token yet. */
export const lockedDevice = async () => {
  const made = world();
  const { device, line } = made.device();
  const first = device.open().relevo;
  const signingIn = first.signIn(made.token('ana'));
  await made.clock.pass(1_000);
  await signingIn;
  first.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  await first.stop();
  return { made, device, line };
};
