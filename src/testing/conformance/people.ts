import type { Relevo, RelevoOptions } from '../../client/api.ts';
import type { ConformanceDevice, ConformancePage, ConformanceSite } from './case.ts';
import { cartOf } from './check.ts';

export type Seat = { readonly device: ConformanceDevice; readonly page: ConformancePage; readonly relevo: Relevo };

/** Articles and how many of each. */
export type Wanted = { readonly [sku: string]: number };

const seat = async (site: ConformanceSite, options: Partial<RelevoOptions>, wanted: Wanted): Promise<Seat> => {
  const device = site.device(options);
  const page = device.open();
  const { relevo } = page;
  await site.pass(1_000);
  for (const [sku, quantity] of Object.entries(wanted)) relevo.cart.add({ sku, quantity });
  await site.within(5_000, relevo.flush());
  return { device, page, relevo };
};

/** A customer who is signed in on a device of their own, and has put these into the cart there. */
export const customer = (
  site: ConformanceSite,
  name: string,
  wanted: Wanted = {},
  options: Partial<RelevoOptions> = {},
): Promise<Seat> => seat(site, { getToken: () => site.token(name), ...options }, wanted);

/** Somebody who is not signed in, on a device of their own. */
export const guest = (
  site: ConformanceSite,
  wanted: Wanted = {},
  options: Partial<RelevoOptions> = {},
): Promise<Seat> => seat(site, options, wanted);

/** Signs in with a token for this customer. */
export const signIn = async (site: ConformanceSite, { relevo }: Pick<Seat, 'relevo'>, name: string) =>
  site.within(5_000, relevo.signIn(await site.token(name)));

/** Somebody who was a guest on a device of their own, and has signed in there. */
export const signedIn = async (
  site: ConformanceSite,
  name: string,
  wanted: Wanted = {},
  options: Partial<RelevoOptions> = {},
): Promise<Seat> => {
  const seat = await guest(site, wanted, options);
  await signIn(site, seat, name);
  return seat;
};

/** The carts of these customers as a fresh device of each has them. */
export const cartsOf = async (site: ConformanceSite, ...names: readonly string[]) => {
  const carts: ReturnType<typeof cartOf>[] = [];
  for (const name of names) carts.push(cartOf((await customer(site, name)).relevo));
  return carts;
};

export const signOut = (site: ConformanceSite, { relevo }: Pick<Seat, 'relevo'>) =>
  site.within(4_000, relevo.signOut());

/** What a shop's confirmation page reports. */
export const buy = ({ relevo }: Pick<Seat, 'relevo'>, orderId: string, bought: Wanted): void =>
  relevo.capture({
    type: 'purchase',
    orderId,
    items: Object.entries(bought).map(([sku, quantity]) => ({ sku, quantity })),
  });
