import type { Fields } from '../core/change.ts';
import { checkChange } from '../core/check-change.ts';
import { checkQuantity, checkValue } from '../core/check-value.ts';
import type { Counts } from '../core/counter.ts';
import { fieldStamps } from '../core/field-map.ts';
import { canonicalJson, type Json } from '../core/json.ts';
import { idToKey, isText } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import { lineKey } from '../core/line.ts';
import { own } from '../core/own.ts';
import { besideOf, displacedKey, takenShare, undoneShare } from '../core/parked-line.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Stamp } from '../core/stamp.ts';
import type { Cart, CartItem, CartLine, Change, LineRef, ParkedLine, ShopItem } from './api.ts';
import { type CartView, hasArrived } from './cart-view.ts';
import type { Shown } from './model.ts';
import type { Partition } from './partition.ts';
import type { Ids } from './ports.ts';
import type { Item } from './shop-record.ts';
import type { Write } from './writer.ts';

export type CartRoom = {
  /** The cart as pages get it. */
  readonly face: Cart;
  /** An order that has seen what is there now; it is placed by the call that comes back. */
  order(orderId: string, items: readonly ShopItem[], checkoutId?: string): () => Change;
  /** That order, where it waits for its answer, and the checkout that it names. */
  sent(orderId: string): (Pick<Change, 'saved' | 'synced'> & { readonly of: string | undefined }) | undefined;
  park(key: string, reason: string): void;
  keyOf(line: LineRef): string;
  /** Those of which the server has not said yet whether it knew them. */
  openOrders(): string[];
};

/** What a page does with the cart, as changes. */
export const createCart = ({
  ids,
  model,
  partition,
  view,
  write,
  shop,
}: {
  ids: Ids;
  model: Shown;
  partition: Partition;
  view: () => CartView;
  write: Write;
  shop(): {
    bind: Cart['bind'];
    /** This page changed a line itself, by so many: the shop's own cart has that already. */
    ownAct(line: Item & { readonly key: string }, more: number): void;
  };
}): CartRoom => {
  const keyOf = (line: LineRef): string => {
    if (typeof line === 'string') return line;
    const refused = checkValue([line?.sku, line?.properties ?? null]);
    if (refused || !isText(line?.sku))
      throw new RelevoError(refused ?? 'change/bad-value', { detail: '`sku` is a text.' });
    return lineKey(ids.sha256, line);
  };

  const shownAs = (key: string): CartLine | undefined =>
    [...view().lines, ...view().parked].find((line) => line.key === key);

  /** A line as this page was given it means that one: two of the same things differ in nothing else. */
  const keyFor = (line: LineRef): string => {
    const { key } = (line ?? {}) as { readonly key?: unknown };
    return typeof key === 'string' && shownAs(key) ? key : keyOf(line);
  };

  const present = (line: LineRef): CartLine => {
    const found = shownAs(keyFor(line));
    if (!found) throw new RelevoError('change/unknown-line', { detail: typeof line === 'string' ? line : line.sku });
    return found;
  };

  /** Details that differ from what is known, with the stamps they saw. */
  const detailsOf = (
    key: string,
    fields: { readonly [name: string]: unknown },
  ): { f?: Fields; fb?: { [field: string]: Stamp } } => {
    const shown = shownAs(key);
    const seen = partition.lineOf(key)?.d ?? {};
    // Also of a line that was set aside and then removed: added again it must not come back there.
    const parked = (shown as ParkedLine | undefined)?.reason || own(seen, 'parked')?.[0] || null;
    const known = { ...shown, parked } as unknown as Record<string, Json>;
    const changed = Object.entries(fields).filter(
      ([name, value]) => value !== undefined && canonicalJson(value) !== canonicalJson(own(known, name)),
    );
    if (!changed.length) return {};
    const f = Object.fromEntries(changed) as Fields;
    return { f, fb: fieldStamps(seen, f) };
  };

  /** What this page sees of each replica's adds: confirmed, and its own that are still on their way. */
  const seenOf = (key: string): Counts => {
    const q = partition.lineOf(key)?.q;
    const seen: Record<string, number> = { ...q?.p };
    // What comes back with a merge that this page is having undone counts under names that the server gives, too.
    for (const id of model.undoing) {
      seen[undoneShare(id)] = limits.maxQuantity;
      for (const { key: aside } of view().parked)
        if (besideOf(partition.lineOf(aside)?.d ?? {}) === key) seen[takenShare(aside)] = limits.maxQuantity;
    }
    for (const { entry } of model.pending) {
      if (entry.x.t === 'patch' && entry.x.f['parked'] === null) {
        const to = besideOf(partition.lineOf(entry.k)?.d ?? {});
        // What stood aside and is taken back counts under a name that the server gives: all of it.
        if (to === key) seen[takenShare(entry.k)] = limits.maxQuantity;
        if (to !== undefined && displacedKey(entry.k) === key) seen[takenShare(to)] = limits.maxQuantity;
      }
      if (entry.c !== 'cart' || entry.k !== key || entry.x.t !== 'add' || hasArrived(entry, q)) continue;
      const replica = entry.r ?? partition.space?.replica ?? '';
      seen[replica] = (seen[replica] ?? 0) + entry.x.n;
    }
    return seen;
  };

  /** Earlier replicas of this device that still have something to send: what they add was made before. */
  const mine = (): { mine?: string[] } => {
    const replicas = new Set(model.pending.flatMap(({ entry }) => entry.r ?? []));
    replicas.delete(partition.space?.replica);
    return replicas.size ? { mine: [...replicas] } : {};
  };

  const set = (key: string, quantity: number): Change => {
    const shown = shownAs(key)?.quantity ?? 0;
    const line = partition.lineOf(key);
    const orders = model.pending.filter(({ entry }) => entry.x.t === 'order' && entry.x.seen[key]).length;
    return write(
      'cart',
      key,
      {
        t: 'set',
        v: quantity,
        seen: seenOf(key),
        g: (line?.q.o.length ?? 0) + orders,
        ...mine(),
        ...(line && { bh: line.q.b[1] }),
      },
      shown,
    );
  };

  const demandQuantity = (quantity: number, least: 0 | 1) => {
    const refused = checkQuantity(quantity, least);
    if (refused) throw new RelevoError(refused);
  };

  const setQuantity = (line: LineRef, quantity: number): Change => {
    demandQuantity(quantity, 0);
    const before = present(line);
    const wanted = Math.min(quantity, limits.maxQuantity);
    const change = set(before.key, wanted);
    shop().ownAct(before, wanted - before.quantity);
    return change;
  };

  const face: Cart = {
    get lines() {
      return view().lines;
    },
    get parked() {
      return view().parked;
    },
    get count() {
      return view().count;
    },
    add(item: CartItem) {
      const { quantity = 1, sku, properties, seller, sellingPlan, title, price, url, image } = item ?? {};
      demandQuantity(quantity, 1);
      const key = keyOf({
        sku,
        ...(properties && { properties }),
        ...(seller && { seller }),
        ...(sellingPlan && { sellingPlan }),
      });
      const { lines, parked } = view();
      if (!shownAs(key) && lines.length + parked.length >= limits.maxLines) throw new RelevoError('change/too-many');
      const details = detailsOf(key, { sku, properties, seller, sellingPlan, title, price, url, image, parked: null });
      const change = write('cart', key, { t: 'add', n: quantity, ...details });
      shop().ownAct({ key, sku, properties }, quantity);
      return change;
    },
    setQuantity,
    remove: (line) => setQuantity(line, 0),
    update(line, { title, price, url, image }) {
      const { key } = present(line);
      return write('cart', key, { t: 'patch', f: {}, ...detailsOf(key, { title, price, url, image }) });
    },
    clear: () => view().lines.map(({ key }) => setQuantity(key, 0)),
    unpark(line) {
      const key = keyFor(line);
      const { parked } = view();
      // An article of which a part is in the cart already: what stands aside beside that.
      const beside = parked.find((other) => besideOf(partition.lineOf(other.key)?.d ?? {}) === key);
      const { key: aside } = parked.some((other) => other.key === key) || !beside ? present(key) : beside;
      return write('cart', aside, { t: 'patch', f: {}, ...detailsOf(aside, { parked: null }) });
    },
    find(line) {
      const wanted = keyFor(line);
      return view().lines.find(({ key }) => key === wanted);
    },
    subscribe: (listener) => model.subscribe('cart', listener),
    bind: (to) => shop().bind(to),
  };

  return {
    face,
    keyOf,
    openOrders: () => model.pending.flatMap(({ entry: { x } }) => (x.t === 'order' ? x.orderId : [])),
    sent(orderId) {
      const orders = model.pending.flatMap(({ entry: { x }, saved, synced }) =>
        x.t === 'order' && x.orderId === orderId
          ? [{ of: x.checkoutId, saved: saved.promise, synced: synced.promise }]
          : [],
      );
      // Not `at`: the arrays of Hermes up to 0.12 have none.
      return orders[orders.length - 1];
    },
    park: (key, reason) => void write('cart', key, { t: 'patch', f: { parked: reason || 'refused' } }),
    order(orderId, items, checkoutId) {
      const lines = items.map(({ sku, quantity, properties }) => ({
        sku,
        quantity,
        ...(properties && { properties }),
      }));
      const seen = Object.fromEntries(
        view()
          .lines.filter(({ sku }) => lines.some((line) => line.sku === sku))
          .map(({ key }) => [key, seenOf(key)]),
      );
      const change = { t: 'order', orderId, lines, seen, ...(checkoutId !== undefined && { checkoutId }) } as const;
      // Before anybody keeps its id.
      const refused = checkChange(change);
      if (refused) throw new RelevoError(refused);
      return () => write('cart', idToKey(ids.sha256, orderId), { ...change, ...mine() });
    },
  };
};
