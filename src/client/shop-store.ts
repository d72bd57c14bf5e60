import type { Json } from '../core/json.ts';
import type { Disk } from './disk.ts';
import { emptyRecord, type ShopRecord } from './shop-record.ts';

type Act = (record: ShopRecord) => ShopRecord;

/** Where the record of the shop's cart is kept; what its page did is joined with the next step. */
export const createShopStore = ({
  disk,
  refuge,
  isKnown,
  onLost,
}: {
  disk: Disk;
  refuge: { read(): ShopRecord | undefined; write(record: ShopRecord): void };
  /** Whether what this page knew still says something when the store was cleared, perhaps the shop's own cart with it. */
  isKnown(): boolean;
  /** That was so. */
  onLost(): void;
}) => {
  let known: ShopRecord | undefined;
  const acts: Act[] = [];

  /** Each step decides in a transaction: of two tabs only one writes to the shop. */
  const update = async <T>(decide: (record: ShopRecord) => readonly [next: ShopRecord, result: T]): Promise<T> => {
    const made: Act[] = [];
    const [next, result] = await disk.write(async (tx) => {
      const stored = (await tx.get(['shop'])) as ShopRecord | undefined;
      const kept = disk.durable ? (isKnown() ? known : undefined) : (known ?? refuge.read());
      if (!stored && kept && disk.durable) onLost();
      const record = stored ?? kept ?? emptyRecord;
      // Not before: what the page does while the store is slow is in the cart that is looked at now.
      made.push(...acts.splice(0));
      const decided = decide(made.reduce((before, act) => act(before), record));
      // A page that knows nothing leaves the word to one that does; what was lost is not agreed before the shop is read.
      if (stored || (decided[0] !== emptyRecord && decided[0] !== record))
        tx.put(['shop'], decided[0] as unknown as Json);
      return decided;
    });
    known = next;
    if (!disk.durable) refuge.write(next);
    return result;
  };

  return {
    update,
    change: (next: Act): Promise<undefined> => update((record) => [next(record), undefined]),
    /** What this page's shop code did to its own cart, and ours is not to follow. */
    add: (act: Act): void => void acts.push(act),
  };
};
