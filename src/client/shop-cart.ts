import { RelevoError } from '../core/relevo-error.ts';
import type { Capture, Cause, Refusal, ShopCart, ShopItem, ShopWrite } from './api.ts';
import type { CartRoom } from './cart.ts';
import type { Disk } from './disk.ts';
import { createOneTimer } from './one-timer.ts';
import type { Clock } from './ports.ts';
import { createShopKeys } from './shop-keys.ts';
import { busyMs, createShopMarks } from './shop-marks.ts';
import {
  agreeing,
  agreeOnAll,
  askShop,
  changedByShop,
  differences,
  emptyRecord,
  type Item,
  type ShopRecord,
  takeEcho,
  withBought,
  withoutOpen,
} from './shop-record.ts';
import { createShopStore } from './shop-store.ts';

export type ShopCartFace = ReturnType<typeof createShopCart>;

/**
 * The shop's own cart beside ours. A restored line that the shop's own code adds must not come back
 * as a second one: the lines both sides last agreed on are kept in the device's store, and what only
 * repeats them is an echo.
 */
export const createShopCart = ({
  page,
  clock,
  disk,
  cart,
  report,
  loaded,
  place,
  refuge,
  whose,
  isLocked,
  isGuarded,
}: {
  /** A name of this page, unlike that of any other tab. */
  page: string;
  clock: Clock;
  disk: Disk;
  cart: CartRoom;
  report(error: unknown): void;
  loaded: Promise<unknown>;
  /** What the shop has reported so far takes its place. */
  place(): Promise<void>;
  /** Where the record is kept on a device that cannot store, for the tabs that are open. */
  refuge: { read(): ShopRecord | undefined; write(record: ShopRecord): void };
  /** Of whoever is here now; gives whether they still are. */
  whose(): () => boolean;
  /** True while it is not known whose page this is: the cart shown is then nobody's. */
  isLocked(): boolean;
  /** False only in the test that shows what the guard is for. */
  isGuarded: boolean;
}) => {
  /** A clock that is set while the shop reports back changes nothing; one that stood still in between is looked at again. */
  let bornMs = clock.now() - clock.monotonic();
  const nowMs = () => bornMs + clock.monotonic();
  let shop: ShopCart | undefined;
  let work = loaded;
  /** Lines that `write` is being called for right now, and those the shop has reported meanwhile. */
  let writing: ReadonlySet<string> = new Set();
  const reported = new Set<string>();
  /** How often this page acted, and since when it did what it has not compared yet. */
  let [acts, actedMs] = [0, Number.POSITIVE_INFINITY];
  /** A whole cart that came while another tab was at it. */
  let late: { readonly items: readonly ShopItem[]; readonly isTheirs: () => boolean } | undefined;
  let [isRead, isLost, isWriting, isCapturing] = [false, false, false, false];

  const { update, change, add } = createShopStore({
    disk,
    refuge,
    // Of a shop that cannot be read only what to take out of it when somebody has left.
    isKnown: () => !!shop?.read || !cart.face.lines.length,
    onLost: () => {
      if (shop?.read) [isLost, isRead] = [true, false];
    },
  });

  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const next = work
      .then(step)
      .catch((cause) => report(new RelevoError('cart/write-failed', { detail: String(cause) })));
    work = next;
    return next;
  };

  const { isBusy, busy, stayBusy, rest } = createShopMarks(page, clock);
  const timer = createOneTimer(clock);
  const again = (cause: Cause): void => timer.set(busyMs, () => void push(cause));

  const ask = (bound: ShopCart, asked: ShopWrite) => {
    reported.clear();
    isWriting = isGuarded;
    if (isGuarded) writing = new Set([...asked.added, ...asked.changed, ...asked.removed].map(({ key }) => key));
    const answer = (async () => bound.write(asked))().finally(() => {
      isWriting = false;
      rest();
    });
    answer.catch(() => {});
    writing = new Set();
    stayBusy(() => !!shop && isWriting, change);
    return answer;
  };
  /** Asks for what was just agreed, once. */
  let hand: (() => ReturnType<typeof ask>) | undefined;

  /** Gives the shop what differs from what it has. */
  const push = (cause: Cause): Promise<void> =>
    inTurn(async () => {
      const bound = shop;
      if (!bound || isLocked()) return;
      if (late) await takeWhole(late);
      if (late) return again(cause);
      let [hasAnswered, isEarly] = [true, false];
      const sinceMs = isRead ? actedMs : Math.min(actedMs, clock.now());
      if (!isRead) {
        const isTaken = await readShop(bound, false, cart.openOrders).catch(() => (hasAnswered = false));
        if (isTaken === undefined) return again(cause);
        isRead = (isTaken && !cart.openOrders().length) || !bound.read;
      }
      actedMs = Number.POSITIVE_INFINITY;
      const wasBornMs = bornMs;
      let before = emptyRecord;
      let answering: ReturnType<typeof ask> | undefined;
      await change((record) => {
        before = record;
        hand = undefined;
        // One that a device of 0.1.0 brings to a server that was put back may have no article.
        const lines = cart.face.lines.filter(({ key, sku }) => sku || record.agreed[key]);
        const found = differences(lines, record.agreed);
        const isSame = !found.added.length && !found.changed.length && !found.removed.length;
        // Another tab may have taken an act of this page for one of the shop, or asked for more when this one had read.
        isEarly = isBusy(record, isSame ? sinceMs : Math.min(sinceMs, clock.now()));
        isRead &&= !isEarly;
        if (isSame || isEarly || isLost) return record;
        bornMs = clock.now() - clock.monotonic();
        hand = () => (answering ??= ask(bound, { lines, cause, ...found }));
        return busy(askShop(record, lines, nowMs(), bornMs - wasBornMs));
      });
      if (isEarly || (isLost && hasAnswered)) again(cause);
      if (!hand) return;
      try {
        const answer = hand();
        if (reported.size) await change(({ misses: _, ...record }) => ({ ...record, echoes: {}, habit: 'at once' }));
        const { refused = [] } = ((await answer) ?? {}) as Partial<Refusal>;
        // Who began to read the shop before this has not seen it whole.
        await change((record) => busy(record, 1));
        for (const { key, reason } of refused) cart.park(key, reason);
      } catch (error) {
        await change(() => before);
        throw error;
      }
    });

  const keyed = createShopKeys(cart);
  const acted = (act: (record: ShopRecord) => ShopRecord): void => {
    acts++;
    const sinceMs = Math.min(actedMs, clock.now());
    actedMs = sinceMs;
    add((record) => busy(act(record), busyMs, sinceMs));
    void inTurn(() => change((record) => record));
  };

  /** The shop has so many more, or fewer: so has our cart. */
  const follow = (key: string, item: ShopItem, more: number) => {
    isCapturing = true;
    try {
      const line = cart.face.find(key);
      if (more > 0) cart.face.add({ ...item, quantity: more });
      else if (more < 0 && line) cart.face.setQuantity(key, Math.max(0, line.quantity + more));
    } finally {
      isCapturing = false;
    }
  };

  /** An event of the shop: so many more or fewer of each item. */
  const delta = async (items: readonly ShopItem[], sign: 1 | -1, isTheirs: () => boolean) => {
    for (const { item, key } of keyed(items)) {
      const rest = await update((record) => {
        const more = sign * item.quantity;
        const [next, echoed] = isGuarded ? takeEcho(record, key, more, nowMs()) : [record, 0];
        return [more === echoed ? next : busy(next), more - echoed];
      });
      // Ours first: a page left between the two hands the shop a line again; the other way round it would take one away.
      if (isTheirs()) follow(key, item, rest);
      if (rest) add(agreeing(key, item, rest));
    }
  };

  /**
   * The shop's whole cart, against what was agreed: only the difference is an act. An empty one is no act unless something
   * was just removed: a shop whose own storage was cleared looks the same. Gives nothing while another tab is at it: the
   * shop is then asked again. `open`: orders that may have left there what they took; its own reports are acts all the same.
   */
  const whole = async (
    items: readonly ShopItem[],
    isEmptyMeant: boolean,
    { isTheirs = whose(), sinceMs, open }: { isTheirs?: () => boolean; sinceMs?: number; open?: () => string[] } = {},
  ) => {
    let now = keyed(items);
    const before = await update((record) => {
      now = withoutOpen(now, record, open?.() ?? []);
      const { agreed, isSame } = agreeOnAll(record, now);
      if (shop && !isSame && isBusy(record, sinceMs)) return [record, undefined];
      return [isSame ? { ...record, agreed } : busy({ ...record, agreed }), record.agreed];
    });
    isRead &&= !!before;
    if (!before) return undefined;
    const wasLost = isLost;
    isLost = false;
    // The shop is asked to take out what one who left had put there.
    if ((!items.length && !isEmptyMeant) || !isTheirs()) return true;
    const had = isGuarded ? before : {};
    for (const [key, { q, sku, properties }] of Object.entries(wasLost ? {} : had))
      if (!now.some((line) => line.key === key)) follow(key, { sku, properties, quantity: q }, -q);
    for (const { item, key } of now) {
      const more = item.quantity - (had[key]?.q ?? 0);
      if (more > 0 || !wasLost) follow(key, item, more);
    }
    return true;
  };

  /** While another tab is at it, it waits. */
  const takeWhole = async (told: NonNullable<typeof late>): Promise<void> => {
    late = (await whole(told.items, false, told)) ? undefined : told;
  };

  /** `undefined`: not now. */
  const readShop = async ({ read }: ShopCart, isEmptyMeant: boolean, open?: () => string[]) => {
    if (!read) return false;
    const isTheirs = whose();
    let [items, seen, sinceMs]: [readonly ShopItem[], number, number] = [[], 0, 0];
    do {
      [seen, sinceMs] = [acts, clock.now()]; // what this page does itself meanwhile may or may not be in the answer: ask again
      items = await read();
      await place(); // an order that was reported is no act of the shop's cart
    } while (seen !== acts);
    return whole(items, isEmptyMeant, { isTheirs, sinceMs, ...(open && { open }) });
  };

  const stop = (): void => {
    shop = undefined;
    timer.cancel();
    rest();
  };

  return {
    bind(next: ShopCart): () => void {
      [shop, isRead] = [next, false];
      void push('restore');
      return () => void (shop === next && stop());
    },
    push,
    /** The page is left: what its store has agreed to, and could not tell it yet, nobody would hand the shop again. */
    leave: () => void hand?.(),
    stop,
    get isBound() {
      return !!shop;
    },
    /** The shop's `write` is running. */
    get isAsking() {
      return writing.size > 0;
    },
    /** This page changed a line by our own API: its shop code has done the same to its own. */
    ownAct: (line: Item & { readonly key: string }, more: number): void =>
      void (shop && !isCapturing && more && acted(agreeing(line.key, line, more))),
    captured(type: 'add' | 'remove' | 'cart', items: readonly ShopItem[]): Promise<void> | undefined {
      // A whole cart told while the shop is still taking lines over is between two states: the next one tells.
      if (type === 'cart' && isWriting) return undefined;
      const told = keyed(items)
        .filter(({ key }) => !writing.has(key) || !reported.add(key))
        .map(({ item }) => item);
      if (writing.size && !told.length) return undefined;
      const isTheirs = whose();
      const taken = inTurn(async () => {
        if (type === 'cart') return takeWhole({ items, isTheirs });
        if (shop && isTheirs() && (await readShop(shop, type === 'remove').catch(() => false))) return;
        await delta(told, type === 'add' ? 1 : -1, isTheirs);
      });
      void taken.then(() => push('remote'));
      return taken;
    },
    /** The shop's own code changed its cart, and ours is not to follow: an order, or what whoever left had put there. */
    known: (type: Capture['type'], items: readonly ShopItem[], orderId?: string): void =>
      acted((record) => changedByShop(record, type, keyed(items), orderId)),
    /** This order was known before: its page was loaded again, and the shop took nothing out of its cart. */
    notBought: (orderId: string): void => {
      isRead = false;
      acted((record) => withBought(record, orderId));
    },
  };
};
