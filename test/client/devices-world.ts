import { expect } from 'vitest';
import type { Relevo, RelevoOptions } from '../../src/client/api.ts';
import type { WrapPorts } from '../../src/testing/virtual-device.ts';
import { textOf } from './device-disk.ts';
import { within, world } from './world.ts';

export const canary = 'CANARY';
export type Made = ReturnType<typeof world>;

/** What a promise comes to within that time: `done`, or its code. */
export const endOf = (made: Made, ms: number, promise: Promise<unknown>): Promise<string> =>
  within(made, ms, promise).then(
    () => 'done',
    (error: { code?: string }) => String(error.code ?? error),
  );

/** A device of Ana's, with one page. */
export const signedIn = async (made: Made, options: Partial<RelevoOptions> = {}, wrap?: WrapPorts) => {
  const own = made.device(options, wrap);
  const page = own.device.open();
  await made.clock.pass(100);
  await within(made, 2_000, page.relevo.signIn(made.token('ana')));
  await made.clock.pass(500);
  return { ...own, page, relevo: page.relevo, id: page.relevo.identity.current.deviceId };
};

/** Ana on her laptop, and on a phone that shows what is hers. */
export const twoDevices = async (options: Partial<RelevoOptions> = {}) => {
  const made = world();
  const laptop = await signedIn(made);
  const phone = await signedIn(made, { channel: 'ios', ...options });
  phone.relevo.cart.add({ sku: `${canary}-LINE` });
  phone.relevo.preferences.set('style', canary);
  await within(made, 1_000, phone.relevo.flush());
  await made.clock.pass(1_000);
  const heard: unknown[] = [];
  for (const event of ['signout', 'revoked'] as const)
    phone.relevo.on(event, (detail) => void heard.push([event, detail]));
  return { made, laptop, phone, heard };
};

export const shown = ({ cart, preferences, identity }: Relevo): string =>
  JSON.stringify([cart.lines, preferences.entries(), identity.current]);

/** The page and the disk of a device say nothing of Ana. */
export const isClean = async ({ relevo, device }: Awaited<ReturnType<typeof signedIn>>) => {
  expect(relevo.identity.current.kind).toBe('guest');
  expect(shown(relevo)).not.toContain(canary);
  expect(await textOf(device)).not.toMatch(new RegExp(`${canary}|ana`));
};
