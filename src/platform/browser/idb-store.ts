import { openDB, unwrap } from 'idb';
import type { ReadTx, Store, StoreKey, WriteTx } from '../../client/ports.ts';
import type { Json } from '../../core/json.ts';
import { beginNewLog } from './begin-new-log.ts';

const kv = 'kv';

const reopenTimeoutMs = 2_000;
const longestPauseMs = 640;

/** Never reported as unhandled: a transaction that fails rejects every request that a body did not wait for. */
const quiet = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => {});
  return promise;
};

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  quiet(
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    }),
  );

/** An array sorts after every number and string, so `[...prefix, []]` is behind all that starts with `prefix`. */
const rangeOf = (prefix: StoreKey): IDBKeyRange => IDBKeyRange.bound(prefix, [...prefix, []]);

const transactionOver = (rows: IDBObjectStore): WriteTx => ({
  get: (key) => settled<Json | undefined>(rows.get(key as IDBValidKey)),
  list: (prefix) =>
    quiet(
      Promise.all([settled(rows.getAllKeys(rangeOf(prefix))), settled<Json[]>(rows.getAll(rangeOf(prefix)))]).then(
        ([keys, values]) => values.map((value, index) => [keys[index] as unknown as StoreKey, value] as const),
      ),
    ),
  put: (key, value) => {
    rows.put(value, key as IDBValidKey);
  },
  delete: (key) => {
    rows.delete(key as IDBValidKey);
  },
  deleteAll: (prefix) => {
    rows.delete(rangeOf(prefix));
  },
});

/**
 * One transaction. Safari lets no microtask pass between its making and its first request, so the
 * body starts at once; the outcome counts only together with the commit.
 *
 * Chromium that clears a site's data closes connections, and says nothing of a transaction that was begun just then:
 * no event of its own ever comes. Those of any other have come when the connection says that it is closed.
 */
const transact = <T>(
  db: IDBDatabase,
  mode: IDBTransactionMode,
  body: (tx: WriteTx) => Promise<T>,
  options: IDBTransactionOptions,
): Promise<T> => {
  let lost = () => {};
  return new Promise<T>((resolve, reject) => {
    const transaction = db.transaction(kv, mode, options);
    const outcome = (async () => body(transactionOver(transaction.objectStore(kv))))();
    let thrown: unknown;
    transaction.oncomplete = () => resolve(outcome);
    // The transaction's own error first: a full disk shows in the body only as an abort.
    transaction.onabort = lost = () => reject(transaction.error ?? thrown ?? new DOMException('', 'AbortError'));
    db.addEventListener('close', lost);
    outcome
      .then(
        () => transaction.commit(),
        (error) => {
          thrown = error;
          transaction.abort();
        },
      )
      // Already over: committed at a foreign await, or aborted by the browser. The events above tell.
      .catch(() => {});
  }).finally(() => db.removeEventListener('close', lost));
};

/**
 * Errors that a new connection may heal: a dropped or closing one (`InvalidStateError`), WebKit's lost
 * server and Chromium's backing store (`UnknownError`), and the abort that either makes of what was running.
 */
const mayHeal = (error: unknown): boolean =>
  /^(InvalidState|Unknown|Abort)Error$/.test((error as Error | null)?.name ?? '');

/** A reopening that hangs must not hang the write with it: rejected, the engine goes on in memory. */
const inTime = <T>(promise: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DOMException('', 'TimeoutError')), reopenTimeoutMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });

/**
 * The device's store in IndexedDB: one object store under array keys. Resolves when the database is
 * open; stays pending while another tab holds it in an upgrade; rejects when the browser denies it.
 *
 * A connection that is lost is opened again within two seconds, and the body replayed, for a second or a little more:
 * Chromium that is clearing a site's data may take the next connections as well. Another tab that deletes the database
 * is not held up.
 *
 * @param name Name of the database. Carries the site and the format version: the database is version
 * 1 for ever, because a version upgrade is blocked by any old tab and then blocks every open.
 *
 * @example const store = await idbStore({ name: 'relevo:1:pk_demo' });
 */
export const idbStore = async ({ name }: { name: string }): Promise<Store> => {
  let db: IDBDatabase | undefined;
  let opening: Promise<IDBDatabase> | undefined;
  let frame: HTMLIFrameElement | undefined;
  let closed = false;

  const drop = (lost?: IDBDatabase) => {
    if (db === lost) db = opening = undefined;
    lost?.close();
  };

  const end = () => {
    // A transaction of a frame that is removed never settles, so the frame goes after the last one.
    if (frame && db) transact(db, 'readwrite', async () => {}, {}).then(removeFrame, removeFrame);
    drop(db);
  };
  const removeFrame = () => frame?.remove();

  /**
   * After WebKit's network process died, every open of this page fails until a reload, and those of
   * a fresh same-origin frame succeed. (`blocked` needs no answer: nothing is older than version 1.)
   */
  const openInFrame = async (error: unknown): Promise<IDBDatabase> => {
    if ((error as Error).name !== 'UnknownError' || typeof document === 'undefined') throw error;
    const fresh = document.createElement('iframe');
    fresh.hidden = true;
    document.documentElement.append(fresh);
    try {
      const request = (fresh.contentWindow as unknown as { indexedDB: IDBFactory }).indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(kv);
      const opened = await settled(request);
      frame?.remove();
      frame = fresh;
      return opened;
    } catch (error) {
      fresh.remove();
      throw error;
    }
  };

  const connect = async (): Promise<IDBDatabase> => {
    if (closed) throw new DOMException('', 'InvalidStateError');
    // Without idb's proxies: objects of a frame are of another realm, which they do not know.
    const opened = await openDB(name, 1, { upgrade: (fresh) => void fresh.createObjectStore(kv) }).then(
      (wrapped) => unwrap(wrapped),
      openInFrame,
    );
    opened.onclose = opened.onversionchange = () => drop(opened);
    db = opened;
    if (closed) end();
    return opened;
  };

  const open = (): Promise<IDBDatabase> => {
    opening ??= connect().catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };

  const run = async <T>(
    mode: IDBTransactionMode,
    body: (tx: WriteTx) => Promise<T>,
    options: IDBTransactionOptions = {},
  ): Promise<T> => {
    for (let pauseMs = 0; ; pauseMs = pauseMs * 2 || 20) {
      let connection = db;
      try {
        // No await while a connection is at hand, so that transactions begin in the order of the calls.
        connection ??= await inTime(open());
        return await transact(connection, mode, body, { durability: 'relaxed', ...options });
      } catch (error) {
        if (closed || pauseMs > longestPauseMs || !mayHeal(error)) throw error;
        if (connection) drop(connection);
      }
      if (pauseMs) await new Promise((done) => setTimeout(done, pauseMs));
    }
  };

  await open();
  beginNewLog(`${name}:log`);
  return {
    kind: 'indexeddb',
    durable: true,
    read: <T>(body: (tx: ReadTx) => Promise<T>) => run('readonly', body),
    write: (body, options) => run('readwrite', body, options),
    writeNow(puts) {
      try {
        const transaction = (db as IDBDatabase).transaction(kv, 'readwrite');
        const tx = transactionOver(transaction.objectStore(kv));
        for (const [key, value] of puts) tx.put(key, value);
        transaction.commit();
      } catch {
        // No connection at the end of the page: what was not saved was never reported as saved.
      }
    },
    close() {
      closed = true;
      end();
    },
  };
};
