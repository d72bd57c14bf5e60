import type { Fields, Change as Op } from '../core/change.ts';
import type { Json } from '../core/json.ts';
import { cursorVersion } from '../protocol/cursor.ts';
import type { createDeviceMarker } from './device-marker.ts';
import type { Disk } from './disk.ts';
import type { Model, Pending } from './model.ts';
import { moveEntry, putOut, unnumbered } from './outbox.ts';
import { pendingOf, settle } from './pending.ts';
import type { Ports } from './ports.ts';
import { type Device, isSameDevice, limboKey, type OutEntry, outKey, owedTo, type Space, spaceOf } from './records.ts';
import { getHere } from './tables.ts';

/** Whose state this page works on. */
export type Scope = {
  device: Device;
  space: Space;
  /** The store was read once. */
  isLoaded: boolean;
  /** A token of a shared device's customer is here; while their state is read it is not shown yet. */
  isUnlocked: boolean;
  isOpening: boolean;
  /** Not known yet whose page this is: writes wait in memory, nothing is shown. */
  isLocked(): boolean;
  /** Nothing of this space was ever read here, and others may have written: a quantity would be set blindly. */
  isBlind(): boolean;
  /** Quantities set now must keep their distance from what is shown: it will be replaced. */
  isMoving(): boolean;
};

export type Writing = ReturnType<typeof createWriting>;

/** This page's changes on their way into the store, and their promises. */
export const createWriting = ({
  ports,
  disk,
  model,
  scope,
  articleOf,
  marker,
  on,
}: {
  ports: Ports;
  disk: Disk;
  model: Model;
  scope: Scope;
  articleOf(key: string): Fields;
  marker: Pick<ReturnType<typeof createDeviceMarker>, 'isPlacedElsewhere' | 'place'>;
  on: {
    saved(): void;
    /** Somebody else is here by now, or has placed what was nobody's. */
    stale(): Promise<void>;
    /** A shared device on which whoever is shown here has left in another tab. */
    isLeft(): boolean;
    /** Who comes after whoever is leaving. */
    next(): Device | undefined;
    refused(code: string): void;
  };
}) => {
  const { clock, ids } = ports;
  let isSaving = false;
  let lastN = 0;
  let hadStore = false;
  const underWay = new Set<Promise<unknown>>();

  const track = (work: Promise<unknown>): void => {
    const write: Promise<unknown> = work.finally(() => underWay.delete(write));
    underWay.add(write);
  };

  const isUnsaved = (pending: Pending) => pending.stage === 'new' && !pending.held && !pending.isAfter;

  /** It says which article it is of, for where its line is not known: made over a line that is shown it says what differs. */
  const nameArticle = (one: Pending) => {
    const { c, k, x } = one.entry;
    if (c === 'cart' && (x.t === 'add' || x.t === 'set'))
      one.entry = { ...one.entry, x: { ...x, f: { ...articleOf(k), ...x.f } } };
  };

  /** The writes of one turn share one transaction. */
  const save = () => {
    // Who leaves takes along what is not stored yet.
    if (isSaving || !scope.device || model.isVeiled) return;
    isSaving = true;
    clock.soon(() => {
      isSaving = false;
      if (model.isVeiled) return;
      if (scope.isLocked()) return saveLimbo();
      const batch = model.pending.filter(isUnsaved);
      if (!batch.length) return;
      for (const pending of batch) pending.stage = 'storing';
      const { device } = scope;
      const id = spaceOf(device);
      const isPlacing = batch.some(({ isLimbo }) => isLimbo);
      let isTaken = false;
      const saving = disk
        .write(async (tx) => {
          const { device: stored, space } = await getHere(tx);
          if (!isSameDevice(stored, device)) return false;
          // Emptied, and begun anew by a page that knew nothing.
          const isAnew = space?.replica !== scope.space.replica;
          for (const pending of batch) {
            if (isAnew) nameArticle(pending);
            const { entry, isLimbo } = pending;
            // Memory took the place of a store that was slow to fail, had these then and has sent them.
            if (pending.isOver) continue;
            // Of two tabs that know of it one places it; or who left took it along. One still on its way there is only here.
            // One that went on in memory could not say so in the store.
            const isGone = async () => marker.isPlacedElsewhere(entry.i, device) || !(await tx.get(limboKey(entry)));
            pending.isTaken = !!isLimbo && !!pending.isKept && (await isGone());
            isTaken ||= pending.isTaken;
            tx.delete(limboKey(entry));
            if (pending.isTaken) continue;
            // Memory that took the place of the store that failed has it already.
            if (isPlacing) tx.delete(outKey(id, entry));
            // Sent behind what has a number, and shown so.
            const moved = isPlacing ? { ...entry, n: ++lastN } : entry;
            putOut(tx, id, [moved]);
          }
          return true;
        })
        .then((isSaved) => {
          // The store that failed has them as nobody's still: other tabs hear beside it whose they are.
          if (isSaved && isPlacing && hadStore && !disk.durable) {
            const ids = batch.flatMap(({ entry, isLimbo, isTaken }) => (isLimbo && !isTaken ? entry.i : []));
            marker.place(ids, id);
          }
          for (const pending of batch)
            Object.assign(
              pending,
              isSaved ? { stage: 'stored', isLimbo: false } : { stage: 'new', entry: unnumbered(pending.entry) },
            );
          if (!isSaved) return on.stale();
          if (disk.durable) for (const pending of batch) pending.saved.resolve();
          ports.tabs.post('rows');
          on.saved();
          return isTaken ? on.stale() : undefined;
        })
        .catch(() => on.refused('storage/not-saved'));
      track(saving);
    });
  };

  /** Nobody's changes are kept too: a page that is left before its customer is known loses nothing. */
  const saveLimbo = () => {
    const fresh = model.pending.filter((pending) => isUnsaved(pending) && !pending.isLimbo);
    for (const pending of fresh) pending.isLimbo = true;
    if (!fresh.length) return;
    const saving = disk
      .write(async (tx) => {
        // In a store that was slow one may have found its place meanwhile, or left with whoever signed out.
        const kept = model.pending.filter((one) => fresh.includes(one) && one.isLimbo && isUnsaved(one));
        for (const { entry } of kept) tx.put(limboKey(entry), entry as unknown as Json);
        return kept;
      })
      .then((kept) => {
        for (const pending of kept) pending.isKept = true;
        hadStore ||= disk.durable;
        if (disk.durable) for (const { saved } of kept) saved.resolve();
      })
      .catch(() => on.refused('storage/not-saved'));
    track(saving);
  };

  /**
   * Resolves when the store has been given all that was done before the call: what it is asked next finds that there. Its
   * answer is not waited for: of a store that failed it may come long after memory, which knows all of it, took its place.
   */
  const handedOver = async (): Promise<void> => {
    if (!model.pending.some(isUnsaved)) return;
    save();
    await new Promise<void>((done) => clock.soon(done));
  };

  return {
    save,
    add(collection: string, key: string, x: Op, extra: { from?: number; held?: string | undefined } = {}): Pending {
      const nowMs = clock.now();
      // The last guest whose merge it waits for. Who is back does not see that line here, but what they had set on it, and
      // what of it is held for them since the guest's copy has it: this is not to arrive ahead of that.
      const owing = owedTo(scope.device ?? {});
      const isWaitedFor = (id: string) =>
        model.pending.some(
          ({ entry: { c, k, q, owed, copied } }) =>
            c === collection && k === key && (copied?.includes(id) || (!q && owed === id)),
        );
      const isShown = model.guestRows.has(key);
      const owed = owing.filter((id, at) => (isShown && !at) || isWaitedFor(id)).pop();
      lastN = Math.max(lastN + 1, nowMs);
      const entry: OutEntry = {
        n: lastN,
        i: ids.random(),
        c: collection,
        k: key,
        x,
        w: nowMs,
        at: cursorVersion(scope.space?.cursor ?? null),
        ...(extra.from !== undefined && (scope.isMoving() || owed) && { from: extra.from }),
        ...(owed && (extra.from !== undefined || (x.t === 'add' && (!isShown || owed !== owing[0]))) && { owed }),
      };
      const pending = pendingOf(entry, {
        monoMs: clock.monotonic(),
        held: extra.held,
        heldOf: scope.isLocked() ? undefined : spaceOf(scope.device),
        isAfter: model.isVeiled,
      });
      model.setPending([...model.pending, pending]);
      save();
      return pending;
    },
    /** Numbers go on after those of other tabs and earlier pages, whose clock may have been ahead; so does what is not stored yet. */
    follow(entries: readonly OutEntry[]) {
      hadStore ||= disk.durable;
      const most = Math.max(0, ...entries.map(({ n }) => n));
      lastN = Math.max(lastN, most);
      let isBehind = false;
      for (const pending of model.pending) {
        const { entry, stage, isLimbo } = pending;
        if (stage !== 'new' || isLimbo || entries.includes(entry)) continue;
        isBehind ||= entry.n < most;
        if (isBehind) pending.entry = { ...entry, n: ++lastN };
      }
    },
    /** Another tab made the replica of whoever is here: what is done here meanwhile goes on under that one. */
    goesOn(id: string, space: Space) {
      const { replica: from } = scope.space;
      if (spaceOf(scope.device) !== id || from === space.replica) return;
      const move = { from, to: space.replica, line: () => undefined };
      for (const one of model.pending) if (!one.entry.q) one.entry = moveEntry(one.entry, move);
      scope.space = space;
    },
    /** What was kept and is not there any more is stored once more, where nothing is known of its line. */
    keepAgain(isThere: (id: string) => boolean) {
      for (const pending of model.pending) {
        nameArticle(pending);
        if (!pending.isKept || isThere(pending.entry.i)) continue;
        Object.assign(pending, { entry: { ...pending.entry, again: true }, isKept: false, isLimbo: false });
      }
      save();
    },
    handedOver,
    /** Resolves when the store has answered the writes of all that was done before the call: not of what comes later, which may never end. */
    async settled(): Promise<void> {
      await handedOver();
      await Promise.all(underWay);
    },
    /**
     * At the end of a page: what is not in the store yet goes there in one write that reads nothing. The store cannot
     * tell it that whoever made it has left in another tab, and that nothing of them may stay.
     */
    saveNow() {
      const isLocked = scope.isLocked();
      if (!isLocked && on.isLeft()) return;
      const next = on.next();
      const unsaved = scope.device
        ? model.pending.filter((one) => one.stage === 'new' && !one.held && !one.isLimbo && (next || !one.isAfter))
        : [];
      const key = ({ entry, isAfter }: Pending) => {
        if (next && isAfter) return outKey(spaceOf(next), entry);
        return isLocked ? limboKey(entry) : outKey(spaceOf(scope.device), entry);
      };
      if (!unsaved.length) return;
      // Nor whether it knows their lines.
      unsaved.forEach(nameArticle);
      disk.writeNow(unsaved.map((one) => [key(one), one.entry as unknown as Json]));
      // A page that comes back writes it once more, and another one may have sent it by then.
      for (const one of unsaved) one.entry = { ...one.entry, again: true };
    },
    /** How long ago a change was made: the larger of two clocks, since either may have stood still or jumped. */
    ageOf(entry: OutEntry): number {
      const madeMs = model.pending.find((pending) => pending.entry.i === entry.i)?.monoMs;
      return Math.max(0, clock.now() - entry.w, madeMs === undefined ? 0 : clock.monotonic() - madeMs);
    },
    /** A change that was never sent is taken back. */
    drop(pending: Pending, code: string) {
      settle(pending, code);
      model.setPending(model.pending.filter((other) => other !== pending));
      model.touch([pending.entry.c]);
    },
    /** This page waits no longer for its changes, or for those of them; what is stored goes on. */
    abandon(isLeft: (pending: Pending) => boolean = () => true) {
      for (const pending of model.pending.filter(isLeft)) settle(pending, 'sync/abandoned');
      model.setPending(model.pending.filter((pending) => !isLeft(pending)));
    },
  };
};
