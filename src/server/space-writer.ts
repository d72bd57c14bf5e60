import { checkoutCollection, collectionShape } from '../core/collection.ts';
import { quantityOf } from '../core/counter.ts';
import type { EntryState, Kind } from '../core/entry.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import type { Stamp } from '../core/stamp.ts';
import { utf8Length } from '../core/utf8-length.ts';
import { retentionTimes } from './retention-times.ts';
import type { SiteRules } from './site.ts';
import type { EntryRow, SpaceRow, WriteTx } from './store.ts';

export type AnyState = EntryState[Kind];

/** A space while a transaction changes it: entries are read once, and written once at the end. */
export type SpaceWriter = {
  readonly site: SiteRules;
  readonly id: string;
  readonly kind: SpaceRow['kind'];
  readonly tx: WriteTx;
  /** The space's time: the server's, never behind what the space has shown. */
  readonly nowMs: number;
  readonly bytes: number;
  readonly lines: number;
  /** Bytes of a state as JSON. */
  sizeOf(state: AnyState): number;
  /** Of what was changed up to here some is forgotten. */
  readonly gcVersion: number;
  /** The state of an entry, `undefined` when there is none or it is deleted. */
  state(collection: string, key: string): Promise<AnyState | undefined>;
  /** All entries of a collection as they are now. */
  states(collection: string): Promise<readonly { key: string; born: number; version: number; state: AnyState }[]>;
  /** The version at which the entry first appeared; 0 when it is new. */
  bornAt(collection: string, key: string): Promise<number>;
  /** What this transaction has changed in a collection and not deleted. */
  changed(collection: string): readonly { key: string; isNew: boolean; wall: number }[];
  put(collection: string, key: string, state: AnyState): Promise<void>;
  remove(collection: string, key: string): Promise<void>;
  /** An entry that shows nothing goes, its record too. Who has not seen its end begins anew. */
  forget(row: EntryRow): Promise<void>;
  /** All that was known up to this version is forgotten. */
  forgetAll(version: number): void;
  /** What is written next has a version after this one. */
  reach(version: number): void;
  /** Retention looks at the space then. */
  lookAgain(atMs: number): void;
  /** Writes what was changed, each entry under a version of its own, and the space's row. */
  finish(): Promise<{ readonly row: SpaceRow; readonly changed: readonly EntryRow[] }>;
};

const hasQuantity = (collection: string, state: Json): number =>
  collection === 'cart' && state !== null && quantityOf((state as unknown as Line).q) > 0 ? 1 : 0;

const isStamp = (value: unknown): value is Stamp => Array.isArray(value) && value.length === 4;

/** The wall time of the newest stamp in a state. */
const wallOf = (kind: Kind, state: AnyState): number => {
  const members: readonly unknown[] =
    kind === 'reg' || kind === 'auth'
      ? [[null, (state as EntryState['reg']).h]]
      : Object.values(kind === 'line' ? (state as Line).d : kind === 'map' ? state : {});
  const stamps = members.map((member) => (Array.isArray(member) ? member[1] : undefined));
  return stamps.reduce<number>((wall, stamp) => (isStamp(stamp) ? Math.max(wall, stamp[0]) : wall), 0);
};

export const openSpace = (
  tx: WriteTx,
  { row, site, nowMs }: { row: SpaceRow; site: SiteRules; nowMs: number },
): SpaceWriter => {
  const rows = new Map<string, EntryRow>();
  const changed = new Set<string>();
  /** Collections of which every stored entry is in `rows`: orders of one batch look at all lines of the cart. */
  const readWhole = new Set<string>();
  // States are never changed, only replaced. Each was written out four times a change: 100 small changes of one large
  // entry held up everybody for a third of a second.
  const sizes = new WeakMap<object, number>();
  const sizeOf = (state: AnyState): number => {
    const size = sizes.get(state) ?? utf8Length(JSON.stringify(state));
    sizes.set(state, size);
    return size;
  };
  const sizeOfEntry = (state: Json): number => (state === null ? 0 : sizeOf(state as unknown as AnyState));
  const clock = Math.max(nowMs, row.clock);
  let { version: head, bytes, lines, gcVersion, due } = row;
  /** What is told of checkouts is short, and the server's own: it takes no room from the customer. */
  const isCounted = (collection: string) => collection !== checkoutCollection;
  const path = (collection: string, key: string) => `${collection}\n${key}`;

  const load = async (collection: string, key: string): Promise<EntryRow> => {
    const known = rows.get(path(collection, key));
    if (known) return known;
    const fresh = { collection, key, version: 0, born: 0, wall: 0, touched: 0, state: null };
    const found = (await tx.entry(row.id, collection, key)) ?? fresh;
    rows.set(path(collection, key), found);
    return found;
  };

  const replace = async (collection: string, key: string, state: AnyState | null) => {
    const before = await load(collection, key);
    // States are JSON by construction; only their types say more.
    const after = state as Json;
    if (isCounted(collection)) bytes += sizeOfEntry(after) - sizeOfEntry(before.state);
    lines += hasQuantity(collection, after) - hasQuantity(collection, before.state);
    const wall = state === null ? before.wall : wallOf(collectionShape(collection, site.collections).kind, state);
    rows.set(path(collection, key), { ...before, wall, state: after });
    // Moved to the end: versions follow the order of the last change.
    changed.delete(path(collection, key));
    changed.add(path(collection, key));
  };

  return {
    site,
    id: row.id,
    kind: row.kind,
    tx,
    nowMs: clock,
    sizeOf,
    get bytes() {
      return bytes;
    },
    get lines() {
      return lines;
    },
    get gcVersion() {
      return gcVersion;
    },
    bornAt: async (collection, key) => (await load(collection, key)).born,
    async forget(entry) {
      await tx.dropEntry(row.id, entry.collection, entry.key);
      rows.delete(path(entry.collection, entry.key));
      if (isCounted(entry.collection)) bytes -= sizeOfEntry(entry.state);
      gcVersion = Math.max(gcVersion, entry.version);
    },
    forgetAll(version) {
      gcVersion = Math.max(gcVersion, version);
    },
    reach(version) {
      head = Math.max(head, version);
    },
    lookAgain(atMs) {
      due = atMs;
    },
    async state(collection, key) {
      return ((await load(collection, key)).state as AnyState | null) ?? undefined;
    },
    async states(collection) {
      const stored = readWhole.has(collection) ? [] : await tx.entries(row.id, collection);
      readWhole.add(collection);
      for (const found of stored) {
        const at = path(collection, found.key);
        if (!rows.has(at)) rows.set(at, found);
      }
      return [...rows.values()]
        .filter((entry) => entry.collection === collection && entry.state !== null)
        .map(({ key, born, version, state }) => ({
          key,
          born: born || Number.MAX_SAFE_INTEGER,
          version,
          state: state as AnyState,
        }));
    },
    changed(collection) {
      return [...changed]
        .map((at) => rows.get(at))
        .filter((entry) => entry !== undefined)
        .filter((entry) => entry.collection === collection && entry.state !== null)
        .map(({ key, wall, version }) => ({ key, wall, isNew: version === 0 }));
    },
    put: replace,
    async remove(collection, key) {
      if ((await load(collection, key)).state !== null) await replace(collection, key, null);
    },
    async finish() {
      let version = head;
      const written: EntryRow[] = [];
      for (const at of changed) {
        const entry = rows.get(at);
        if (!entry) continue;
        version++;
        const next = { ...entry, version, born: entry.born || version, touched: clock };
        await tx.putEntry(row.id, next);
        written.push(next);
      }
      const { tidyMs, idleMs } = retentionTimes(site.limits);
      due = Math.min(due, clock + Math.ceil(written.length > 0 ? tidyMs : idleMs));
      const after: SpaceRow = { ...row, version, clock, bytes, lines, gcVersion, due };
      await tx.putSpace(after);
      return { row: after, changed: written };
    },
  };
};
