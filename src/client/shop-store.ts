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

  const joined = (record: ShopRecord, made: readonly Act[]): ShopRecord =>
    made.reduce((before, act) => act(before), record);

  /**
   * Each step decides in a transaction: of two tabs only one writes to the shop. `made`: what the page did before the
   * step; what it does while the store is slow is not in what the shop has told.
   */
  const update = async <T>(
    decide: (record: ShopRecord) => readonly [next: ShopRecord, result: T],
    made: readonly Act[] = acts.splice(0),
  ): Promise<T> => {
    const [next, result] = await disk.write(async (tx) => {
      const stored = (await tx.get(['shop'])) as ShopRecord | undefined;
      const kept = disk.durable ? (isKnown() ? known : undefined) : (known ?? refuge.read());
      if (!stored && kept && disk.durable) onLost();
      const record = stored ?? kept ?? emptyRecord;
      const decided = decide(joined(record, made));
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
    /** A step that looks at our own cart: what the page does while the store is slow is there. */
    change(next: Act): Promise<undefined> {
      const made: Act[] = [];
      return update((record) => {
        made.push(...acts.splice(0));
        return [next(joined(record, made)), undefined];
      }, []);
    },
    /** What this page's shop code did to its own cart, and ours is not to follow. */
    add: (act: Act): void => void acts.push(act),
  };
};
