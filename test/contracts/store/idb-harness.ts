import type { Store } from '../../../src/client/ports.ts';
import { idbStore } from '../../../src/platform/browser/idb-store.ts';
import type { StoreHarness } from './harness.ts';

/** Faults of the browser's own database, put in at its prototypes. Lasts until `dispose`. */
export type IdbFaults = {
  readonly name: string;
  /** How many times the database was asked to open. */
  opens(): number;
  /** Ends every connection as the browser does when it closes: the handles live on and refuse. */
  closeBeneath(): void;
  /** Says by the `close` event that every connection has ended, as after a wipe of site data. */
  terminate(): void;
  /** The next opens fail with an error of that name. */
  failOpens(times: number, errorName: string): void;
  /** The next opens tell nothing, ever. */
  hangOpens(times: number): void;
  /** The next reads of a value abort their transaction, as a forced close does. */
  abortReads(times: number): void;
  /** The next reads of a value are never answered. */
  hangReads(times: number): void;
  /** The next puts throw an error of that name. */
  failPuts(times: number, errorName: string): void;
  /** The next puts fail after the call, with a `ConstraintError`. */
  failPutsLater(times: number): void;
  /** How many transactions were told to commit. */
  commits(): number;
};

export type IdbHarness = StoreHarness & { readonly faults: IdbFaults };

export type IdbCase = { readonly name: string; run(harness: IdbHarness): Promise<void> };

export const nameOf = (error: unknown): string => (error as Error).name;

let made = 0;

const fault = (errorName: string): DOMException => new DOMException('put in by a test', errorName);

/** A request to open that ends in an error, told by an event as a browser does; without one it never ends. */
const failing = (error?: DOMException): IDBOpenDBRequest =>
  Object.create(IDBOpenDBRequest.prototype, {
    error: { value: error },
    addEventListener: {
      value: (type: string, listener: () => void) => {
        if (error && type === 'error') queueMicrotask(listener);
      },
    },
    removeEventListener: { value: () => {} },
  });

type Listener = (event: Event) => void;

/** Who listens for the end of a connection: an event of the test's own cannot be dispatched on every make of database. */
const closeListenersOf = (connection: IDBDatabase): Set<Listener> => {
  const listeners = new Set<Listener>();
  connection.addEventListener = (_type: string, listener: unknown) => void listeners.add(listener as Listener);
  connection.removeEventListener = (_type: string, listener: unknown) => void listeners.delete(listener as Listener);
  return listeners;
};

const unanswered = { onsuccess: { value: null, writable: true }, onerror: { value: null, writable: true } };

/** A database of its own on whatever IndexedDB this engine has, real or fake. */
export const idbHarness = (): IdbHarness => {
  const name = `relevo:1:store-contract:${made++}`;
  const stores: Store[] = [];
  const connections: IDBDatabase[] = [];
  const closeListeners = new Map<IDBDatabase, Set<Listener>>();
  const left = { opens: 0, reads: 0, hanging: 0, puts: 0, latePuts: 0 };
  const errorNames = { opens: '', puts: '' };
  let opens = 0;
  let commits = 0;

  const factory = Object.getPrototypeOf(indexedDB) as IDBFactory;
  const rows = IDBObjectStore.prototype;
  const transactions = IDBTransaction.prototype;
  const real = { open: factory.open, get: rows.get, put: rows.put, commit: transactions.commit };

  factory.open = function (this: IDBFactory, ...args) {
    if (args[0] !== name) return real.open.apply(this, args);
    opens++;
    if (left.opens-- > 0) return failing(errorNames.opens ? fault(errorNames.opens) : undefined);
    const request = real.open.apply(this, args);
    request.addEventListener('success', () => {
      connections.push(request.result);
      closeListeners.set(request.result, closeListenersOf(request.result));
    });
    return request;
  };
  rows.get = function (this: IDBObjectStore, ...args) {
    const request = real.get.apply(this, args);
    if (left.reads-- > 0) this.transaction.abort();
    return left.hanging-- > 0 ? Object.create(IDBRequest.prototype, unanswered) : request;
  };
  rows.put = function (this: IDBObjectStore, ...args) {
    if (left.puts-- > 0) throw fault(errorNames.puts);
    const request = real.put.apply(this, args);
    return left.latePuts-- > 0 ? this.add(...args) : request;
  };
  transactions.commit = function (this: IDBTransaction) {
    commits++;
    real.commit.apply(this);
  };

  const closeBeneath = () => {
    for (const connection of connections.splice(0)) connection.close();
  };

  return {
    faults: {
      name,
      opens: () => opens,
      closeBeneath,
      terminate() {
        for (const connection of connections.splice(0)) {
          const event = new Event('close');
          connection.onclose?.(event);
          for (const listener of [...(closeListeners.get(connection) ?? [])]) listener(event);
        }
      },
      failOpens(times, errorName) {
        left.opens = times;
        errorNames.opens = errorName;
      },
      hangOpens(times) {
        left.opens = times;
        errorNames.opens = '';
      },
      abortReads(times) {
        left.reads = times;
      },
      hangReads(times) {
        left.hanging = times;
      },
      failPuts(times, errorName) {
        left.puts = times;
        errorNames.puts = errorName;
      },
      failPutsLater(times) {
        left.latePuts = times;
      },
      commits: () => commits,
    },
    async open() {
      const store = await idbStore({ name });
      stores.push(store);
      return store;
    },
    async dispose() {
      Object.assign(factory, { open: real.open });
      Object.assign(rows, { get: real.get, put: real.put });
      Object.assign(transactions, { commit: real.commit });
      for (const store of stores) store.close();
      closeBeneath();
      indexedDB.deleteDatabase(name);
    },
  };
};
