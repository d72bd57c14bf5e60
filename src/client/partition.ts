import type { Json } from '../core/json.ts';
import { cursorVersion } from '../protocol/cursor.ts';
import { adoptState, type Here, knownState, writeState } from './adopt.ts';
import { type Arrival, storeArrival } from './arrival.ts';
import { createDetails } from './details.ts';
import { createDeviceMarker } from './device-marker.ts';
import type { Disk } from './disk.ts';
import { dropHeld } from './leave-others.ts';
import type { Model, Pending } from './model.ts';
import type { Config } from './options.ts';
import { formBatch, listOut, numberedOf, putOut } from './outbox.ts';
import type { PartitionHooks } from './partition-hooks.ts';
import { doneBy, settlePending } from './pending.ts';
import type { Ports, Store, WriteOptions, WriteTx } from './ports.ts';
import { createReading } from './reading.ts';
import type { Device, OutEntry, Space } from './records.ts';
import { isSameDevice, isStillOwed, isUnplaced, owedTo, spaceOf } from './records.ts';
import { linesBehind, rehome } from './rehome.ts';
import { createSendOff } from './send-off.ts';
import { getHere, putDevice } from './tables.ts';
import { createWriting, type Scope } from './writing.ts';

export type Partition = ReturnType<typeof createPartition>;

type Parts = {
  readonly ports: Ports;
  readonly config: Config;
  readonly disk: Disk;
  readonly model: Model;
  readonly on: PartitionHooks;
};

/**
 * The state of whoever uses this device now: one space's rows and outbox, in the store and in the model. Every
 * transaction that acts for the space checks the epoch it began in; one that has passed changes nothing.
 */
export const createPartition = ({ ports, config, disk, model, on }: Parts) => {
  const isShared = config.deviceKind !== 'personal';
  const isLocked = () =>
    !scope.isLoaded || scope.isOpening || (isShared && !scope.isUnlocked && !!scope.device.customer);
  const isBlind = () => scope.space.cursor === null && !scope.space.born;
  const scope = {
    isLoaded: false,
    isUnlocked: false,
    isOpening: false,
    isLocked,
    isBlind,
    isMoving: () => isLocked() || model.isVeiled || scope.device.claimAt !== undefined || isBlind(),
  } as Scope;
  const { detailsOf, articleOf } = createDetails(model);
  const marker = createDeviceMarker(ports, model);
  const writing = createWriting({
    ports,
    disk,
    model,
    scope,
    articleOf,
    marker,
    on: { ...on, stale: () => reload(), isLeft: () => isShared && isPassed(), next: () => sendOff.next },
  });

  const { isPlacedElsewhere } = marker;
  const here: Here = { isPlacedElsewhere, ports, config, scope, model, lineage: 'known', settled: new Map() };
  const reading = createReading({ here, scope, disk, marker, writing, on });
  const { reload, putBack, placeLimbo, newGuest } = reading;
  const sendOff = createSendOff({ scope, marker, model, ports, kind: config.deviceKind, newGuest });
  const tell = (message: 'rows' | 'epoch' | 'revoked') => ports.tabs.post(message);
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
    let now: Device | undefined;
    const once = () =>
      disk.write(async (tx) => {
        const { device, space } = await getHere(tx);
        now = device;
        const isMine = device?.epoch === epoch && (epoch !== scope.device.epoch || isSameDevice(device, scope.device));
        return isMine && space ? body(tx, space, spaceOf(device)) : undefined;
      }, options);
    let result = await once();
    if (!now && scope.isLoaded) {
      await putBack();
      result = await once();
    }
    const isPassed = !!now && now.epoch >= epoch && !isSameDevice(now, scope.device);
    // Another tab signed in or out and its message was lost: what is shown here is nobody's any more.
    if (isPassed && scope.device.epoch === epoch) await reload();
    return result;
  };
  /** What is new of who is here; not when somebody signed in or out. */
  const note = async (device: Device): Promise<void> => {
    await fenced(device.epoch, async (tx) => putDevice(tx, device), { durability: 'strict' });
    setDevice(device);
  };

  /** A change of a line that the server has still to merge: it takes its place after the merge. */
  const isShownOwed = ({ c, k }: OutEntry) => c === 'cart' && model.guestRows.has(k);
  const isOwed = (entry: OutEntry) => isShownOwed(entry) || isStillOwed(scope.device, entry);

  /** Somebody signed in or out since that epoch, maybe in another tab: one that stood still hears of it too late. */
  const isPassed = (since = scope.device.epoch) =>
    since !== scope.device.epoch || (marker.read(scope.device)?.epoch ?? 0) > since;

  /** The next changes to send, numbered and committed; undefined when the epoch has passed. */
  const batch = async (maxChanges: number) => {
    const { epoch, merging } = scope.device;
    // Whether a change of somebody who was signed out meanwhile may be sent cannot be told any more: their farewell does.
    const isHeld = (entry: OutEntry) =>
      epoch !== scope.device.epoch || isOwed(entry) || (isUnplaced(entry) && isBlind());
    const formed = await fenced(epoch, async (tx, space, id) => ({
      ...(await formBatch(tx, id, space, { maxChanges, isHeld, owed: owedTo(scope.device) })),
      isBlind: isBlind() && (await listOut(tx, id)).some((entry) => !entry.q && isUnplaced(entry)),
      owed: merging ? numberedOf(await listOut(tx, merging.id), merging.replica) : [],
    }));
    // Another tab's word did not reach this one: of who is here, of an emptied store, or of an answer it had as it ended.
    const { replica, cursor } = scope.space;
    if (formed?.space.replica !== replica || formed.space.cursor !== cursor || isPassed()) await reload();
    if (epoch !== scope.device.epoch) return undefined;
    if (formed) {
      scope.space = formed.space;
      renew(formed.entries);
    }
    return formed;
  };

  /** Gives how many of them this page does not know: another tab stored them. */
  const renew = (entries: readonly OutEntry[]): number => {
    const byId = new Map(entries.map((entry) => [entry.i, entry]));
    for (const pending of model.pending) {
      const { i } = pending.entry;
      pending.entry = byId.get(i) ?? pending.entry;
      byId.delete(i);
    }
    return byId.size;
  };

  /** Stores and shows what arrived; false when it does not continue what is here. */
  const apply = async (epoch: number, arrival: Arrival): Promise<boolean> => {
    const stored = await fenced(epoch, (tx, space, id) =>
      storeArrival(tx, { ageOf: writing.ageOf, id, space, arrival, ids: ports.ids }),
    );
    if (!stored || scope.device.epoch !== epoch) return false;
    const wasBlind = isBlind();
    scope.space = stored.space;
    if (stored.isWhole) model.rows.clear();
    for (const [collection, key, version, state] of arrival.rows)
      model.setRow(collection, key, state === null ? undefined : [version, state as Json]);
    const others = renew(stored.left);
    const acked = settle(arrival.acks);
    tell('rows');
    // What arrived shows under what another tab has written, never alone: it may be the older of the two.
    if (others) await reload();
    else model.touch(stored.isWhole ? undefined : [...acked, ...arrival.rows.map(([collection]) => collection)]);
    if (wasBlind && scope.device.epoch === epoch) await rehomeWaiting();
    return true;
  };

  /** Changes made before it was known what they meet find their place, behind those of a guest that `also` gives; it joins the transaction. */
  const rehomeWaiting = async (also?: (tx: WriteTx) => Promise<readonly OutEntry[]>) => {
    await fenced(scope.device.epoch, async (tx, { cursor, replica }, id) => {
      const owed = (await also?.(tx)) ?? [];
      // What meets a line that waits for its merge has its place when that is done.
      const isWaiting = (entry: OutEntry) =>
        !entry.q && !isStillOwed(scope.device, entry) && (isShownOwed(entry) ? !!also : isUnplaced(entry));
      const out = await listOut(tx, id);
      const placed = rehome([...owed, ...out.filter(isWaiting)], {
        version: cursorVersion(cursor),
        replica,
        line: linesBehind(out, model.line),
        source: detailsOf,
      });
      putOut(tx, id, placed);
    });
    await reload();
  };

  /** The server has answered these: a store that is taken back need not send them. */
  const answered = (acks: Arrival['acks']) => {
    if (!disk.durable) for (const done of doneBy(acks)) here.settled.set(done[0], done);
  };

  /** Orders that the server has recorded, or knew: their pages were loaded again. `left`: what somebody leaves behind. */
  const hearOrders = (acks: Arrival['acks'], left?: readonly Pending[]) => {
    for (const ack of acks) {
      const x = (left ?? model.pending).find(({ entry }) => entry.i === ack[0])?.entry.x;
      if (x?.t === 'order') on.orderAnswered(x.orderId, ack, { isOfWhoLeft: !!left });
    }
  };

  /** Settles this page's promises by what the server said; gives the collections that changed. */
  const settle = (acks: Arrival['acks']): string[] => {
    hearOrders(acks);
    const { left, collections, refused } = settlePending(model.pending, acks);
    model.setPending(left);
    answered(acks);
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
    isPassed,
    whose: sendOff.whose,
    sendOff,
    /** What is done here waits for whoever comes next. */
    get isLeaving() {
      return model.isVeiled;
    },
    marked: marker.read,
    get isMoving() {
      return scope.isMoving();
    },
    ...reading,
    fenced,
    batch,
    read: disk.read,
    apply,
    answered,
    settle,
    hearOrders,
    rehomeWaiting,
    lineOf: (key: string) => (model.isVeiled ? undefined : model.line(key)),
    detailsOf,
    articleOf,
    /** The device was taken back by whose names these are. Where they have left, nothing of theirs is held. */
    dropLeft: (names: readonly unknown[]) => disk.write((tx) => dropHeld(tx, scope.device, names)),
    tell,
    /** The page may show a shared device's customer: their token is here. */
    async unlock() {
      if (!isLocked()) return;
      scope.isUnlocked = scope.isOpening = true;
      await reload();
      scope.isOpening = false;
      model.touch();
      placeLimbo();
    },
    become(device: Device, space: Space) {
      // A customer only with their token.
      Object.assign(scope, { device, space, isUnlocked: !!device.customer });
      marker.write(scope.device);
      tell('epoch');
    },
    setDevice,
    note,
    shopRefuge: { read: marker.readShop, write: marker.writeShop },
    /** What this page holds in memory moves into the device's own store. */
    async adopt(found: Store, memory: Store) {
      if (!scope.isLoaded) return;
      const adopted = await adoptState(found, memory, here);
      here.lineage = 'known';
      here.settled.clear();
      tell('rows');
      if (adopted) setDevice(adopted.device);
      if (adopted?.space) Object.assign(scope, { space: adopted.space, isUnlocked: false });
      if (adopted?.gone) on.dropped(adopted.gone);
      if (adopted?.space) on.found();
    },
    /** Signed out, also of whoever a store that does not open may know. */
    leave(keepLimbo: boolean) {
      if (here.lineage !== 'known') here.lineage = 'left';
      if (!keepLimbo) scope.device = { ...scope.device, from: scope.device.epoch + 1 };
    },
    /** This page is seeing somebody off. */
    get isClosing() {
      return here.closing !== undefined;
    },
    /** This page is seeing off whoever has that space; undefined: it is done. */
    closes(space?: string) {
      here.closing = space;
    },
    /** Everything this page knows, for a store that starts empty. */
    refill: async (memory: Store) =>
      scope.isLoaded
        ? memory.write(async (tx) => {
            // What stands in the store that failed may be sent from there by another tab.
            for (const pending of model.pending)
              if (pending.stage !== 'new' && !pending.entry.q) pending.entry = { ...pending.entry, again: true };
            writeState(tx, knownState(scope, model));
          })
        : undefined,
  };
};
