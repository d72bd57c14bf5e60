import type { Capture, Relevo, ShopItem } from '../client/api.ts';
import { compact, type Loose, toList, toPrice, toText, toWebUrl } from './page-values.ts';

type Type = Capture['type'];

/** GA4 drops what is beyond this, so a `view_cart` that reaches it may not be the whole cart. */
const maxItems = 200;

// A map, because names come from the page: an object would answer for `constructor`.
const typeByEvent = new Map<unknown, Type>([
  ['view_item', 'view'],
  ['add_to_cart', 'add'],
  ['remove_from_cart', 'remove'],
  ['view_cart', 'cart'],
  ['purchase', 'purchase'],
]);

/**
 * What one entry of a GA4 `dataLayer` means for cart and history; an empty list for everything else. Takes
 * `gtag` commands (Arguments objects), `{event, ecommerce}` and flat pushes, and Universal Analytics shapes
 * (only where the entry has no GA4 items, so that an entry in both shapes counts once).
 *
 * - sku is `item_id`, else `id`, `sku`, `item_name`, `name`; `item_variant` (or `variant`) becomes `properties.variant`.
 * - An item without an id, or whose quantity is no whole number ≥ 1, is left out. A `view_cart` with such an
 *   item, with none, or with 200 or more says nothing: a cart known in part would remove lines.
 * - A purchase needs a transaction id, inside or outside `ecommerce`.
 *
 * Pure; never throws, whatever the entry is (proxies and throwing getters included).
 *
 * @param entry - one thing that a page pushed
 * @param pageUrl - the page's address: where a single viewed item is
 * @example ga4ToCaptures({ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'SOFA-3', quantity: '2' }] } })
 * // [{ type: 'add', items: [{ sku: 'SOFA-3', quantity: 2 }] }]
 */
export const ga4ToCaptures = (entry: unknown, pageUrl?: string): Capture[] => {
  try {
    const pushed = entry as Loose;
    const isCommand = (pushed[0] as unknown) === 'event';
    const outer = isCommand ? pushed[2] : pushed;
    const inner = outer?.ecommerce ?? outer;
    const currency = inner?.currency ?? inner?.currencyCode ?? outer?.currency;
    const orderId = toText(inner?.transaction_id, outer?.transaction_id);

    const type = typeByEvent.get(isCommand ? pushed[1] : pushed.event);
    const items = toList(inner?.items);
    if (items.length) return type ? toCaptures(type, { items, currency, orderId, pageUrl }) : [];

    // Universal Analytics: the member of `ecommerce` says what happened, the event's name is free.
    return (['detail', 'add', 'remove', 'purchase'] as const).flatMap((member) => {
      const act = outer?.ecommerce?.[member];
      const id = toText(act?.actionField?.id, orderId);
      const legacy = { items: toList(act?.products), currency, orderId: id, pageUrl };
      return toCaptures(member === 'detail' ? 'view' : member, legacy);
    });
  } catch {
    return [];
  }
};

type Act = {
  items: readonly (Loose | undefined)[];
  currency: unknown;
  orderId: string | undefined;
  pageUrl: string | undefined;
};

const toCaptures = (type: Type, { items: listed, currency, orderId, pageUrl }: Act): Capture[] => {
  const items = listed.slice(0, maxItems).flatMap((item): ShopItem[] => {
    const title = toText(item?.item_name, item?.name);
    const sku = toText(item?.item_id, item?.id, item?.sku, title);
    const quantity = Number(toText(item?.quantity, 1));
    const variant = toText(item?.item_variant, item?.variant);
    const price = toPrice(item?.price, item?.currency ?? currency);
    if (!sku || (type !== 'view' && !(Number.isSafeInteger(quantity) && quantity > 0))) return [];
    return [compact({ sku, quantity, properties: variant ? { variant } : undefined, title, price })];
  });
  const isWhole = items.length === listed.length && items.length < maxItems;
  if (!items.length || (type === 'cart' && !isWhole)) return [];
  if (type === 'purchase') return orderId ? [{ type, orderId, items }] : [];
  if (type !== 'view') return [{ type, items }];
  const url = items[1] ? undefined : toWebUrl(pageUrl);
  return [
    { type, items: items.map(({ sku, title, price }) => compact({ kind: 'product', id: sku, title, url, price })) },
  ];
};

// What each instance has taken from which array, so that starting again (two calls, a stop in between) counts no
// entry twice. Outside the function because no entry and no array of the page may be marked; weak, so it keeps nothing.
const takenBy = new WeakMap<object, WeakSet<object>>();

/**
 * Reports a page's GA4 events to Relevo: first what the array already holds, then what is pushed. `push` of this
 * one array is hooked; it delegates first and always, with its arguments and result unchanged. Entries are not
 * changed and nothing is thrown into the page. An array that is hooked already for this instance stays as it is.
 *
 * @param dataLayer - the page's array, `window.dataLayer`; anything else is left alone
 * @returns stops: `push` is put back exactly if it is still ours, and is a mere passage if others wrapped it since
 * @example const stop = captureGa4(relevo, window.dataLayer);
 */
export const captureGa4 = (relevo: Pick<Relevo, 'capture'>, dataLayer: unknown): (() => void) => {
  let stop = () => {};
  try {
    const taken = takenBy.get(relevo) ?? new WeakSet();
    takenBy.set(relevo, taken);
    if (!Array.isArray(dataLayer) || taken.has(dataLayer)) return stop;

    const take = (entry: unknown) => {
      try {
        if (entry instanceof Object) taken.add(entry);
        for (const capture of ga4ToCaptures(entry, location.href)) relevo.capture(capture);
      } catch {
        // What the engine refuses must not end the page's own push.
      }
    };
    const present = dataLayer.filter((entry) => !taken.has(entry));
    const isOwn = Object.getOwnPropertyDescriptor(dataLayer, 'push');
    const delegate = dataLayer.push;
    let isStopped = false;
    const push = function (this: unknown, ...entries: unknown[]) {
      const result = delegate.apply(this, entries);
      if (!isStopped) entries.forEach(take);
      return result;
    };
    stop = () => {
      isStopped = true;
      taken.delete(dataLayer);
      if (dataLayer.push !== push) return;
      if (isOwn) dataLayer.push = delegate;
      else Reflect.deleteProperty(dataLayer, 'push');
    };
    present.forEach(take);
    dataLayer.push = push;
    taken.add(dataLayer);
  } catch {
    // A revoked proxy, a frozen array: nothing more can be had from it, and nothing was changed.
  }
  return stop;
};
