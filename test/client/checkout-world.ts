import type { Relevo, RelevoOptions } from '../../src/client/api.ts';
import type { World } from '../../src/testing/virtual-world.ts';
import { world } from './world.ts';

/** What the shop itself says of orders, by key or webhook. */
export const shopOf = ({ core }: Pick<World, 'core'>) => {
  const by = { kind: 'key', site: 'pk_world', actor: 'webhook' } as const;
  return (order: { readonly orderId: string; readonly checkoutId: string }) =>
    core.orders.complete(by, { channel: 'web', ...order });
};

/** Two devices of Ana's on which she has two sofas, and what each is told of checkouts. */
export const twoDevices = async (options: Partial<RelevoOptions> = {}) => {
  const made = world();
  const open = (channel: string) => {
    const { device, line } = made.device({ getToken: () => made.token('ana'), channel, ...options });
    const { relevo, tab } = device.open();
    return { device, line, relevo, tab, news: newsOf(relevo) };
  };
  const [a, b] = [open('web'), open('ios')];
  await made.clock.pass(1_000);
  a.relevo.cart.add({ sku: 'SOFA', quantity: 2 });
  await made.clock.pass(1_000);
  return { ...made, made, a, b, shop: shopOf(made), stop: () => Promise.all([a.relevo.stop(), b.relevo.stop()]) };
};

/** What a page hears of checkouts. */
export const newsOf = (relevo: Relevo): unknown[] => {
  const heard: unknown[] = [];
  relevo.on('checkout', ({ status, orderId, code }) => heard.push([status, orderId, code].filter(Boolean).join(' ')));
  return heard;
};
