import type { Capture, LineDetails, Properties, Relevo, ShopItem } from '../client/api.ts';
import { isObject, type Loose, toList, toPrice, toText, toWebUrl } from './page-values.ts';

type Type = Capture['type'];

/** GA4 drops what is beyond this, so a `view_cart` that reaches it may not be the whole cart. */
const maxItems = 200;

// Maps, because names come from the page: an object would answer for `constructor`.
const typeByEvent = new Map<unknown, Type>([
  ['view_item', 'view'],
  ['add_to_cart', 'add'],
  ['remove_from_cart', 'remove'],
  ['view_cart', 'cart'],
  ['purchase', 'purchase'],
]);
// Universal Analytics' enhanced e-commerce: the member of `ecommerce` says what happened, the event's name is free.
const typeByMember = new Map<string, Type>([
  ['detail', 'view'],
  ['add', 'add'],
  ['remove', 'remove'],
  ['purchase', 'purchase'],
]);

/**
 * What one entry of a GA4 `dataLayer` means for cart and history; an empty list for everything else. Takes
 * `gtag` commands (Arguments objects), `{event, ecommerce}` and flat pushes, and Universal Analytics shapes
 * (only where the entry has no GA4 items, so that an entry in both shapes counts once).
 *
 * - sku is `item_id`, else `id`, `sku`, `item_name`, `name`; `item_variant` (or `variant`) becomes
 *   `properties.variant`; `url` and `image_url`, where a shop adds them, become `url` and `image`.
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
    if (!isObject(entry)) return [];
    const isCommand = entry[0] === 'event';
    const outer = isCommand ? entry[2] : entry;
    if (!isObject(outer)) return [];
    const { ecommerce } = outer;
    const inner = isObject(ecommerce) ? ecommerce : outer;
    const currency = inner.currency ?? inner.currencyCode ?? outer.currency;
    const orderId = toText(inner.transaction_id, outer.transaction_id);

    const items = toList(inner.items);
    const type = typeByEvent.get(isCommand ? entry[1] : entry.event);
    if (items.length) return type ? toCaptures({ type, items, currency, orderId, pageUrl }) : [];

    return [...typeByMember].flatMap(([member, type]) => {
      const act = inner === outer ? undefined : inner[member];
      if (!isObject(act)) return [];
      const action = isObject(act.actionField) ? act.actionField : {};
      const legacy = { items: toList(act.products), currency, orderId: toText(action.id, orderId), pageUrl };
      return toCaptures({ type, ...legacy });
    });
  } catch {
    return [];
  }
};

type Act = {
  type: Type;
  items: readonly unknown[];
  currency: unknown;
  orderId: string | undefined;
  pageUrl: string | undefined;
};

const toCaptures = ({ type, items, currency, orderId, pageUrl }: Act): Capture[] => {
  const known = items.slice(0, maxItems).flatMap((item) => {
    const read = isObject(item) ? toItem(item, currency, pageUrl) : undefined;
    return read && (type === 'view' || isCount(read.quantity)) ? [read] : [];
  });
  if (!known.length) return [];
  if (type === 'view') {
    const url = known.length === 1 ? toWebUrl(pageUrl) : undefined;
    const views = known.map(({ sku, quantity, properties, ...details }) => ({
      id: sku,
      ...(url && { url }),
      ...details,
    }));
    return [{ type, items: views.map((view) => ({ kind: 'product', ...view })) }];
  }
  if (type === 'purchase') return orderId ? [{ type, orderId, items: known }] : [];
  if (type === 'cart' && (known.length < items.length || items.length >= maxItems)) return [];
  return [{ type, items: known }];
};

const isCount = (quantity: number): boolean => Number.isSafeInteger(quantity) && quantity >= 1;

const toItem = (item: Loose, currency: unknown, pageUrl: string | undefined): ShopItem | undefined => {
  const name = toText(item.item_name, item.name);
  const sku = toText(item.item_id, item.id, item.sku, name);
  const quantity = Number(toText(item.quantity) ?? 1);
  if (!sku) return undefined;
  const variant = toText(item.item_variant, item.variant);
  const price = toPrice(item.price, item.currency ?? currency);
  const url = toWebUrl(item.url, pageUrl);
  const image = toWebUrl(item.image_url, pageUrl);
  const properties: Properties | undefined = variant ? { variant } : undefined;
  const details: LineDetails = {
    ...(name && { title: name }),
    ...(price && { price }),
    ...(url && { url }),
    ...(image && { image }),
  };
  return { sku, quantity, ...(properties && { properties }), ...details };
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
  try {
    const taken = takenBy.get(relevo) ?? new WeakSet();
    takenBy.set(relevo, taken);
    return Array.isArray(dataLayer) && !taken.has(dataLayer) ? hookPush(relevo, dataLayer, taken) : () => {};
  } catch {
    // A revoked proxy, say: nothing can be read from it and nothing was changed.
    return () => {};
  }
};

const hookPush = (relevo: Pick<Relevo, 'capture'>, dataLayer: unknown[], taken: WeakSet<object>): (() => void) => {
  const take = (entry: unknown) => {
    if (isObject(entry)) taken.add(entry);
    for (const capture of ga4ToCaptures(entry, globalThis.location?.href)) {
      try {
        relevo.capture(capture);
      } catch {
        // What the engine refuses must not end the page's own push.
      }
    }
  };

  let isStopped = false;
  const before = Object.getOwnPropertyDescriptor(dataLayer, 'push');
  const delegate = dataLayer.push;
  const push = function (this: unknown, ...entries: unknown[]): unknown {
    const result: unknown = Reflect.apply(delegate, this, entries);
    if (!isStopped) entries.forEach(take);
    return result;
  };
  taken.add(dataLayer);
  const present = dataLayer.filter((entry) => !isObject(entry) || !taken.has(entry));
  // Refused by a frozen array: what it holds is taken, and nothing more can come.
  Reflect.defineProperty(dataLayer, 'push', {
    value: push,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? false,
  });
  present.forEach(take);

  return () => {
    isStopped = true;
    taken.delete(dataLayer);
    if (dataLayer.push !== push) return;
    if (before) Reflect.defineProperty(dataLayer, 'push', before);
    else Reflect.deleteProperty(dataLayer, 'push');
  };
};
