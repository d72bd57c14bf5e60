import { receiptsName } from '../core/collection.ts';
import { isText } from '../core/key.ts';
import type { Receipt } from '../core/receipt.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Receipt as WireReceipt } from '../protocol/messages.ts';
import type { Ask } from './asks.ts';
import type { Events } from './events.ts';
import type { Model } from './model.ts';
import type { Partition } from './partition.ts';
import { owedTo } from './records.ts';

/** A receipt as pages read it; a server of 0.1.0 leaves some of its lists out, and so does a row. */
export const receiptOf = (wire: Partial<WireReceipt>): Receipt =>
  ({ lowered: [], kept: [], reasons: {}, ...wire }) as Receipt;

/** What merges did, on whichever device of the customer, and taking it back. */
export const createReceipts = ({
  ask,
  model,
  partition,
  events,
  isBecoming,
}: {
  ask: Ask;
  model: Model;
  partition: Partition;
  events: Events;
  /** A guest is becoming a customer here. */
  isBecoming(): boolean;
}) => {
  let of = '';
  let guest = '';
  let isBlind = true;
  /** When they were undone, by id, of those that this page was told or found here. */
  const known = new Map<string, number>();
  const isNews = ({ id, undoneAtMs = 0 }: Receipt) => known.get(id) !== undoneAtMs && known.set(id, undoneAtMs);
  const tell = (receipt: Receipt): void => void (isNews(receipt) && events.emit('merge', { receipt }));

  const look = () => {
    const { device, space } = partition;
    // Whoever signs in here is told by that, in its order; who leaves is told nothing any more.
    if (!device || isBecoming() || partition.isLeaving) return;
    // What is there when somebody comes is nothing that happens now, but for what became of the guest who was here.
    const isFirst = of !== model.of || isBlind;
    of = model.of;
    if (!device.customer) guest = device.guest.id;
    isBlind = space.cursor === null;
    for (const [, state] of model.rows.get(receiptsName)?.values() ?? []) {
      const receipt = receiptOf((state as { v: Partial<WireReceipt> }).v);
      // The merge that this device waits for is told when it is over here too.
      if (owedTo(device).includes(receipt.guest)) continue;
      if (isFirst && receipt.guest !== guest) isNews(receipt);
      else tell(receipt);
    }
  };

  return {
    /** Ends with the result. */
    watch: () => model.subscribe(receiptsName, look),
    tell,
    /** Somebody has signed in here. */
    entered: (receipt: Receipt | undefined): void => {
      if (receipt) tell(receipt);
      look();
    },
    async undo(receiptId: string): Promise<{ readonly receipt: Receipt }> {
      if (!isText(receiptId)) throw new RelevoError('change/bad-value', { detail: 'A receipt has an `id`.' });
      model.undoing.add(receiptId);
      try {
        const { receipt } = await ask('undo', receiptId);
        return { receipt: receiptOf(receipt) };
      } finally {
        model.undoing.delete(receiptId);
      }
    },
  };
};
