import { checkoutCollection } from '../core/collection.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Cause, Checkouts, ShopItem } from './api.ts';
import type { Captures } from './captures.ts';
import type { ToldCheckout } from './checkout-record.ts';
import type { Events } from './events.ts';
import type { Model } from './model.ts';
import type { Partition } from './partition.ts';
import type { Clock } from './ports.ts';
import type { Sync } from './sync.ts';

/** A server that is busy, or another tab that is at it: somebody who wants to pay waits no longer. */
const patienceMs = 15_000;

/** What the customer may pay for first, and what they may have paid for twice. */
const byStatus = ['abandoned', 'completed', 'open'] as const;

/** Paying: what is frozen, what was bought, and what becomes of it on other devices. */
export const createCheckouts = ({
  clock,
  events,
  model,
  partition,
  sync,
  captures,
  ready,
  idle,
}: {
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
  let of = '';
  let versions = new Map<string, number>();
  const endings = new Set<() => void>();

  const rows = () => [...(model.rows.get(checkoutCollection) ?? [])];
  const toldOf = (id: string) => (model.row(checkoutCollection, id)?.[1] as { v?: ToldCheckout } | undefined)?.v;

  /** Answered after all that is in the cart: or the server would freeze another one. */
  const ask = async (want: { readonly begin?: true; readonly abandon?: string }) => {
    const isHere = partition.whose();
    await ready;
    await idle();
    // Whoever comes next asks for nothing.
    if (!isHere()) throw new RelevoError('sync/abandoned');
    // What was changed of a guest's line waits on the device for the merge that is owed: the server does not know of it.
    const isOwed = model.pending.some(({ entry: { c, k } }) => c === 'cart' && model.guestRows.has(k));
    if (want.begin && isOwed) throw new RelevoError('checkout/unsynced', { retryable: true });
    const { answer, end } = sync.ask(want);
    const cancel = clock.timer(patienceMs, () => end('checkout/unsynced'));
    const leave = () => end('sync/abandoned');
    const off = model.subscribe('', () => isHere() || leave());
    endings.add(leave);
    void sync.wake().then(() => sync.connection !== 'online' && end('checkout/unsynced'));
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

  /** The one that order is of, as far as is known, or the latest that this device began: an open one, if there is any. */
  const foundHere = (orderId: string): string | undefined => {
    const all = [...(model.rows.get(checkoutCollection)?.keys() ?? [])].flatMap((id) => {
      const told = toldOf(id);
      return told ? [{ id, told }] : [];
    });
    const rank = ({ status }: ToldCheckout) => byStatus.indexOf(status);
    const mine = all
      .filter(({ told }) => told.device === partition.device.id)
      .sort((a, b) => rank(b.told) - rank(a.told) || b.told.openedAt - a.told.openedAt);
    const isOf = ({ told }: (typeof all)[number]) => told.orderId === orderId || told.duplicateOf === orderId;
    return (all.find(isOf) ?? mine[0])?.id;
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
      return Object.freeze({ id, lines, expiresAt, others } as unknown as Awaited<ReturnType<Checkouts['begin']>>);
    },
    async complete({ orderId, checkoutId, lines }) {
      // Not later than it must be: whoever signs out next has bought it.
      if (!partition.device) await ready;
      const id = checkoutId ?? foundHere(orderId) ?? (lines ? undefined : await findHere(orderId));
      if (id === undefined && !lines)
        throw new RelevoError('checkout/unknown', {
          message: 'No checkout is open here: pass `checkoutId` or `lines`.',
        });
      const items = lines ?? itemsOf(toldOf(id ?? ''));
      const placed = await captures.buy({
        type: 'purchase',
        orderId,
        items,
        ...(id === undefined ? {} : { checkoutId: id }),
      });
      await placed?.synced;
      const { duplicateOf = orderId } = toldOf(id ?? '') ?? {};
      return duplicateOf === orderId ? {} : { duplicateOf };
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
      of = model.of;
      versions = new Map(rows().map(([id, [version]]) => [id, version]));
      for (const [checkoutId, version] of isSame ? versions : []) {
        const told = toldOf(checkoutId);
        if (!told || before.get(checkoutId) === version) continue;
        const { status, channel, orderId, duplicateOf } = told;
        events.emit('checkout', {
          checkoutId,
          status,
          channel,
          ...(orderId === undefined ? {} : { orderId }),
          ...(duplicateOf === undefined ? {} : { code: 'order/duplicate-snapshot' }),
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
  ...(properties ? { properties } : {}),
});
