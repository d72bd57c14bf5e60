import { checkoutCollection } from '../core/collection.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Cause, Checkouts, Connection, ShopItem } from './api.ts';
import type { Captures } from './captures.ts';
import type { ToldCheckout } from './checkout-record.ts';
import type { Events } from './events.ts';
import type { Model } from './model.ts';
import type { Partition } from './partition.ts';
import type { Clock, Ports } from './ports.ts';
import type { Sync } from './sync.ts';

/** A server that is busy, or another tab that is at it: somebody who wants to pay waits no longer. */
const patienceMs = 15_000;

/** Nobody will answer for a while. Otherwise another tab may be at it: its turn ends in time. */
const isAway: readonly string[] = ['offline', 'needs-token', 'upgrade-required'] satisfies Connection[];

/** Paying: what is frozen, what was bought, and what becomes of it on other devices. */
export const createCheckouts = ({
  tab,
  clock,
  events,
  model,
  partition,
  sync,
  captures,
  ready,
  idle,
}: {
  tab: Ports['tab'];
  clock: Clock;
  events: Events;
  model: Model;
  partition: Partition;
  sync: Sync;
  captures: Captures;
  ready: Promise<void>;
  /** Resolves when nobody is coming or leaving. */
  idle(): Promise<void>;
}) => {
  const { shown } = model;
  let of = '';
  let versions = new Map<string, number>();
  const endings = new Set<() => void>();
  /** What began in this tab, whatever pages it has shown since; until somebody signs out. */
  let begun = tab?.read() ?? undefined;
  let isOurs = partition.whose();
  const note = (id?: string) => {
    begun = id;
    isOurs = partition.whose();
    tab?.write(id ?? null);
  };

  const rows = () => [...(shown.rows.get(checkoutCollection) ?? [])];
  const toldOf = (id: string) => (shown.row(checkoutCollection, id)?.[1] as { v?: ToldCheckout } | undefined)?.v;

  /** Answered after all that is in the cart: or the server would freeze another one. */
  const ask = async (want: { readonly begin?: true; readonly abandon?: string }) => {
    const isHere = partition.whose();
    await ready;
    await idle();
    // Whoever comes next asks for nothing.
    // A full store may be making room for what was put into the cart just now.
    await partition.settled();
    if (!isHere()) throw new RelevoError('sync/abandoned');
    // What was changed of a guest's line waits on the device for the merge that is owed: the server does not know of it.
    const isOwed = shown.pending.some(
      ({ entry: { c, k, owed } }) => c === 'cart' && (owed !== undefined || shown.guestRows.has(k)),
    );
    if (want.begin && isOwed) throw new RelevoError('checkout/unsynced', { retryable: true });
    const { answer, settle } = sync.ask(want);
    const end = (code: string) => settle(new RelevoError(code, { retryable: true }));
    const cancel = clock.timer(patienceMs, () => end('checkout/unsynced'));
    const leave = () => end('sync/abandoned');
    const off = model.subscribe('', () => isHere() || leave());
    endings.add(leave);
    void sync.wake().then(() => isAway.includes(sync.connection) && end('checkout/unsynced'));
    try {
      return await answer;
    } finally {
      cancel();
      off();
      endings.delete(leave);
    }
  };

  /** What was in it, as far as this device has its lines: without one of them the server knows better. */
  const itemsOf = (told: ToldCheckout | undefined): readonly ShopItem[] => {
    const lines = Object.entries(told?.lines ?? {}).map(([key, quantity]) => ({
      quantity,
      ...partition.detailsOf(key),
    })) as unknown as (ShopItem & { readonly sku?: string })[];
    return lines.every(({ sku }) => sku)
      ? lines.map(({ sku, quantity, properties }) => item(sku, quantity, properties))
      : [];
  };

  /**
   * The one that order is of, as far as is known, or the one that began in this tab. Another one that is open here is not
   * it: a confirmation page may be that of an old order.
   */
  const foundHere = (orderId: string): string | undefined => {
    const isOf = ([id]: ReturnType<typeof rows>[number]) => {
      const { orderId: last, duplicateOf } = toldOf(id) ?? {};
      return last === orderId || duplicateOf === orderId;
    };
    return rows().find(isOf)?.[0] ?? (partition.isLocked || !isOurs() ? undefined : begun);
  };

  /** The same, of a page that has still to learn who is here and what they have. */
  const findHere = async (orderId: string) => {
    await new Promise<void>((done, fail) => {
      const look = () => !partition.isLocked && over(done);
      const over = (end: () => void) => {
        off();
        endings.delete(leave);
        end();
      };
      const leave = () => over(() => fail(new RelevoError('sync/abandoned')));
      const off = model.subscribe('', look);
      endings.add(leave);
      look();
    });
    if (foundHere(orderId) === undefined) await sync.wake();
    return foundHere(orderId);
  };

  const face: Checkouts = {
    async begin() {
      const { begin } = await ask({ begin: true });
      if (!begin) throw new RelevoError('checkout/unsynced');
      const { id, lines, expiresAt, others } = begin;
      note(id);
      return Object.freeze({ id, lines, expiresAt, others } as unknown as Awaited<ReturnType<Checkouts['begin']>>);
    },
    async complete({ orderId, checkoutId, lines }) {
      const isHere = partition.whose();
      // Not later than it must be: whoever signs out next has bought it.
      if (!partition.device) await ready;
      const id = checkoutId ?? foundHere(orderId) ?? (lines ? undefined : await findHere(orderId));
      if (!isHere()) throw new RelevoError('sync/abandoned');
      if (id === undefined && !lines)
        throw new RelevoError('checkout/unknown', {
          message: 'No checkout is open here: pass `checkoutId` or `lines`.',
        });
      const buy = (items: readonly ShopItem[]) =>
        captures.buy({
          type: 'purchase',
          orderId,
          items,
          ...(id !== undefined && { checkoutId: id }),
          ...(!lines && { isWhole: true }),
        });
      let twice: string | undefined;
      try {
        twice = await buy(lines ?? itemsOf(toldOf(id ?? '')));
      } catch (error) {
        // A cart may be larger than an order: the server has what was in it.
        if (lines || (error as RelevoError).code !== 'change/too-large') throw error;
        twice = await buy([]);
      }
      // Another tab may have told of it.
      const { orderId: last, duplicateOf } = toldOf(id ?? '') ?? {};
      const before = twice ?? (last === orderId ? duplicateOf : undefined);
      return before === undefined ? {} : { duplicateOf: before };
    },
    async abandon(checkoutId) {
      await ask({ abandon: checkoutId });
    },
  };

  return {
    face,
    /** State came: the page hears what is new of the checkouts of whoever was here before, too. */
    hear(cause: Cause): void {
      const isSame = cause === 'remote' && of === model.of;
      const before = versions;
      // While somebody leaves nothing of theirs is in view: what is there again when they stay is no news.
      of = model.isVeiled ? '' : model.of;
      if (begun !== undefined && !isOurs()) note();
      versions = new Map(rows().map(([id, [version]]) => [id, version]));
      for (const [checkoutId, version] of isSame ? versions : []) {
        const told = toldOf(checkoutId);
        if (!told || before.get(checkoutId) === version) continue;
        const { status, channel, orderId, duplicateOf } = told;
        events.emit('checkout', {
          checkoutId,
          status,
          channel,
          ...(orderId !== undefined && { orderId }),
          ...(duplicateOf !== undefined && { code: 'order/duplicate-snapshot' }),
        });
      }
    },
    stop(): void {
      for (const end of endings) end();
      captures.stop();
    },
  };
};

const item = (sku: string, quantity: number, properties: ShopItem['properties']): ShopItem => ({
  sku,
  quantity,
  ...(properties && { properties }),
});
