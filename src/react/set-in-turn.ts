import type { Change, Relevo } from '../client/api.ts';
import { RelevoError } from '../core/relevo-error.ts';

/** Takes the next value, or makes it of the present one. */
export type Next<T, Before> = T | ((before: Before) => T);

type Write<T, Before> = {
  readonly collection: string;
  readonly key: string;
  readonly next: Next<T, Before>;
  readonly read: () => Before;
  readonly set: (key: string, value: T) => Change;
};

/**
 * Sets values as the setters of hooks do. A function is applied to the value that this device shows; before
 * `isReady` there is none yet (a counter would start anew on every device), so it waits until then, and what is set
 * for the same entry after it waits behind it. What it throws then rejects both promises of the change,
 * and so does a `stop()` that comes first, with `sync/abandoned`.
 */
export const createSetInTurn = (relevo: Relevo) => {
  const waiting = new Map<string, number>();
  return <T, Before>({ collection, key, next, read, set }: Write<T, Before>): Change => {
    const make = typeof next === 'function' ? (next as (before: Before) => T) : undefined;
    const write = () => set(key, make ? make(read()) : (next as T));
    const entry = `${collection}/${key}`;
    const ahead = waiting.get(entry) ?? 0;
    if (relevo.status.isReady || !(make || ahead)) return write();
    waiting.set(entry, ahead + 1);
    const change = new Promise<Change>((done, fail) => {
      const off = relevo.on('status', ({ isReady, connection }) => {
        const isOver = connection === 'stopped';
        if (!isReady && !isOver) return;
        off();
        waiting.set(entry, (waiting.get(entry) ?? 1) - 1);
        if (isOver) fail(new RelevoError('sync/abandoned'));
        else done(new Promise((wrote) => wrote(write())));
      });
    });
    const reached = (level: 'saved' | 'synced'): Promise<void> => {
      const promise = change.then((made) => made[level]);
      promise.catch(() => {});
      return promise;
    };
    return { key, saved: reached('saved'), synced: reached('synced') };
  };
};
