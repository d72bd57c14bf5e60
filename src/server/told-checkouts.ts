import { after } from '../core/after.ts';
import { checkoutCollection } from '../core/collection.ts';
import { canonicalJson, type Json } from '../core/json.ts';
import type { Register } from '../core/register.ts';
import { compareStamps, zeroStamp } from '../core/stamp.ts';
import { partsOfSpaceKey } from './identity.ts';
import { leftOfOwed } from './owed-checkouts.ts';
import { dayMs } from './retention-times.ts';
import type { SpaceWriter } from './space-writer.ts';
import type { EntryRow } from './store.ts';
import type { CheckoutRow } from './store-checkouts.ts';

/** Each says what was in it, and every device of the customer gets them all. */
const most = 10;

/** Tells all devices of a space what became of a checkout. */
export const tellCheckout = async (space: SpaceWriter, row: CheckoutRow): Promise<void> => {
  await forgetTold(space);
  const told = (await space.state(checkoutCollection, row.id)) as Register | undefined;
  const orderId = row.orders.at(-1);
  const owed = await leftOfOwed(space, row);
  const { openedAt = row.openedAt } = (told?.v ?? {}) as { readonly openedAt?: number };
  const v = {
    status: row.status,
    device: row.device,
    channel: row.channel,
    openedAt,
    // Who reports an order of it from another page has the lines, and not how many were paid for.
    lines: Object.fromEntries(Object.entries(row.lines).map(([key, { quantity }]) => [key, quantity])),
    ...(orderId === undefined ? {} : { orderId }),
    ...(owed && row.owed ? { owed, owedGuest: partsOfSpaceKey(row.owed.guest).id } : {}),
    ...(row.duplicateOf === undefined ? {} : { duplicateOf: row.duplicateOf }),
  } satisfies Json;
  // Begun again with the same content it is news to nobody.
  if (told && canonicalJson(told.v) === canonicalJson(v)) return;
  const h = after(told?.h ?? zeroStamp, [space.nowMs, 0, `srv:${row.id}`, 0]);
  await space.put(checkoutCollection, row.id, { v, h });
  const all = (await space.states(checkoutCollection)).map(({ key, state }) => ({ key, h: (state as Register).h }));
  for (const { key } of all.sort((a, b) => compareStamps(b.h, a.h)).slice(most))
    await space.remove(checkoutCollection, key);
};

/** What was told a day ago goes. Gives when the next of it is due. */
export const forgetTold = async (space: SpaceWriter): Promise<number> => {
  let nextMs = Number.MAX_SAFE_INTEGER;
  for (const { key, state } of await space.states(checkoutCollection)) {
    const atMs = (state as Register).h[0] + dayMs;
    if (atMs <= space.nowMs) await space.remove(checkoutCollection, key);
    else nextMs = Math.min(nextMs, atMs);
  }
  return nextMs;
};

/** Checkouts of which the devices were told that they may have been paid twice. */
export const toldTwice = (changed: readonly EntryRow[]): readonly string[] =>
  changed.flatMap(({ collection, key, state }) => {
    const { duplicateOf } = ((state as Register | null)?.v ?? {}) as { readonly duplicateOf?: string };
    return collection === checkoutCollection && duplicateOf !== undefined ? [key] : [];
  });
