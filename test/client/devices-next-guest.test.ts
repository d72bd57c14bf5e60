import { expect, test } from 'vitest';
import type { Cart } from '../../src/client/api.ts';
import { canary, twoDevices } from './devices-world.ts';
import { cartOf, within } from './world.ts';

const line = `${canary}-LINE`;
const add = (sku: string) => (cart: Cart) => cart.add({ sku });

test.each([
  ['an article of their own', [add('NEXT'), add('NEXT')], { NEXT: 2 }],
  ['the article that had stayed in view', [add(line), add(line)], { [line]: 2 }],
  ['both', [add(line), add('NEXT')], { [line]: 1, NEXT: 1 }],
  ['what they say beyond it', [(cart: Cart) => cart.setQuantity({ sku: line }, 4)], { [line]: 2 }],
  ['nothing of it where they leave fewer', [(cart: Cart) => cart.setQuantity({ sku: line }, 1)], {}],
  [
    'what they add where they have left fewer',
    [(cart: Cart) => cart.setQuantity({ sku: line }, 1), add(line)],
    { [line]: 1 },
  ],
  ['nothing where it goes', [(cart: Cart) => cart.remove({ sku: line })], {}],
] as const)(
  'what a guest does behind a sign-out that hears that the device was taken back is theirs: %s',
  async (_, acts, cart) => {
    const { made, laptop, phone, heard } = await twoDevices({ device: { kind: 'personal', keep: 'cart-lines' } });
    phone.relevo.cart.add({ sku: line });
    await within(made, 1_000, phone.relevo.flush());
    phone.line.setOnline(false);
    await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
    await made.clock.pass(3_000);
    phone.line.setOnline(true);
    const left = within(made, 5_000, phone.relevo.signOut());
    const changes = acts.map((act) => act(phone.relevo.cart));
    await left;
    await made.clock.pass(2_000);
    expect(heard.map((one) => (one as [string])[0])).toEqual(['signout', 'revoked']);
    expect(cartOf(phone.relevo)).toEqual(cart);
    await within(made, 1_000, Promise.all(changes.map(({ saved }) => saved)));
    await within(made, 1_000, Promise.all(changes.map(({ synced }) => synced)));
    const next = phone.device.open();
    await made.clock.pass(1_000);
    expect(cartOf(next.relevo)).toEqual(cart);
    await Promise.all([laptop.relevo.stop(), phone.relevo.stop(), next.relevo.stop()]);
  },
);
