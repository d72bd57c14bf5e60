import type { Json } from '../core/json.ts';
import { notedIn } from './carried.ts';
import { guestKeyOf, type Try } from './claim-merge.ts';
import { spaceKey } from './identity.ts';
import type { MergeContext } from './ports.ts';
import type { EntryRow, ReadTx } from './store.ts';

/** What a hook is asked about: what is to be merged, and into what. */
export const mergeContext = async (tx: ReadTx, task: Try): Promise<Omit<MergeContext, 'signal'>> => {
  const { customer, guest } = task;
  const rows = new Map<string, EntryRow[]>();
  for (const row of await tx.entries(guestKeyOf(task)))
    rows.set(row.collection, [...(rows.get(row.collection) ?? []), row]);
  const collections = named([...rows].map(([collection, entries]) => [collection, byKey(entries)]));
  const { during } = notedIn((await tx.claim(guestKeyOf(task)))?.carried ?? null, task.during);
  return {
    site: customer.site,
    customer: customer.customer,
    guest,
    during: during === 'checkout' ? 'checkout' : 'browse',
    collections,
    cart: collections['cart'] ?? byKey([]),
    customerCart: byKey(await tx.entries(spaceKey(customer), 'cart')),
  };
};

/** A guest chooses the names: `hasOwnProperty` is one of theirs, and none that every object has. */
const named = <T>(entries: readonly (readonly [string, T])[]): { readonly [name: string]: T } =>
  Object.assign(Object.create(null), Object.fromEntries(entries));

const byKey = (entries: readonly EntryRow[]): { readonly [key: string]: Json } =>
  named(entries.map(({ key, state }) => [key, state]));
