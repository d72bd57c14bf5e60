import type { Sha256 } from '../core/hash.ts';
import type { Json } from '../core/json.ts';

/** Everything the engine touches outside itself. The simulator passes doubles; the browser entry the real ones. */
export type Ports = {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Opens the device's store. A rejection or an open that does not settle means memory, with the reason in status. */
  readonly openStore: () => Promise<Store>;
  /** A store that forgets at the end of the page: the refuge when `openStore` fails. */
  readonly memoryStore: () => Store;
  readonly marker: Marker;
  /** What the next page of the same tab finds (sessionStorage). Absent where one page goes on for ever. */
  readonly tab?: Marker;
  readonly transport: Transport;
  readonly tabs: Tabs;
  readonly signals: Signals;
  readonly log: Log;
};

export type Clock = {
  /** Wall time, epoch milliseconds. May jump. */
  now(): number;
  /** Milliseconds since some start; never goes back. */
  monotonic(): number;
  /** Calls back once after `ms`; the result cancels. */
  timer(ms: number, callback: () => void): () => void;
  /** Runs soon, after the current synchronous work (a microtask). */
  soon(callback: () => void): void;
  /** 0 ≤ x < 1, for jitter only. */
  jitter(): number;
};

export type Ids = {
  /** A fresh unguessable id of at least 126 bits in A-Z a-z 0-9 _ -. */
  random(): string;
  readonly sha256: Sha256;
  /** Base 64 to one character a byte, as `atob`; throws on anything else. */
  decodeBase64(text: string): string;
};

/** Ordered by part, numbers before strings; a prefix names a range. */
export type StoreKey = readonly (string | number)[];

/**
 * The device's store: an ordered map with transactions. `write` is atomic and serialised with every
 * other `write` of the same database, other tabs included; it resolves when committed. Inside a body
 * only the transaction's own promises may be awaited (IndexedDB commits at the first foreign await).
 * A body that throws aborts: nothing of it is kept. Bodies may run twice when a connection was lost.
 */
export type Store = {
  readonly kind: 'indexeddb' | 'memory' | (string & {});
  /** Whether what `write` committed survives the end of the page. */
  readonly durable: boolean;
  read<T>(body: (tx: ReadTx) => Promise<T>): Promise<T>;
  write<T>(body: (tx: WriteTx) => Promise<T>, options?: WriteOptions): Promise<T>;
  /**
   * Write-only and started synchronously, for `pagehide`: nothing is awaited, `commit()` is called at once. A browser
   * may throw it away with the page, whole, as Chromium did with 4 of 220: nothing of it was reported as saved.
   */
  writeNow(puts: readonly (readonly [StoreKey, Json])[]): void;
  close(): void;
};

/** `strict` waits for the disk; used for sign-in and sign-out. Default relaxed. */
export type WriteOptions = { readonly durability?: 'strict' | 'relaxed' };

export type ReadTx = {
  get(key: StoreKey): Promise<Json | undefined>;
  /** All pairs whose key starts with `prefix`, in key order. */
  list(prefix: StoreKey): Promise<(readonly [StoreKey, Json])[]>;
};

export type WriteTx = ReadTx & {
  put(key: StoreKey, value: Json): void;
  delete(key: StoreKey): void;
  /** Deletes every key that starts with `prefix`. */
  deleteAll(prefix: StoreKey): void;
};

/**
 * A small text kept outside the store (localStorage): who the guest is, and the epoch. A store that
 * was silently emptied or rolled back is noticed by it. Reads and writes never throw; absent = null.
 */
export type Marker = { read(): string | null; write(text: string | null): void };

export type HttpReply = {
  readonly status: number;
  readonly body: string;
  /** `Retry-After` in milliseconds from now, whether it came as seconds or as a date; null when absent or unreadable. */
  readonly retryAfterMs: number | null;
};

export type Transport = {
  /** POST to the server. Rejects on network failure or after `timeoutMs`, never for a status. */
  post(path: string, body: string, options: { timeoutMs: number }): Promise<HttpReply>;
  /** Fire and forget at the end of a page; at most 48 KiB. */
  beacon(path: string, body: string): void;
  /** Opens the live channel. `onClose` comes exactly once, also when it never opened. */
  connect(ticket: string, on: { open(): void; message(text: string): void; close(): void }): LiveSocket;
};

export type LiveSocket = { send(text: string): void; close(): void };

/** Other tabs of the same origin and site. Messages are hints, never data, never tokens. */
export type Tabs = {
  post(message: Json): void;
  subscribe(listener: (message: unknown) => void): () => void;
  /** Runs `body` while holding the lock, or returns false at once when another tab holds it. Without a lock API: runs it. */
  ifFree(name: string, body: () => Promise<void>): Promise<boolean>;
  close(): void;
};

export type Signal = 'visible' | 'hidden' | 'pagehide' | 'pageshow' | 'online' | 'offline';

export type Signals = {
  isVisible(): boolean;
  subscribe(listener: (signal: Signal) => void): () => void;
};

export type Log = { info(text: string): void; warn(text: string): void };
