import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { cursorVersion } from '../protocol/cursor.ts';
import { adoptState, type Here, shownSpace, writeState } from './adopt.ts';
import { type Arrival, storeArrival } from './arrival.ts';
import { createDeviceMarker, laterDevice } from './device-marker.ts';
import type { Disk } from './disk.ts';
import type { Model } from './model.ts';
import type { Config } from './options.ts';
import { formBatch, listOut, rehome } from './outbox.ts';
import { addLimbo, matchPending, settlePending } from './pending.ts';
import type { Ports, Store, WriteOptions, WriteTx } from './ports.ts';
import { type Device, type OutEntry, outKey, type Space, spaceOf } from './records.ts';
import {
  type Contents,
  getDevice,
  getHere,
  getSpace,
  listLimbo,
  putDevice,
  putSpace,
  readContents,
  sweepSpaces,
} from './tables.ts';
import { createWriting, type Scope } from './writing.ts';

export type Partition = ReturnType<typeof createPartition>;

type Parts = {
  readonly ports: Ports;
  readonly config: Config;
  readonly disk: Disk;
  readonly model: Model;
  /** `found`: a store that opened late knew somebody else; this page was only a stand-in. */
  readonly on: { saved(): void; epoch(): void; found(): void; refused(code: string): void };
};

/**
 * The state of whoever uses this device now: one space's rows and outbox, in the store and in the
 * model. Every transaction that acts for the space checks the epoch it began in; one that has
 * passed changes nothing.
 */
export const createPartition = ({ ports, config, disk, model, on }: Parts) => {
  const { ids } = ports;
  const isShared = config.deviceKind === 'shared';
  let isLoaded = false;
  let isUnlocked = false;
  let isOpening = false;

  const isLocked = () => !isLoaded || isOpening || (isShared && !isUnlocked && !!scope.device.customer);
  /** Nothing of this space was ever read here, and others may have written: a quantity would be set blindly. */
  const isBlind = () => scope.space.cursor === null && !scope.space.born;
  const scope = {
    isLocked,
    isMoving: () => isLocked() || scope.device.claimAt !== undefined || isBlind(),
  } as Scope;
  const writing = createWriting({ ports, disk, model, scope, on: { ...on, passed: () => reload() } });

  const newGuest = () => ({ id: `g_${ids.random()}`, secret: ids.random() + ids.random() });
  const newSpace = (born: boolean): Space => ({ replica: ids.random(), seq: 0, cursor: null, born });
  const lineOf = (key: string) => model.row('cart', key)?.[1] as unknown as Line | undefined;
  const here: Here = { ports, config, scope, model, line: lineOf, lineage: 'known', settledIds: new Set() };
  const marker = createDeviceMarker(ports.marker);
  const tell = (message: 'rows' | 'epoch') => ports.tabs.post(message);
  const show = ({ rows, guestRows, out }: Contents) => {
    writing.follow(out);
    model.replace({ rows, guestRows, pending: matchPending(model.pending, out) });
  };

  /**
   * Reads the device's state, or makes a first one. The marker outside the store tells when the
   * store was emptied or rolled back: the guest is then the marker's, under a new replica.
   */
  const load = async () => {
    const marked = marker.read();
    const fresh: Device = { id: marked?.id ?? ids.random(), epoch: (marked?.epoch ?? 0) + 1, guest: newGuest() };
    const contents = await disk.write(async (tx) => {
      const { device: stored } = await getHere(tx);
      here.lineage = stored || marked || disk.durable ? 'known' : 'made-up';
      const known = laterDevice(stored, marked, disk.durable);
      const device = known ?? fresh;
      const id = spaceOf(device);
      await sweepSpaces(tx, device, { keepUnsent: !isShared });
      putDevice(tx, device);
      scope.device = device;
      scope.space = (await getSpace(tx, id)) ?? newSpace(!known);
      putSpace(tx, id, scope.space);
      return { ...(await readContents(tx, device)), limbo: await listLimbo(tx) };
    });
    isLoaded = true;
    model.setPending(addLimbo(model.pending, contents.limbo));
    writing.follow(contents.limbo);
    marker.write(scope.device);
    if (isLocked()) {
      model.touch();
      return writing.save();
    }
    show(contents);
    placeLimbo();
  };

  /** What was written before it was known whose page this is finds its place. */
  const placeLimbo = () => {
    const limbo = model.pending.filter(({ stage }) => stage === 'new');
    const { space } = scope;
    const placed = rehome(
      limbo.map(({ entry }) => entry),
      { version: cursorVersion(space.cursor), replica: space.replica, line: lineOf },
    );
    for (const [at, pending] of limbo.entries()) pending.entry = placed[at] ?? pending.entry;
    if (limbo.length) model.touch();
    writing.save();
  };

  /** The marker is ahead of this page's store: a tab that has no store, or has not written yet, signed in or out. */
  const moveOn = async (device: Device) => {
    const space = newSpace(false);
    Object.assign(scope, { device, space });
    isUnlocked = false;
    writing.abandon();
    model.replace({ rows: new Map(), pending: [] });
    await disk.write(async (tx) => {
      if (((await getDevice(tx))?.epoch ?? 0) >= device.epoch) return;
      await leaveOthers(tx, device);
      putSpace(tx, spaceOf(device), space);
    });
    on.epoch();
  };

  /** What others left here goes, but for what is being flushed by the tab that signs out. */
  const leaveOthers = async (tx: WriteTx, device: Device) => {
    if (!device.closing) await sweepSpaces(tx, device, { keepUnsent: !isShared });
    putDevice(tx, device);
  };

  /** Reads again after another tab wrote; a passed epoch empties the view before anything else. */
  const reload = async () => {
    if (!isLoaded) return;
    const { device: before } = scope;
    const found = await disk.read(async (tx) => {
      const { device, space } = await getHere(tx);
      return device && space && { device, space, contents: await readContents(tx, device) };
    });
    const marked = marker.read();
    const storedEpoch = found?.device.epoch ?? 0;
    if (marked && marked.epoch > Math.max(scope.device.epoch, storedEpoch)) return moveOn(marked);
    if (marked?.epoch === storedEpoch && found?.device.closing && !marked.closing)
      await disk.write((tx) => leaveOthers(tx, marked));
    if (!found || found.device.epoch < scope.device.epoch) return;
    Object.assign(scope, { device: found.device, space: found.space });
    if (found.device.epoch > before.epoch) {
      isUnlocked = isOpening = false;
      if (found.device.guest.id !== before.guest.id) writing.abandon();
      on.epoch();
    }
    if (isLocked() && !isOpening) {
      writing.abandon(({ stage }) => stage !== 'new');
      return model.replace({ rows: new Map(), pending: model.pending });
    }
    // Whoever is told of the lines is told whose they are.
    isOpening = false;
    show(found.contents);
    if (!isLocked() && model.pending.some(({ isLimbo, stage }) => isLimbo && stage === 'new')) placeLimbo();
  };

  const setDevice = (device: Device) => {
    if (device.epoch < scope.device.epoch) return;
    scope.device = device;
    marker.write(device);
  };

  /** Runs `body` in a transaction that knows the space still belongs to `epoch`; else undefined. */
  const fenced = async <T>(
    epoch: number,
    body: (tx: WriteTx, space: Space, id: string) => Promise<T>,
    options?: WriteOptions,
  ): Promise<T | undefined> => {
    let isPassed = false;
    const result = await disk.write(async (tx) => {
      const { device, space } = await getHere(tx);
      isPassed = !!device && device.epoch > epoch;
      return device?.epoch === epoch && space ? body(tx, space, spaceOf(device)) : undefined;
    }, options);
    // Another tab signed in or out and its message was lost: what is shown here is nobody's any more.
    if (isPassed && scope.device.epoch === epoch) await reload();
    return result;
  };
  /** A change of a line that the server has still to merge: it takes its place after the merge. */
  const isOwed = ({ c, k }: OutEntry) => c === 'cart' && model.guestRows.has(k);

  /** The next changes to send, numbered and committed; undefined when the epoch has passed. */
  const batch = async (maxChanges: number) => {
    const isHeld = (entry: OutEntry) => isOwed(entry) || (entry.from !== undefined && isBlind());
    const { epoch } = scope.device;
    const formed = await fenced(epoch, (tx, space, id) => formBatch(tx, id, space, { maxChanges, isHeld }));
    if (epoch !== scope.device.epoch) return undefined;
    if (formed) {
      scope.space = formed.space;
      renew(formed.entries);
    }
    return formed;
  };

  const renew = (entries: readonly OutEntry[]) => {
    const byId = new Map(entries.map((entry) => [entry.i, entry]));
    for (const pending of model.pending) pending.entry = byId.get(pending.entry.i) ?? pending.entry;
  };

  /** Stores and shows what arrived; false when it does not continue what is here. */
  const apply = async (epoch: number, arrival: Arrival): Promise<boolean> => {
    const stored = await fenced(epoch, (tx, space, id) => storeArrival(tx, { id, space, arrival, ids }));
    if (!stored || scope.device.epoch !== epoch) return false;
    const wasBlind = isBlind();
    scope.space = stored.space;
    if (arrival.isReset) model.rows.clear();
    for (const [collection, key, version, state] of arrival.rows)
      model.setRow(collection, key, state === null ? undefined : [version, state as Json]);
    renew(stored.left);
    const acked = settle(arrival.acks);
    tell('rows');
    model.touch(arrival.isReset ? undefined : [...acked, ...arrival.rows.map(([collection]) => collection)]);
    if (wasBlind) await rehomeWaiting();
    return true;
  };

  /** Changes made before it was known what they meet find their place; `also` joins the transaction. */
  const rehomeWaiting = async (also?: (tx: WriteTx) => void) => {
    await fenced(scope.device.epoch, async (tx, { cursor, replica }, id) => {
      const isWaiting = (entry: OutEntry) => !entry.q && (entry.from !== undefined || isOwed(entry));
      const waiting = (await listOut(tx, id)).filter(isWaiting);
      for (const entry of rehome(waiting, { version: cursorVersion(cursor), replica, line: lineOf }))
        tx.put(outKey(id, entry), entry as unknown as Json);
      also?.(tx);
    });
    await reload();
  };

  /** Settles this page's promises by what the server said; gives the collections that changed. */
  const settle = (acks: Arrival['acks']): string[] => {
    const { left, collections, refused } = settlePending(model.pending, acks);
    model.setPending(left);
    if (!disk.durable) for (const [id] of acks) here.settledIds.add(id);
    for (const code of refused) on.refused(code);
    return collections;
  };

  return {
    ...writing,
    get device() {
      return scope.device;
    },
    get space() {
      return scope.space;
    },
    /** True until it is known whose page this is and that state can be read. */
    get isLocked() {
      return isLocked();
    },
    get isMoving() {
      return scope.isMoving();
    },
    load,
    reload,
    fenced,
    batch,
    apply,
    settle,
    rehomeWaiting,
    lineOf,
    newGuest,
    newSpace,
    tell,
    /** The page may show a shared device's customer: a token of the same customer is here. */
    async unlock() {
      if (!isLocked()) return;
      isUnlocked = isOpening = true;
      await reload();
      isOpening = false;
      model.touch();
      placeLimbo();
    },
    become(device: Device, space: Space, options: { isOpen: boolean }) {
      Object.assign(scope, { device, space });
      isUnlocked = options.isOpen;
      marker.write(scope.device);
      tell('epoch');
    },
    setDevice,
    shopRefuge: { read: marker.readShop, write: marker.writeShop },
    /** What this page holds in memory moves into the device's own store. */
    async adopt(found: Store, memory: Store) {
      if (!isLoaded) return;
      const adopted = await adoptState(found, memory, here);
      here.lineage = 'known';
      here.settledIds.clear();
      tell('rows');
      if (adopted) setDevice(adopted.device);
      if (!adopted?.space) return;
      scope.space = adopted.space;
      isUnlocked = false;
      on.found();
    },
    /** Signed out, also of whoever a store that does not open may know. */
    leave: () => void (here.lineage === 'known' || Object.assign(here, { lineage: 'left' })),
    /** Everything this page knows, for a store that starts empty. */
    refill: async (memory: Store) =>
      isLoaded
        ? memory.write(async (tx) => writeState(tx, { ...scope, ...model, space: shownSpace(scope) }))
        : undefined,
  };
};
