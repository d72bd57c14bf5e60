import { hashText, type Sha256 } from '../core/hash.ts';
import { canonicalJson } from '../core/json.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Ack } from '../protocol/messages.ts';
import type { Capture, Change } from './api.ts';
import type { CartRoom } from './cart.ts';
import { createDeferred, type Deferred } from './deferred.ts';
import type { Partition } from './partition.ts';
import { spaceOf } from './records.ts';
import type { ShopCartFace } from './shop-cart.ts';

/** A purchase, and the checkout that was paid for, where the page says so. */
export type Purchase = Extract<Capture, { type: 'purchase' }> & {
  readonly checkoutId?: string;
  /** It bought all of that: who reports it again need not show it. */
  readonly isWhole?: boolean;
};

/** Resolves when the server has recorded an order, with the one that had paid before for the same, if any. */
type Outcome = Promise<string | undefined>;
type Waiting = Deferred<Awaited<Outcome>>;
/** An order that this page reports; without `outcome` the store is still being asked about it. */
type Begun = { of: string | undefined; place: () => Change; outcome?: Outcome };
/** What the store knows of an order: 1, that it was reported; or what the server recorded. */
type Mark = 1 | { readonly of?: string; readonly twice?: string };

/**
 * Orders that the shop reports. A thank-you page that is loaded again reports them again: this page
 * knows those it is reporting, the store those of earlier pages, the server those of other devices.
 * Where it is not known here what the server recorded, whoever waits for that has it told again. So is what bought something
 * else than a guest reported under its id, who is this customer by now: anybody at a shared device may have made that up.
 */
export const createPurchases = ({
  sha256,
  partition,
  cart,
  shop,
}: {
  sha256: Sha256;
  partition: Partition;
  cart: CartRoom;
  shop: ShopCartFace;
}) => {
  const begun = new Map<string, Begun>();
  /** Orders of which the store is being asked. */
  const asking = new Map<string, () => void>();
  /** Who wants to hear what became of an order, by its id. */
  const waiting = new Map<string, Waiting[]>();
  /** Told before: that the server knows them is no news to the shop's own cart. */
  const repeated = new Set<string>();
  /** The orders that had paid before for the same, as the server said. */
  const paidBefore = new Map<string, string>();

  const heard = (orderId: string): readonly Waiting[] => {
    const all = waiting.get(orderId) ?? [];
    waiting.delete(orderId);
    return all;
  };
  /** It is nobody's. */
  const disown = (orderId: string): void => {
    for (const { reject } of heard(orderId)) reject(new RelevoError('sync/abandoned'));
  };

  const buy = async (purchase: Purchase): Promise<void> => {
    const { orderId, items, checkoutId, isWhole } = purchase;
    const { epoch } = partition.device;
    const isTheirs = partition.whose();
    const key = ['order', spaceOf(partition.device), orderId];
    const name = key.join('/');
    // What a guest bought, in few bytes.
    const goods = [...key, hashText(sha256, canonicalJson(items))];
    const before = begun.get(name);
    if (before && (before.of || !checkoutId)) {
      if (before.outcome !== undefined) settle(before.outcome);
      return;
    }
    // What is added while its store is asked is not what was bought.
    const place = cart.order(orderId, items, checkoutId);
    if (before && before.outcome === undefined) return void Object.assign(before, { of: checkoutId, place });
    const one: Begun = { of: checkoutId, place };
    begun.set(name, one);

    function settle(outcome: Outcome): void {
      for (const { resolve } of heard(orderId)) resolve(outcome);
    }
    /** Not when somebody signed out, or the page stopped, meanwhile: the server then knows it alone. */
    const mark = (of?: Mark) =>
      void partition
        .fenced(epoch, async (tx) => {
          if (!of) return tx.deleteAll(key);
          if (!partition.device.customer) tx.put(goods, 1);
          return tx.put(key, of);
        })
        .catch(() => {});
    const follow = ({ saved, synced }: Pick<Change, 'saved' | 'synced'>) => {
      asking.delete(name);
      saved.then(() => mark(1)).catch(() => {});
      const outcome = synced.then(
        () => {
          const twice = paidBefore.get(orderId);
          mark({ ...(one.of && { of: one.of }), ...(twice && { twice }) });
          return twice;
        },
        (error: RelevoError) => {
          // Refused, it may be told anew, as it should have been.
          if (begun.get(name) === one) begun.delete(name);
          if (error.code !== 'sync/abandoned') mark();
          throw error;
        },
      );
      outcome.catch(() => {});
      one.outcome = outcome;
      settle(outcome);
    };
    const again = () => {
      repeated.add(orderId);
      follow(cart.order(orderId, isWhole ? [] : items, one.of)());
    };
    if (before) return again();

    const placeNow = () => {
      follow(one.place());
      shop.known('purchase', items, orderId);
    };
    asking.set(name, placeNow);
    const marks = (await partition.fenced(epoch, (tx) => tx.list(key))) ?? [];
    if (!asking.has(name)) return;
    if (epoch !== partition.device.epoch) {
      // They may have signed in meanwhile: it is asked again, as of who they are now.
      asking.delete(name);
      begun.delete(name);
      return isTheirs() ? buy(purchase) : disown(orderId);
    }
    const [first, ...reported] = marks;
    const known = first?.[1] as Mark | undefined;
    const isOther = reported.length > 0 && !reported.some(([[, , , it]]) => it === goods[3]);
    if (isOther && partition.device.customer && !one.of && !waiting.has(orderId)) return placeNow();
    const isNamed = (of?: string) => !one.of || !!of;
    const sent = cart.sent(orderId);
    if (sent && isNamed(sent.of)) {
      one.of = sent.of;
      return follow(sent);
    }
    if (!known && !sent) return placeNow();
    const { of, twice } = known === 1 || !known ? {} : known;
    if ((of || known !== 1) && isNamed(of)) {
      one.of = of;
      asking.delete(name);
      one.outcome = Promise.resolve(twice);
      return settle(one.outcome);
    }
    if (one.of || waiting.has(orderId)) return again();
    asking.delete(name);
    begun.delete(name);
  };

  return {
    buy,
    disown,
    /** Resolves when the server has recorded that order, with the one that had paid before for the same. */
    placed(orderId: string): Outcome {
      const one: Waiting = createDeferred();
      waiting.set(orderId, [...(waiting.get(orderId) ?? []), one]);
      return one.promise;
    },
    /** What the server says to a report. That of one who has left is no word on the shop's cart of who is here. */
    answered(orderId: string, [, status, why, first]: Ack, { isOfWhoLeft }: { isOfWhoLeft: boolean }): void {
      if (typeof why !== 'string' || status === 'rejected') return;
      if (typeof first === 'string') paidBefore.set(orderId, first);
      if (status === 'dup' && !isOfWhoLeft && !repeated.has(orderId)) shop.notBought(orderId);
    },
    /** Somebody leaves: what they bought is theirs, whatever the store will say. The server knows one that was told before. */
    placeAll(): void {
      for (const put of [...asking.values()]) put();
    },
    /** This page waits for none of them any more. */
    stop(): void {
      for (const orderId of [...waiting.keys()]) disown(orderId);
    },
  };
};
