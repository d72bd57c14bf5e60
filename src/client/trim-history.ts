import type { Model } from './model.ts';
import type { Store } from './ports.ts';
import { spaceOf } from './records.ts';
import { getDevice } from './tables.ts';

/**
 * Makes room on a full device: the older half of the recently viewed leaves store and page. The server
 * has them; cart, outbox and all else are never touched. False when there was nothing to take.
 */
export const trimHistory = async (store: Store, model: Model): Promise<boolean> => {
  const gone = await store.write(async (tx) => {
    const device = await getDevice(tx);
    const rows = device ? await tx.list(['row', spaceOf(device), 'browsing']) : [];
    // A row begins with the server's version of it.
    const oldest = rows.sort(([, a], [, b]) => Number((a as [number])[0]) - Number((b as [number])[0]));
    return oldest.slice(0, Math.ceil(oldest.length / 2)).map(([key]) => {
      tx.delete(key);
      return String(key[3]);
    });
  });
  for (const key of gone) model.setRow('browsing', key, undefined);
  if (gone.length) model.touch(['browsing']);
  return gone.length > 0;
};
