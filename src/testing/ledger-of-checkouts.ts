import { checkoutCollection } from '../core/collection.ts';
import type { Json } from '../core/json.ts';
import type { OrderRequest } from '../protocol/rest.ts';
import type { CheckoutRow } from '../server/store-checkouts.ts';
import type { OrderRow } from '../server/store-orders.ts';
import {
  type CartModelLine,
  type CheckoutModel,
  countsText,
  isPaidTwice,
  leftOf,
  type OrderModel,
  quantitiesIn,
  type Report,
  sumsOf,
  type Told,
} from './checkout-model.ts';
import { createPlacedOrders } from './placed-orders.ts';
import type { Sent } from './sent-change.ts';
import type { Commit } from './server-disk.ts';
import type { Watch } from './watch.ts';

/** Which checkouts there are, what was in them, and what was placed of them by whom; told from what the disk is given. */
export const createLedgerOfCheckouts = ({
  watch,
  linesOf,
}: {
  watch: Watch;
  /** As of the last commit, and while one is looked at as of it. */
  linesOf(space: string): readonly CartModelLine[];
}) => {
  const checkouts = new Map<string, CheckoutModel>();
  const orders = new Map<string, OrderModel>();
  /** What the shop asked, by the channel that it said. */
  const asked = new Map<string, Pick<OrderRequest, 'checkoutId' | 'lines'>>();
  const repeated = new Set<string>();
  /** Orders of which somebody was told that they had been paid before. */
  const twice = new Set<string>();
  /** And the customer, on all devices. */
  const told = new Set<string>();
  /** Somebody pays in this history: the others are looked at as before. */
  let isPaying = false;
  const check: Watch['check'] = (...looked) => void (isPaying && watch.check(...looked));
  const placed = createPlacedOrders();

  const here = (space: string, id: string | undefined) => {
    const found = id === undefined ? undefined : checkouts.get(id);
    return found?.space === space ? found : undefined;
  };
  const seenIn = ({ lines }: CheckoutModel) => new Map([...lines].map(([key, { p }]) => [key, p]));

  /** Which orders had paid for some of the same before this one: any, and such of the shop's own word. */
  const link = (of: CheckoutModel, orderId: string) => {
    const orderOf = (id: string) => orders.get(`${of.space} ${id}`);
    const at = of.orders.indexOf(orderId);
    const others = of.orders.filter((id) => id !== orderId);
    const earlier = at < 0 ? others : of.orders.slice(0, at);
    const shops = others.filter((id) => orderOf(id)?.isShops && orderOf(id)?.checkout === of.id);
    // Said to have bought something else since, it paid for what it took.
    const wordsOf = (one: OrderModel | undefined) => one && [one.bought, sumsOf(quantitiesIn(one.taken))];
    const isTwice = (ids: readonly string[]) =>
      isPaidTwice(
        of,
        orderOf(orderId)?.bought,
        ids.map((id) => wordsOf(orderOf(id))),
      );
    const found = { told: isTwice(earlier), ofShop: isTwice(shops) };
    if (at < 0) of.orders.push(orderId);
    of.status = 'completed';
    if (found.told) told.add(`${of.id} ${orderId}`);
    if (found.told || found.ofShop) twice.add(orderId);
    return found;
  };

  /** It is said to be of a checkout, and takes no more for that. */
  const joined = (space: string, { orderId, checkout }: OrderRow) => {
    const known = orders.get(`${space} ${orderId}`);
    const of = here(space, checkout);
    if (!known || !of || known.checkout !== undefined) return;
    known.checkout = of.id;
    link(of, orderId);
  };

  const answered = (paid: CheckoutModel | undefined, orderId: string, ack: readonly unknown[]) => {
    const isTold = paid ? link(paid, orderId).told : false;
    check(
      'paid twice',
      (ack[1] === 'order/duplicate-snapshot') === isTold,
      () => `${orderId} of ${paid?.id} was paid ${isTold ? 'before' : 'once'}, and is answered ${ack}`,
    );
  };

  const order = ({ space, row, orderId, bought, of, isShops }: Told, seen: Report['seen']): Report => {
    const id = `${space} ${orderId}`;
    const known = orders.get(id);
    if (known) repeated.add(id);
    // Told again it takes the rest where that is of a checkout, and nothing else.
    const left = isShops || of || known?.isCopied ? leftOf(bought, known?.taken) : bought;
    const taken: OrderModel['taken'] = known?.taken ?? new Map();
    // What a guest had said of it may have been anybody's word: the shop's, and a page's of their own, is another.
    const linked = known?.isCopied ? undefined : known?.checkout;
    const checkout = of?.id ?? linked;
    orders.set(id, { isShops: isShops || !!known?.isShops, bought, taken, checkout, isCopied: false });
    return {
      orderId,
      left,
      seen,
      took: ({ key, sku }, n) => void taken.set(key, { sku, n: (taken.get(key)?.n ?? 0) + n }),
      saidOf: (key) => (row?.taken[key] ?? 0) - (taken.get(key)?.n ?? 0),
    };
  };

  const begun = (row: CheckoutRow) => {
    const cart = linesOf(row.space).filter(({ quantity, isAside }) => quantity > 0 && !isAside);
    const content = (lines: Iterable<readonly [string, { readonly quantity: number }]>) =>
      JSON.stringify([...lines].map(([key, { quantity }]) => [key, quantity]).sort());
    const frozen = cart.map(({ key, sku, quantity, p }) => [key, sku, quantity, countsText(p)]).sort();
    const stored = Object.entries(row.lines).map(([key, { sku, quantity, p }]) => [key, sku, quantity, countsText(p)]);
    check(
      'frozen',
      JSON.stringify(frozen) === JSON.stringify(stored.sort()),
      () => `${row.id} of ${row.space} has ${JSON.stringify(stored)}, the cart ${JSON.stringify(frozen)}`,
    );
    const lines = new Map(cart.map((line) => [line.key, line] as const));
    const open = [...checkouts.values()].filter(({ space, status }) => space === row.space && status === 'open');
    // Two guests who are one customer by now may each have begun one.
    const same = open.filter((one) => content(one.lines) === content(lines)).map(({ id }) => id);
    check(
      'same checkout',
      same.length ? same.includes(row.id) : !checkouts.has(row.id),
      () => `${row.id} is begun for ${content(lines)}, ${same} is open for it`,
    );
    const { id, space } = row;
    const known = checkouts.get(id);
    if (known) known.lines = lines;
    else checkouts.set(id, { id, space, spaces: new Set([space]), status: 'open', lines, orders: [] });
  };

  /** Its guest is a customer by now: what the line of both has had so far was paid for. */
  const moved = (known: CheckoutModel, row: CheckoutRow) => {
    if (row.owed) watch.excuse('a checkout of a guest whose merge is owed');
    known.space = row.space;
    known.spaces.add(row.space);
    const cart = new Map(linesOf(row.space).map((line) => [line.key, line]));
    known.lines = new Map([...known.lines].map(([key, line]) => [key, { ...line, p: cart.get(key)?.p ?? {} }]));
    for (const [key, { p }] of known.lines)
      check(
        'frozen',
        countsText(p) === countsText(row.lines[key]?.p ?? {}),
        () =>
          `${row.id}, moved to ${row.space}, has ${countsText(row.lines[key]?.p ?? {})} of ${key}, not ${countsText(p)}`,
      );
  };

  const put = (row: CheckoutRow, commit: Commit) => {
    isPaying = true;
    const known = checkouts.get(row.id);
    if (!known || (known.space === row.space && row.status === 'open' && known.status === 'open')) return begun(row);
    if (known.space !== row.space) return moved(known, row);
    if (row.status === 'abandoned') {
      const changed = commit.entries.filter(([, { collection }]) => collection === 'cart');
      const isNothing = commit.applied.length > 0 || !changed.length;
      check('turned away', isNothing, () => `${row.id}: ${JSON.stringify(changed)}`);
      known.status = 'abandoned';
    }
    // One that was paid is remembered for longer than what was in it.
    if (!Object.keys(row.lines).length) known.lines = new Map();
    return undefined;
  };

  const copied = (from: string, to: string) => {
    for (const [id, one] of [...orders]) {
      const [space, orderId] = id.split(' ');
      const isMore = [...one.taken.values()].some(({ n }) => n > 0) && !orders.has(`${to} ${orderId}`);
      if (space === from && isMore)
        orders.set(`${to} ${orderId}`, { ...one, taken: new Map(one.taken), isCopied: true });
    }
  };

  /** What devices are told of a checkout that was paid twice. */
  const checkTold = (row: CheckoutRow, entries: Commit['entries']) => {
    const isOf = ([space, { collection, key }]: Commit['entries'][number]) =>
      space === row.space && collection === checkoutCollection && key === row.id;
    const state = entries.find(isOf)?.[1].state as { readonly v: { readonly duplicateOf?: Json } } | null | undefined;
    const last = row.orders.at(-1) ?? '';
    if (!state || row.status !== 'completed') return;
    check(
      'paid twice',
      told.has(`${row.id} ${last}`) === (state.v.duplicateOf !== undefined),
      () => `${row.id}, ${last}: ${JSON.stringify(state)}`,
    );
  };

  return {
    begins: placed.begins,
    /** It is of a checkout: more than what its page had seen decides what it takes, and it may have taken some before. */
    isLinked: (space: string, { orderId = '' }: Sent): boolean => placed.rowOf(space, orderId)?.checkout !== undefined,
    /** A page tells of an order, and it counts. */
    reported(space: string, op: Sent, ack: readonly unknown[]): Report {
      const { orderId = '', checkoutId, lines = [] } = op;
      const row = placed.rowOf(space, orderId);
      for (const [where, earlier] of placed.read(row)) joined(where, earlier);
      const linked = checkoutId === undefined ? here(space, row?.checkout) : undefined;
      const of = here(space, checkoutId) ?? (linked?.status === 'open' ? linked : undefined);
      const bought = lines.length > 0 ? sumsOf(lines) : sumsOf(of?.lines.values() ?? []);
      const seen = of ? seenIn(of) : 'by page';
      const report = order({ space, row, orderId, bought, of: of ?? linked, isShops: false }, seen);
      answered(of ?? linked, orderId, ack);
      return report;
    },
    /**
     * A page tells of it once more, and nothing is left to take for it. What this one says counts from now on where a guest
     * had said the other, or where only now somebody says of which checkout it is.
     */
    again(space: string, { orderId = '', checkoutId, lines = [] }: Sent, ack: readonly unknown[]) {
      const id = `${space} ${orderId}`;
      const [row, known] = [placed.unreadOf(space, orderId), orders.get(id)];
      const named = here(space, checkoutId);
      const isNew = known?.isCopied || (named && known?.checkout === undefined);
      if (!known || !isNew || row?.by !== 'page' || (named && known.checkout === named.id)) return;
      for (const [where, earlier] of placed.read(row)) joined(where, earlier);
      const of = named ?? here(space, row.checkout);
      const bought = sumsOf(lines.length > 0 ? lines : (named?.lines.values() ?? []));
      orders.set(id, { ...known, bought, checkout: of?.id, isCopied: false });
      answered(of, orderId, ack);
    },
    /** The shop says so; it counts but where the shop itself had said it before. */
    said(): readonly (Report & { readonly space: string })[] {
      return placed.all().flatMap(([space, row]) => {
        const request = asked.get(row.channel ?? '');
        const known = orders.get(`${space} ${row.orderId}`);
        if (row.by !== 'server' || known?.isShops || !request) return [];
        const linked = known?.isCopied ? undefined : known?.checkout;
        const view = here(space, request.checkoutId ?? (linked === undefined ? row.checkout : undefined));
        const of = view ?? here(space, row.checkout);
        const bought = request.lines?.length ? sumsOf(request.lines) : sumsOf(view?.lines.values() ?? []);
        const seen = view ? seenIn(view) : 'all';
        const report = order({ space, row, orderId: row.orderId, bought, of, isShops: true }, seen);
        const ofShop = of ? link(of, row.orderId).ofShop : false;
        check(
          'paid twice',
          (row.duplicateOf !== undefined) === ofShop,
          () => `${row.orderId} of ${of?.id}, ${of?.orders}: ${JSON.stringify(row)}`,
        );
        return [{ ...report, space }];
      });
    },
    /** The models of lines are those of this commit. */
    committed(commit: Commit) {
      for (const [space, row] of placed.all()) {
        joined(space, row);
        const known = orders.get(`${space} ${row.orderId}`);
        const taken = JSON.stringify(
          [...(known?.taken ?? [])]
            .map(([key, { n }]) => [key, n])
            .filter(([, n]) => n)
            .sort(),
        );
        const stored = JSON.stringify(
          Object.entries(row.taken)
            .filter(([, n]) => n)
            .sort(),
        );
        if (placed.isLast(space, row))
          check('one order', taken === stored, () => `${space} ${row.orderId} took ${stored}, not ${taken}`);
      }
      for (const [method, args] of commit.redo) {
        if (method === 'putCheckout') put(args[0] as CheckoutRow, commit);
        if (method === 'dropCheckout') checkouts.delete(String(args[1]));
        if (method === 'copyOrders') copied(String(args[0]), String(args[1]));
      }
      const stored = commit.redo.flatMap(([method, [row]]) => (method === 'putCheckout' ? (row as CheckoutRow) : []));
      for (const row of new Map(stored.map((one) => [one.id, one])).values()) checkTold(row, commit.entries);
    },
    /** A page that shows this space is told of a checkout: it is, or was, of that space. */
    heard: (id: string, space: string, where: string): void =>
      check(
        'own checkout',
        checkouts.get(id)?.spaces.has(space) !== false,
        () => `${where}, of ${space}, is told of ${id}, of ${checkouts.get(id)?.space}`,
      ),
    asks(channel: string, request: Pick<OrderRequest, 'checkoutId' | 'lines'>) {
      isPaying = true;
      asked.set(channel, request);
    },
    get isPaying() {
      return isPaying;
    },
    find: (id: string): Readonly<CheckoutModel> | undefined => checkouts.get(id),
    isTwice: (orderId: string): boolean => twice.has(orderId),
    isRepeated: (space: string, orderId = ''): boolean => repeated.has(`${space} ${orderId}`),
    isPlaced: (orderId: string): boolean => [...orders.keys()].some((id) => id.endsWith(` ${orderId}`)),
  };
};

export type LedgerOfCheckouts = ReturnType<typeof createLedgerOfCheckouts>;
