import type { Json } from '../core/json.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { CartLine, Cause, Refusal, ShopCart, ShopItem, ShopWrite } from './api.ts';
import type { CartFace } from './cart.ts';
import type { Disk } from './disk.ts';
import type { Events } from './events.ts';
import type { Clock } from './ports.ts';

/** How long a shop may take to report, as if it were the customer's act, what `write` asked of it. */
const echoMs = 10_000;

/** What the shop's own cart is known to hold, by line key. */
type Agreed = {
  readonly [key: string]: {
    readonly q: number;
    readonly sku: string;
    readonly properties: { readonly [name: string]: Json };
  };
};
/** Changes that `write` asked for and the shop has not echoed yet: how many, until when. */
type Echoes = { readonly [key: string]: readonly [n: number, untilMs: number] };
type Record = { readonly agreed: Agreed; readonly echoes: Echoes };

const without = <T>(record: { readonly [key: string]: T }, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));

const nothing: Record = { agreed: {}, echoes: {} };

export type ShopCartFace = ReturnType<typeof createShopCart>;

/**
 * The shop's own cart beside ours. A restored line that the shop's own code adds must not come back
 * as a second one: the lines both sides last agreed on are kept in the device's store, and what only
 * repeats them is an echo. Kept per device, not per customer: the shop has one cart in this browser.
 */
export const createShopCart = ({
  clock,
  disk,
  cart,
  events,
  isLocked,
  isGuarded,
}: {
  clock: Clock;
  disk: Disk;
  cart: CartFace;
  events: Events;
  /** True while it is not known whose page this is: the cart shown is then nobody's. */
  isLocked(): boolean;
  /** False only in the test that shows what the guard is for. */
  isGuarded: boolean;
}) => {
  let shop: ShopCart | undefined;
  let known: Record = nothing;
  let work: Promise<unknown> = Promise.resolve();
  /** Lines that `write` is being called for right now, and those the shop has reported meanwhile. */
  let writing: ReadonlySet<string> = new Set();
  const reported = new Set<string>();
  let isCapturing = false;

  /** One step after the other, each deciding in a transaction: of two tabs only one writes to the shop. */
  const update = <T>(decide: (record: Record) => readonly [next: Record, result: T]): Promise<T> =>
    disk.write(async (tx) => {
      const [next, result] = decide(((await tx.get(['shop'])) as Record | undefined) ?? nothing);
      known = next;
      tx.put(['shop'], next as unknown as Json);
      return result;
    });

  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const next = work.then(step).catch((cause) => fail(cause));
    work = next;
    return next;
  };

  const fail = (cause: unknown) => {
    const { code, message } = new RelevoError('cart/write-failed', { detail: String(cause) });
    events.emit('error', { code, message });
  };

  const entryOf = ({
    quantity,
    sku,
    properties,
  }: {
    quantity: number;
    sku: string;
    properties?: { readonly [name: string]: Json };
  }) => ({ q: quantity, sku, properties: properties ?? {} });

  const differences = (lines: readonly CartLine[], agreed: Agreed): Omit<ShopWrite, 'cause' | 'lines'> => {
    const shown = new Set(lines.map(({ key }) => key));
    return {
      added: lines.filter(({ key }) => !agreed[key]),
      changed: lines
        .filter(({ key, quantity }) => agreed[key] && agreed[key].q !== quantity)
        .map((line) => ({ ...line, previousQuantity: agreed[line.key]?.q ?? 0 })),
      removed: Object.entries(agreed)
        .filter(([key]) => !shown.has(key))
        .map(([key, { sku, properties, q }]) => ({ key, sku, properties, previousQuantity: q })),
    };
  };

  /** Gives the shop what differs from what it has. */
  const push = (cause: Cause): Promise<void> =>
    inTurn(async () => {
      const bound = shop;
      if (!bound || isLocked()) return;
      const { lines } = cart;
      let before: Record = nothing;
      const difference = await update((record) => {
        before = record;
        const agreed = Object.fromEntries(lines.map((line) => [line.key, entryOf(line)]));
        const found = differences(lines, record.agreed);
        const moved = [...found.added, ...found.changed, ...found.removed].map(
          ({ key }): [string, [number, number]] => [
            key,
            [Math.abs((agreed[key]?.q ?? 0) - (record.agreed[key]?.q ?? 0)), clock.now() + echoMs],
          ],
        );
        return [
          { agreed, echoes: { ...record.echoes, ...Object.fromEntries(moved) } },
          moved.length ? found : undefined,
        ] as const;
      });
      if (!difference) return;
      try {
        const { added, changed, removed } = difference;
        writing = new Set(isGuarded ? [...added, ...changed, ...removed].map(({ key }) => key) : []);
        const answering = bound.write({ lines, cause, ...difference });
        writing = new Set();
        const done = [...reported];
        reported.clear();
        if (done.length) await update((record) => [{ ...record, echoes: without(record.echoes, done) }, undefined]);
        const answer = await answering;
        for (const { key, reason } of (answer as Refusal | undefined)?.refused ?? []) cart.park(key, reason);
      } catch (cause) {
        writing = new Set();
        await update(() => [before, undefined]);
        throw cause;
      }
    });

  const keyed = (items: readonly ShopItem[]) => items.map((item) => ({ item, key: keyFor(item) }));

  /** A shop that names only the sku means the line of that sku, when there is just one. */
  const keyFor = ({ sku, properties }: ShopItem): string => {
    const same = cart.lines.filter((line) => line.sku === sku);
    const only = !properties && same.length === 1 ? same[0] : undefined;
    return only?.key ?? cart.keyOf({ sku, ...(properties ? { properties } : {}) });
  };

  /** How much of `n` the shop only repeats, and what is left to be echoed. */
  const takeEcho = (echoes: Echoes, key: string, n: number): readonly [echoed: number, left: Echoes] => {
    const [open = 0, until = 0] = echoes[key] ?? [];
    const others = without(echoes, [key]);
    if (!isGuarded || until < clock.now()) return [0, others];
    const echoed = Math.min(n, open);
    return [echoed, open > echoed ? { ...others, [key]: [open - echoed, until] } : others];
  };

  const capturing = (act: () => void) => {
    isCapturing = true;
    try {
      act();
    } finally {
      isCapturing = false;
    }
  };

  const addLine = (item: ShopItem, quantity: number) => capturing(() => void cart.add({ ...item, quantity }));

  const setLine = (key: string, quantity: number) => {
    if (cart.find(key)) capturing(() => void cart.setQuantity(key, Math.max(0, quantity)));
  };

  /** An event of the shop: so many more or fewer of each item. */
  const delta = async (items: readonly ShopItem[], sign: 1 | -1) => {
    for (const { item, key } of keyed(items)) {
      const rest = await update((record) => {
        const [echoed, echoes] = takeEcho(record.echoes, key, item.quantity);
        const left = item.quantity - echoed;
        const q = Math.max(0, (record.agreed[key]?.q ?? 0) + sign * left);
        const others = without(record.agreed, [key]);
        return [
          { agreed: q ? { ...others, [key]: entryOf({ ...item, quantity: q }) } : others, echoes },
          left,
        ] as const;
      });
      if (!rest) continue;
      if (sign > 0) addLine(item, rest);
      else setLine(key, (cart.find(key)?.quantity ?? 0) - rest);
    }
  };

  /**
   * The shop's whole cart, against what was agreed: only the difference is an act. An empty one is no
   * act: a shop whose own storage was cleared looks the same, and a lost cart must not empty ours.
   */
  const whole = async (items: readonly ShopItem[]) => {
    const now = new Map(keyed(items).map(({ item, key }) => [key, item]));
    const before = await update(
      (record) =>
        [
          { ...record, agreed: Object.fromEntries([...now].map(([key, item]) => [key, entryOf(item)])) },
          record.agreed,
        ] as const,
    );
    if (now.size) {
      for (const [key, { q }] of Object.entries(before))
        if (!now.has(key) && isGuarded) setLine(key, (cart.find(key)?.quantity ?? 0) - q);
      for (const [key, item] of now) {
        const more = item.quantity - (isGuarded ? (before[key]?.q ?? 0) : 0);
        if (more > 0) addLine(item, more);
        if (more < 0) setLine(key, (cart.find(key)?.quantity ?? 0) + more);
      }
    }
  };

  const readShop = async (): Promise<boolean> => {
    if (!shop?.read) return false;
    await whole(await shop.read());
    return true;
  };

  return {
    bind(next: ShopCart): () => void {
      shop = next;
      void inTurn(async () => void (await readShop()));
      void push('restore');
      return () => {
        if (shop === next) shop = undefined;
      };
    },
    push,
    /** This page changed a line by our own API: its shop code has done the same to its own. */
    ownAct(key: string, more: number): void {
      if (!shop || isCapturing) return;
      const line = cart.find(key);
      void inTurn(() =>
        update((record) => {
          const q = (record.agreed[key]?.q ?? 0) + more;
          const others = without(record.agreed, [key]);
          return [
            { ...record, agreed: line && q > 0 ? { ...others, [key]: { ...entryOf(line), q } } : others },
            undefined,
          ];
        }),
      );
    },
    captured(type: 'add' | 'remove' | 'cart', items: readonly ShopItem[]): void {
      const acts = keyed(items).filter(({ key }) => !writing.has(key) || !reported.add(key));
      if (writing.size && !acts.length) return;
      void inTurn(async () => {
        if (type !== 'cart' && (await readShop())) return;
        await (type === 'cart'
          ? whole(items)
          : delta(
              acts.map(({ item }) => item),
              type === 'add' ? 1 : -1,
            ));
      }).then(() => push('remote'));
    },
    /** What an order bought leaves the shop's cart by the shop's own code. */
    bought: (items: readonly ShopItem[]): void =>
      void inTurn(async () => {
        for (const { item, key } of keyed(items))
          await update((record) => {
            const q = (record.agreed[key]?.q ?? 0) - item.quantity;
            const others = without(record.agreed, [key]);
            return [
              { ...record, agreed: q > 0 ? { ...others, [key]: entryOf({ ...item, quantity: q }) } : others },
              undefined,
            ];
          });
      }),
    get known() {
      return known;
    },
  };
};
