import type { Change as Op } from '../core/change.ts';
import type { Line } from '../core/line.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { cursorScope, cursorVersion } from '../protocol/cursor.ts';
import type { Ack, Row } from '../protocol/messages.ts';
import type { Config } from './options.ts';
import { createDeferred } from './deferred.ts';
import type { Disk } from './disk.ts';
import type { Model, Pending } from './model.ts';
import { formBatch, listOut, moveEntry, nextReplica, raiseBases, rehome, unnumbered } from './outbox.ts';
import type { Json } from '../core/json.ts';
import type { Ports, ReadTx, Store, WriteTx } from './ports.ts';
import { type Device, type OutEntry, outKey, rowKey, type Space, spaceOf, type StoredRow } from './records.ts';

export type Partition = ReturnType<typeof createPartition>;

/** What one exchange brought, gathered over its pages. */
export type Arrival = { readonly from: number; readonly cur: string; readonly isReset: boolean; readonly acks: readonly Ack[]; readonly rows: readonly Row[] };

type Contents = { rows: Map<string, Map<string, StoredRow>>; guestRows: Map<string, StoredRow>; out: OutEntry[] };

/**
 * The state of whoever uses this device now: one space's rows and outbox, in the store and in the
 * model. Every transaction that acts for the space checks the epoch it began in; one that has
 * passed changes nothing.
 */
export const createPartition = ({ ports, config, disk, model, on }: {
  ports: Ports;
  config: Config;
  disk: Disk;
  model: Model;
  on: { saved(): void; epoch(): void; refused(code: string): void };
}) => {
  const { clock, ids } = ports;
  let device: Device;
  let space: Space;
  let isLoaded = false;
  let isUnlocked = false;
  let isOpening = false;
  let isSaving = false;
  let lastN = 0;
  const waiting: (() => void)[] = [];
  const orders = new Set<string>();

  const isLocked = () => !isLoaded || (!!device.customer && config.deviceKind === 'shared' && !isUnlocked);
  /** Nothing of this space was ever read here, and others may have written: a quantity would be set blindly. */
  const isBlind = () => space.cursor === null && !space.born;
  const isMoving = () => isLocked() || device.claimAt !== undefined || isBlind();

  const newGuest = () => ({ id: ids.random(), secret: ids.random() + ids.random() });
  const newSpace = (born: boolean): Space => ({ replica: ids.random(), seq: 0, cursor: null, born });

  const tell = (message: Json) => ports.tabs.post(message);

  const putDevice = (tx: WriteTx, next: Device) => tx.put(['device'], next as unknown as Json);
  const putSpace = (tx: WriteTx, id: string, next: Space) => tx.put(['space', id], next as unknown as Json);

  const readContents = async (tx: ReadTx, of: Device): Promise<Contents> => {
    const rows: Contents['rows'] = new Map();
    const guestRows: Contents['guestRows'] = new Map();
    for (const [[, , collection, key], value] of await tx.list(['row', spaceOf(of)])) {
      const name = String(collection);
      rows.set(name, (rows.get(name) ?? new Map()).set(String(key), value as unknown as StoredRow));
    }
    if (of.merging)
      for (const [key, value] of await tx.list(['row', of.merging.id, 'cart'])) guestRows.set(String(key[3]), value as unknown as StoredRow);
    return { rows, guestRows, out: await listOut(tx, spaceOf(of)) };
  };

  /** Takes over what the store holds, keeping this page's promises for the changes that are still there. */
  const show = ({ rows, guestRows, out }: Contents) => {
    const known = new Map(model.pending.map((pending) => [pending.entry.i, pending]));
    const kept = new Set(out.map((entry) => entry.i));
    for (const pending of known.values()) {
      if (!pending.isStored || kept.has(pending.entry.i)) continue;
      pending.saved.resolve(); // another tab's exchange brought it to the server
      pending.synced.resolve();
    }
    const stored = out.map((entry): Pending => {
      const pending = known.get(entry.i) ?? { entry, saved: createDeferred(), synced: createDeferred(), isStored: true };
      pending.entry = entry;
      return pending;
    });
    lastN = Math.max(lastN, ...out.map((entry) => entry.n));
    model.replace({ rows, guestRows, pending: [...stored, ...model.pending.filter((pending) => !pending.isStored)] });
  };

  const writeMarker = () => ports.marker.write(JSON.stringify(device));

  const readMarker = (): Device | undefined => {
    try {
      const marker = JSON.parse(ports.marker.read() ?? 'null') as Device | null;
      return marker && typeof marker.epoch === 'number' && marker.guest.id && marker.guest.secret ? marker : undefined;
    } catch {
      return undefined;
    }
  };

  /** Deletes what belongs to nobody who is here: a closing space, leftovers of a killed tab. */
  const sweep = async (tx: WriteTx, of: Device) => {
    const mine = new Set([spaceOf(of), of.merging?.id]);
    const isHolding = config.deviceKind === 'personal';
    for (const table of ['row', 'space', 'out', 'order']) {
      if (isHolding && (table === 'out' || table === 'space')) continue;
      for (const [key] of await tx.list([table])) if (!mine.has(String(key[1]))) tx.delete(key);
    }
  };

  /**
   * Reads the device's state, or makes a first one. The marker outside the store tells when the
   * store was emptied or rolled back: the guest is then the marker's, under a new replica.
   */
  const load = async () => {
    const fresh: Device = { id: ids.random(), epoch: 1, guest: newGuest() };
    const freshSpace = newSpace(false);
    const marker = readMarker();
    const contents = await disk.write(async (tx) => {
      const stored = (await tx.get(['device'])) as Device | undefined;
      const { closing: _, claimAt: __, ...found } = marker && (!stored || marker.epoch > stored.epoch) ? marker : (stored ?? fresh);
      device = found;
      await sweep(tx, device);
      putDevice(tx, device);
      const id = spaceOf(device);
      space = ((await tx.get(['space', id])) as Space | undefined) ?? { ...freshSpace, born: !stored && !marker };
      putSpace(tx, id, space);
      return isLocked() && isLoaded ? undefined : readContents(tx, device);
    });
    isLoaded = true;
    writeMarker();
    if (isLocked() || !contents) return;
    show(contents);
    settleLimbo();
  };

  /** What was written before it was known whose page this is now finds its place. */
  const settleLimbo = () => {
    const limbo = model.pending.filter((pending) => !pending.isStored);
    const homed = rehome(limbo.map(({ entry }) => entry), { version: cursorVersion(space.cursor), replica: space.replica, line: lineOf });
    for (const [at, pending] of limbo.entries()) pending.entry = homed[at] ?? pending.entry;
    if (limbo.length) model.touch();
    save();
  };

  /** Reads again after another tab wrote; a passed epoch empties the view before anything else. */
  const reload = async () => {
    if (!isLoaded) return;
    const before = device;
    const [found, foundSpace, contents] = await disk.read(async (tx) => {
      const now = (await tx.get(['device'])) as Device | undefined;
      return [now, now && ((await tx.get(['space', spaceOf(now)])) as Space | undefined), now && (await readContents(tx, now))] as const;
    });
    if (!found || !foundSpace || !contents || found.epoch < device.epoch) return;
    device = found;
    space = foundSpace;
    if (found.epoch > before.epoch) {
      isUnlocked = false;
      if (found.guest.id !== before.guest.id) abandon(() => true);
      on.epoch();
    }
    if (isLocked()) model.replace({ rows: new Map(), pending: model.pending.filter((pending) => !pending.isStored) });
    else show(contents);
  };

  const abandon = (which: (pending: Pending) => boolean) => {
    for (const pending of model.pending.filter(which)) {
      const error = new RelevoError('sync/abandoned');
      pending.synced.reject(error);
      pending.saved.reject(error);
    }
    model.setPending(model.pending.filter((pending) => !which(pending)));
  };

  const add = (collection: string, key: string, x: Op, extra: { from?: number; held?: string | undefined } = {}): Pending => {
    lastN = Math.max(lastN + 1, clock.now());
    const from = extra.from !== undefined && (isMoving() || model.guestRows.has(key)) ? { from: extra.from } : {};
    const pending: Pending = {
      entry: { n: lastN, i: ids.random(), c: collection, k: key, x, w: clock.now(), at: isLoaded ? cursorVersion(space.cursor) : 0, ...from },
      monoMs: clock.monotonic(),
      saved: createDeferred(),
      synced: createDeferred(),
      isStored: false,
      held: extra.held,
    };
    model.setPending([...model.pending, pending]);
    save();
    return pending;
  };

  /** The writes of one turn share one transaction. */
  const save = () => {
    if (isSaving || isLocked()) return;
    isSaving = true;
    clock.soon(() => {
      isSaving = false;
      const batch = model.pending.filter((pending) => !pending.isStored && !pending.held);
      if (isLocked() || !batch.length) return drained();
      for (const pending of batch) pending.isStored = true;
      const { epoch } = device;
      const id = spaceOf(device);
      disk
        .write(async (tx) => {
          if (((await tx.get(['device'])) as Device | undefined)?.epoch !== epoch) return false;
          for (const { entry } of batch) tx.put(outKey(id, entry), entry as unknown as Json);
          return true;
        })
        .then((isSaved) => {
          if (!isSaved) {
            for (const pending of batch) pending.isStored = false;
            return reload();
          }
          if (disk.durable) for (const pending of batch) pending.saved.resolve();
          tell('rows');
          on.saved();
        })
        .catch(() => on.refused('storage/not-saved'))
        .finally(drained);
    });
  };

  const drained = () => {
    for (const done of waiting.splice(0)) done();
  };

  /** Resolves when no write is on its way to the store. */
  const settled = () =>
    model.pending.some((pending) => !pending.isStored && !pending.held) && !isLocked()
      ? new Promise<void>((done) => {
          waiting.push(done);
          save();
        })
      : Promise.resolve();

  const ageOf = (entry: OutEntry): number => {
    const made = model.pending.find((pending) => pending.entry.i === entry.i)?.monoMs;
    return Math.max(0, clock.now() - entry.w, made === undefined ? 0 : clock.monotonic() - made);
  };

  /** Runs `body` in a transaction that knows the space still belongs to `epoch`; else undefined. */
  const fenced = <T>(epoch: number, body: (tx: WriteTx, space: Space) => Promise<T>, options?: { durability: 'strict' }): Promise<T | undefined> =>
    disk.write(async (tx) => {
      const now = (await tx.get(['device'])) as Device | undefined;
      const found = now && ((await tx.get(['space', spaceOf(now)])) as Space | undefined);
      return now?.epoch === epoch && found ? body(tx, found) : undefined;
    }, options);

  const batch = async (maxChanges: number) => {
    const held = new Set(model.guestRows.keys());
    const formed = await fenced(device.epoch, (tx, found) =>
      formBatch(tx, spaceOf(device), found, { maxChanges, isHeld: (entry) => entry.from !== undefined && (held.has(entry.k) || (found.cursor === null && !found.born)) }),
    );
    if (!formed) return undefined;
    space = formed.space;
    numberPending(formed.entries);
    return formed;
  };

  const numberPending = (entries: readonly OutEntry[]) => {
    const byId = new Map(entries.map((entry) => [entry.i, entry]));
    for (const pending of model.pending) pending.entry = byId.get(pending.entry.i) ?? pending.entry;
  };

  const lineOf = (key: string) => model.row('cart', key)?.[1] as unknown as Line | undefined;

  /**
   * Rows, acknowledgements and cursor in one transaction; or nothing, when the arrival does not fit
   * what is stored: a hole before it, or an older one overtaken. Returns whether it was applied.
   */
  const apply = async (epoch: number, arrival: Arrival, then?: { renew?: boolean }): Promise<boolean> => {
    const id = spaceOf(device);
    const acks = new Map(arrival.acks.map((ack) => [ack[0], ack]));
    let left: OutEntry[] = [];
    const applied = await fenced(epoch, async (tx, found) => {
      const at = cursorVersion(found.cursor);
      const fits = arrival.isReset || !found.cursor || cursorScope(found.cursor) === cursorScope(arrival.cur);
      if (!fits || (!arrival.isReset && (arrival.from > at || at > cursorVersion(arrival.cur)))) return undefined;
      if (arrival.isReset) tx.deleteAll(['row', id]);
      for (const [collection, key, version, state] of arrival.rows) {
        if (state === null) tx.delete(rowKey(id, collection, key));
        else tx.put(rowKey(id, collection, key), [version, state] as unknown as Json);
      }
      let next: Space = { ...found, cursor: arrival.cur, born: false };
      const stored = await listOut(tx, id);
      let rest: readonly OutEntry[] = stored.filter((entry) => !acks.has(entry.i));
      for (const entry of stored) {
        const ack = acks.get(entry.i);
        if (ack) tx.delete(outKey(id, entry));
        if (ack && ack[2] !== undefined) rest = raiseBases(rest, entry, ack);
      }
      left = rest.map((entry) => entry);
      const first = left.find((entry) => entry.q);
      if (then?.renew) {
        const replica = first ? nextReplica(ids.sha256, first.r ?? next.replica, first) : ids.random();
        const rows = new Map(arrival.rows.map(([c, k, , state]) => [`${c}/${k}`, state]));
        const line = (key: string) => (rows.get(`cart/${key}`) as unknown as Line | undefined) ?? lineOf(key);
        left = left.map((entry) => moveEntry(unnumbered(entry), { from: entry.r ?? next.replica, to: replica, line }));
        next = { ...next, replica, seq: 0 };
      }
      for (const entry of left) tx.put(outKey(id, entry), entry as unknown as Json);
      putSpace(tx, id, next);
      return next;
    });
    if (!applied || device.epoch !== epoch) return false;
    const wasBlind = isBlind();
    space = applied;
    if (arrival.isReset) model.rows.clear();
    for (const [collection, key, version, state] of arrival.rows)
      model.setRow(collection, key, state === null ? undefined : [version, state]);
    settle(acks);
    numberPending(left);
    tell('rows');
    const changed = new Set([...arrival.rows.map(([collection]) => collection), ...arrival.acks.length ? ['cart'] : []]);
    model.touch(arrival.isReset ? undefined : changed);
    if (wasBlind) await rehomeWaiting();
    return true;
  };

  /** Quantities set before it was known what they meet find their value; `also` joins the transaction. */
  const rehomeWaiting = async (also?: (tx: WriteTx) => void) => {
    await fenced(device.epoch, async (tx, found) => {
      const waiting = (await listOut(tx, spaceOf(device))).filter((entry) => entry.from !== undefined && !entry.q);
      const homed = rehome(waiting, { version: cursorVersion(found.cursor), replica: found.replica, line: lineOf });
      for (const entry of homed) tx.put(outKey(spaceOf(device), entry), entry as unknown as Json);
      also?.(tx);
    });
    await reload();
  };

  /** Settles this page's promises by what the server said, and drops the acknowledged changes. */
  const settle = (acks: ReadonlyMap<string, Ack>) => {
    const changed = new Set<string>();
    model.setPending(
      model.pending.filter((pending) => {
        const ack = acks.get(pending.entry.i);
        if (!ack) return true;
        changed.add(pending.entry.c);
        const code = ack[1] === 'rejected' ? String(ack[2]) : ack[1] === 'unsupported' || ack[1] === 'expired' ? `change/${ack[1]}` : '';
        pending.saved.resolve();
        if (code) {
          pending.synced.reject(new RelevoError(code));
          on.refused(code);
        } else pending.synced.resolve();
        return false;
      }),
    );
    model.touch(changed);
  };

  /** A change that the server cannot take at any size gives up its number to one that does nothing. */
  const park = async (code: string): Promise<boolean> => {
    const parked = await fenced(device.epoch, async (tx) => {
      const entry = (await listOut(tx, spaceOf(device))).find((candidate) => candidate.q);
      if (!entry || entry.x.t === 'nop') return undefined;
      tx.put(outKey(spaceOf(device), entry), { ...entry, x: { t: 'nop' } });
      return entry;
    });
    const pending = model.pending.find((candidate) => candidate.entry.i === parked?.i);
    pending?.synced.reject(new RelevoError(code));
    if (parked) on.refused(code);
    await reload();
    return !!parked;
  };

  /** A change that was never sent is taken back. */
  const drop = (pending: Pending, code: string) => {
    pending.synced.reject(new RelevoError(code));
    pending.saved.reject(new RelevoError(code));
    model.setPending(model.pending.filter((other) => other !== pending));
    model.touch([pending.entry.c]);
  };

  const writeAll = (tx: WriteTx) => {
    putDevice(tx, device);
    putSpace(tx, spaceOf(device), space);
    for (const [collection, rows] of model.rows)
      for (const [key, row] of rows) tx.put(rowKey(spaceOf(device), collection, key), row as unknown as Json);
    for (const { entry, held } of model.pending) if (!held) tx.put(outKey(spaceOf(device), entry), entry as unknown as Json);
  };

  return {
    drop,
    park,
    rehomeWaiting,
    get device() {
      return device;
    },
    get space() {
      return space;
    },
    /** True until it is known whose page this is and that state can be read. */
    get isLocked() {
      return isLocked() || isOpening;
    },
    get isMoving() {
      return isMoving();
    },
    load,
    reload,
    add,
    save,
    settled,
    batch,
    apply,
    settle,
    abandon,
    fenced,
    ageOf,
    lineOf,
    readContents,
    show,
    newGuest,
    newSpace,
    tell,
    /** The page may show a shared device's customer: a token of the same customer is here. */
    async unlock() {
      if (!isLocked()) return;
      isUnlocked = true;
      isOpening = true;
      await reload();
      settleLimbo();
      isOpening = false;
    },
    /** Takes a new device record, whose transaction has committed. */
    become(next: Device, nextSpace: Space, isOpen: boolean) {
      device = next;
      space = nextSpace;
      isUnlocked = isOpen;
      writeMarker();
      tell('epoch');
    },
    setDevice(next: Device) {
      device = next;
    },
    /** At the end of a page: what is not in the store yet goes there in one write that reads nothing. */
    saveNow() {
      const unsaved = isLocked() ? [] : model.pending.filter((pending) => !pending.isStored && !pending.held);
      if (unsaved.length) disk.writeNow(unsaved.map(({ entry }) => [outKey(spaceOf(device), entry), entry as unknown as Json]));
    },
    /** Whether this order was reported before on this device, in this space; reporting it marks it. */
    isOrdered(orderId: string): boolean {
      const isKnown = orders.has(orderId) || model.pending.some(({ entry: { x } }) => x.t === 'order' && x.orderId === orderId);
      orders.add(orderId);
      return isKnown;
    },
    /**
     * Moves what this page holds in memory into the device's own store, which opened late. The same
     * space: the changes of both, each under the replica it has. Another space: the newer epoch holds.
     */
    async adopt(found: Store) {
      if (!isLoaded) return;
      await found.write(async (tx) => {
        const stored = (await tx.get(['device'])) as Device | undefined;
        const id = spaceOf(device);
        if (stored && spaceOf(stored) !== id) {
          await sweep(tx, device);
          for (const table of ['row', 'out', 'space', 'order']) tx.deleteAll([table, spaceOf(stored)]);
        }
        tx.deleteAll(['row', id]);
        writeAll(tx);
      });
    },
    /** Everything this page knows, for a store that starts empty. */
    async refill(store: { write: Disk['write'] }) {
      if (!isLoaded) return;
      await store.write(async (tx) => writeAll(tx));
    },
    putDevice,
    putSpace,
  };
};
