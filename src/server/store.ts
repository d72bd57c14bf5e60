import type { Json } from '../core/json.ts';
import type { ChannelReads, ChannelWrites } from './store-channels.ts';
import type { CheckoutReads, CheckoutWrites } from './store-checkouts.ts';
import type { DeviceReads, DeviceWrites } from './store-devices.ts';
import type { OrderReads, OrderWrites } from './store-orders.ts';

/** A guest's or a customer's state. `id` is `site/guest` or `site/c_hash`: no id exists without its site. */
export type SpaceRow = {
  readonly id: string;
  readonly site: string;
  readonly kind: 'guest' | 'customer';
  /** Keyed hash of the guest's secret; null for a customer. */
  readonly secret: string | null;
  readonly era: number;
  readonly acl: number;
  /** Counts the changed entries: the order of all writes in the space. */
  readonly version: number;
  /** Largest time the space has shown, epoch milliseconds: its clock never goes back. */
  readonly clock: number;
  /** Size of all states. */
  readonly bytes: number;
  /** Cart lines with a quantity. */
  readonly lines: number;
  /** Of what was changed up to here some may be forgotten: an older cursor begins anew. */
  readonly gcVersion: number;
  /** When retention looks at the space next, epoch milliseconds. */
  readonly due: number;
};

/** One entry; `state: null` is a deleted one, kept so that older cursors learn of it. */
export type EntryRow = {
  readonly collection: string;
  readonly key: string;
  readonly version: number;
  /** Version at which the entry first appeared: the oldest line first. */
  readonly born: number;
  /** Wall time of its newest stamp: what eviction orders by. */
  readonly wall: number;
  /** When it got its version, epoch milliseconds. */
  readonly touched: number;
  readonly state: Json;
};

export type ReplicaRow = {
  readonly id: string;
  /** Highest number applied. */
  readonly last: number;
  /** No change still to come from it was made on an older version. */
  readonly low: number;
  /** When it was last heard of, to the hour. */
  readonly seenAt: number;
  /** When it was retired: nothing is taken under its name any more. */
  readonly retiredAt: number | null;
};

/** What became of one change; kept for the newest {@link ringSize} numbers of a replica. */
export type AppliedRow = { readonly q: number; readonly opId: string; readonly ack: readonly Json[] };

/** How many applied changes of each replica are remembered. At least the 128 that a device has in flight. */
export const ringSize = 256;

/** A guest's way into a customer's space. One row a guest, for ever. */
export type ClaimRow = {
  /** The guest's space. */
  readonly guest: string;
  /** The customer's space. */
  readonly space: string;
  readonly status: 'waiting' | 'merged';
  readonly receipt: string | null;
  /** The guest's last changes, when they could not be applied yet: `{r, channel, ops}`. */
  readonly carried: Json;
  readonly triedAt: number;
};

export type DeviceRow = { readonly id: string; readonly seenAt: number; readonly signedOutAt: number };

/** Of tables that have files of their own. */
type MoreReads = OrderReads & CheckoutReads & ChannelReads & DeviceReads;

export type ReadTx = MoreReads & {
  space(id: string): Promise<SpaceRow | undefined>;
  /** Rows changed after `version`, deleted ones included, in order of version. */
  rowsAfter(space: string, version: number, limit: number): Promise<readonly EntryRow[]>;
  /** Rows that are not deleted, in order of version: all that somebody needs who has nothing yet. */
  liveRows(space: string, limit: number): Promise<readonly EntryRow[]>;
  /** The entries of a collection, or of the whole space, without the deleted ones. */
  entries(space: string, collection?: string): Promise<readonly EntryRow[]>;
  entry(space: string, collection: string, key: string): Promise<EntryRow | undefined>;
  replica(space: string, id: string): Promise<ReplicaRow | undefined>;
  replicas(space: string): Promise<readonly ReplicaRow[]>;
  /** Spaces whose `due` is not after `now`, the longest due first. */
  dueSpaces(now: number, limit: number): Promise<readonly SpaceRow[]>;
  applied(space: string, replica: string, q: number): Promise<AppliedRow | undefined>;
  /**
   * Changes by their ids, of one replica, or whatever replica numbered them: that looks once through all that the space
   * remembers, for rare doubts.
   */
  appliedAs(space: string, opIds: readonly string[], replica?: string): Promise<ReadonlyMap<string, AppliedRow>>;
  claim(guest: string): Promise<ClaimRow | undefined>;
  /** The last `most` guests that a customer's space was handed. */
  guestsOf(space: string, most: number): Promise<readonly string[]>;
  /** Claims of a customer's space that wait for another try. */
  waitingClaims(space: string): Promise<readonly ClaimRow[]>;
  receipt(space: string, id: string): Promise<Json | undefined>;
  device(space: string, id: string): Promise<DeviceRow | undefined>;
  meta(name: string): Promise<string | undefined>;
  /** The version at which a space stood at the last {@link WriteTx.keepHeads}. */
  restoredHead(space: string): Promise<number | undefined>;
};

/** All that is read, and what the tables with files of their own write. */
type MoreWrites = ReadTx & OrderWrites & CheckoutWrites & ChannelWrites & DeviceWrites;

export type WriteTx = MoreWrites & {
  putSpace(row: SpaceRow): Promise<void>;
  putEntry(space: string, row: EntryRow): Promise<void>;
  /** Entries of a collection that are not deleted. */
  countEntries(space: string, collection: string): Promise<number>;
  /** The `n` entries of a collection with the smallest `wall`, smallest key first among equals. */
  oldestEntries(space: string, collection: string, n: number): Promise<readonly EntryRow[]>;
  putReplica(space: string, row: ReplicaRow): Promise<void>;
  /** Overwrites what was remembered {@link ringSize} numbers ago. */
  putApplied(space: string, replica: string, row: AppliedRow): Promise<void>;
  putClaim(row: ClaimRow): Promise<void>;
  putReceipt(space: string, id: string, body: Json): Promise<void>;
  /** Keeps at most `most` devices of the space that are signed in, and as many that are not: of each the longest unseen is forgotten. */
  putDevice(space: string, row: DeviceRow, most: number): Promise<void>;
  /** False when the nonce was used before. Forgets nonces that ended before `now`. */
  useNonce(nonce: string, expiresAtMs: number, now: number): Promise<boolean>;
  putMeta(name: string, value: string): Promise<void>;
  dropEntry(space: string, collection: string, key: string): Promise<void>;
  /** With what is remembered of its changes. */
  dropReplica(space: string, id: string): Promise<void>;
  /** The space and all that stands under it; its claim row stays. */
  dropSpace(id: string): Promise<void>;
  /** Notes for every space the version at which it stands, in place of what was noted before. */
  keepHeads(): Promise<void>;
};

/**
 * Where the server keeps its state. Asynchronous and transaction-shaped, so that a file, a database
 * server and plain memory can stand behind it; one contract suite tests them all.
 *
 * - `write` bodies are atomic and take effect one after the other as far as anybody can see: a body
 *   reads what earlier ones wrote, its own writes included.
 * - `write` resolves only when the body's effects are durable. Several bodies may become durable together.
 * - A body that throws is undone alone; `write` rejects with what it threw.
 * - A body that does not settle in time is undone alone and `write` rejects `server/busy`; the store goes on.
 * - Inside a body only promises of its own `tx` are awaited. After the body ended its `tx` refuses to work.
 * - `read` sees one committed moment: rows and the space's version belong together.
 */
export type Store = {
  read<T>(body: (tx: ReadTx) => Promise<T>): Promise<T>;
  write<T>(body: (tx: WriteTx) => Promise<T>): Promise<T>;
  /** Ends after what was begun. Later calls reject `server/busy`. */
  close(): Promise<void>;
};
