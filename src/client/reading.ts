import { cursorVersion } from '../protocol/cursor.ts';
import { type Here, inherit, knownState, putLate, writeState } from './adopt.ts';
import { type createDeviceMarker, laterDevice } from './device-marker.ts';
import type { Disk } from './disk.ts';
import { leaveOthers as leaveOthersIn } from './leave-others.ts';
import type { Pending } from './model.ts';
import { listOut, moveEntry, putOut } from './outbox.ts';
import { addLimbo, matchPending } from './pending.ts';
import type { ReadTx, WriteTx } from './ports.ts';
import { type Device, isSameDevice, type OutEntry, type Space, spaceOf } from './records.ts';
import { asLate, rehome } from './rehome.ts';
import {
  type Contents,
  clearLimbo,
  type Done,
  deleteSpace,
  getDevice,
  getHere,
  getSpace,
  linesIn,
  listDone,
  listLimbo,
  putDone,
  putSpace,
  readContents,
} from './tables.ts';
import type { Scope, Writing } from './writing.ts';

/** This page's view of its device's store: at the start, after another tab wrote, and when the store was emptied. */
export const createReading = ({
  here,
  scope,
  disk,
  marker,
  writing,
  on,
}: {
  here: Here;
  scope: Scope;
  disk: Disk;
  marker: ReturnType<typeof createDeviceMarker>;
  writing: Writing;
  on: { passed(): void; epoch(): void; dropped(unsynced: number): void };
}) => {
  const { model, config, ports } = here;
  const { ids } = ports;
  const isShared = config.deviceKind !== 'personal';

  const newGuest = () => ({ id: `g_${ids.random()}`, secret: ids.random() + ids.random() });
  const newSpace = (born: boolean): Space => ({ replica: ids.random(), seq: 0, cursor: null, born });

  const show = ({ rows, guestRows, out, done }: Contents, isSame = false) => {
    const of = spaceOf(scope.device);
    // A guest who goes on in another epoch was seen off by nobody.
    const isStill = (isSame || !scope.device.customer) && model.of === of;
    const pending = matchPending(model.pending, { out, done, isSame: isStill });
    model.replace({ of, guest: scope.device.merging?.id, rows, guestRows, pending });
    writing.follow(out);
    if (model.pending.some(({ stage, held }) => stage === 'new' && !held)) writing.save();
  };

  /** Reads the device's state, or makes a first one. Of a store that was emptied or rolled back, as the marker tells, the guest is the marker's. */
  const load = async (): Promise<void> => {
    const marked = marker.read();
    const fresh: Device = { id: marked?.id ?? ids.random(), epoch: (marked?.epoch ?? 0) + 1, guest: newGuest() };
    const { contents, gone, ...found } = await disk.write(async (tx) => {
      const { device: written } = await getHere(tx);
      const stored = marker.asHere(written);
      here.lineage = stored || marked || disk.durable ? 'known' : 'made-up';
      const known = laterDevice(stored, marked, disk.durable);
      const device = known ?? fresh;
      const id = spaceOf(device);
      const late = await inherit(tx, { stored, device });
      // Another tab has followed what this page told already: it is for this one to see them off.
      const gone = stored === written ? await leaveOthers(tx, device, stored?.epoch) : 0;
      const space = (await getSpace(tx, id)) ?? newSpace(!known);
      putSpace(tx, id, space);
      await putLate(tx, late, { id, space });
      const limbo = await clearLimbo(tx, ({ i }) => marker.isPlacedElsewhere(i, device));
      return { device, space, gone, contents: { ...(await readContents(tx, device)), limbo } };
    });
    if (gone) on.dropped(gone);
    // Somebody was told to leave meanwhile: it begins again as after that.
    if ((marker.read()?.epoch ?? 0) > found.device.epoch) return load();
    // Not before: nobody is told of who is here until what they have is shown.
    Object.assign(scope, found, { isLoaded: true });
    model.setPending(addLimbo(model.pending, contents.limbo));
    writing.follow(contents.limbo);
    marker.found(scope.device);
    if (scope.isLocked()) {
      model.touch();
      return writing.save();
    }
    show(contents);
    placeLimbo();
  };

  /** What was written before it was known whose page this is finds its place. */
  const placeLimbo = () => {
    const limbo = model.pending.filter(({ stage, isAfter }) => stage === 'new' && !isAfter);
    const { space } = scope;
    const entries = limbo.map(({ entry }) => entry);
    const version = cursorVersion(space.cursor);
    // What it meets is not known before the first answer: quantities wait for that.
    const placed = scope.isBlind() ? entries : rehome(entries, { version, replica: space.replica, line: model.line });
    for (const [at, pending] of limbo.entries()) pending.entry = placed[at] ?? pending.entry;
    if (limbo.length) model.touch();
    writing.save();
  };

  /** The marker is ahead of this page's store: a tab that has no store, or has not written yet, signed in or out. */
  const moveOn = async (device: Device) => {
    const { device: before, space: spaceBefore } = scope;
    // A guest who says that nobody is here goes on, in another epoch.
    const isStill = !device.closing && spaceOf(device) === spaceOf(before);
    // One who takes the place of somebody who leaves is new; in a cleared browser somebody may have begun there before.
    const space = isStill ? spaceBefore : newSpace(!!device.closing && device.id === before.id);
    // Who sees them off cannot know of what is in no store yet, or went with the site data.
    const isUnknown = ({ stage, isKept }: Pending) =>
      !isStill && (device.id !== before.id || (stage !== 'stored' && !isKept));
    const { isVeiled } = model;
    const mine = model.pending.filter(({ held, isAfter }) => !held && !isAfter);
    Object.assign(scope, { device, space, isUnlocked: false });
    marker.write(device);
    if (!isStill) {
      writing.abandon(({ isAfter }) => !isAfter);
      // Before it is seen to be empty: somebody else may be on the way.
      on.passed();
      model.replace({ of: spaceOf(device), rows: new Map(), pending: model.pending });
    }
    const found = await disk.write(async (tx) => {
      const stored = await getDevice(tx);
      const there = new Set([...(await listOut(tx, spaceOf(before))), ...(await listLimbo(tx))].map(({ i }) => i));
      // What was on its way into the store when it was told is there by now, or never will be.
      const unsaved = mine.filter((one) => isUnknown(one) && !there.has(one.entry.i));
      // They said here too that they leave: it is theirs, and for the tab that sees them off to send, to hold or to count.
      const closing = isVeiled && device.closing === spaceOf(before) && (await getSpace(tx, device.closing));
      const isTaken = ({ isLimbo }: Pending) => !isLimbo && closing && closing.replica === spaceBefore.replica;
      const theirs = unsaved.filter(isTaken).map(({ entry }) => entry);
      putOut(tx, spaceOf(before), theirs);
      const lost = unsaved.filter((one) => !isTaken(one)).length;
      if ((stored?.epoch ?? 0) >= device.epoch) return { lost };
      const late = await inherit(tx, { stored, device });
      // Epochs of a cleared browser are counted on from this page's (`marker.read`): those of its store too.
      const epoch = stored && stored.epoch + (stored.id === device.id && before.id !== device.id ? before.epoch : 0);
      const gone = (await leaveOthers(tx, device, epoch, !!device.closing)) + lost;
      // The same guest in another epoch goes on with what is here.
      const kept = (await getSpace(tx, spaceOf(device))) ?? space;
      putSpace(tx, spaceOf(device), kept);
      await putLate(tx, late, { id: spaceOf(device), space: kept });
      return { device: await getDevice(tx), space: kept, lost: gone, contents: await readContents(tx, device) };
    });
    // Who sees them off can count it no more.
    if (found.lost) on.dropped(found.lost);
    // With a cursor beside them the rows would never come again: nothing of a write that failed is believed.
    if (found.space && scope.device === device) {
      Object.assign(scope, { device: found.device, space: found.space });
      if (!scope.isLocked()) show(found.contents);
    }
    on.epoch();
  };

  const leaveOthers = (tx: WriteTx, device: Device, epoch?: number, isFollowing = false) =>
    leaveOthersIn(tx, device, { epoch, keepUnsent: !isShared, isFollowing });

  /**
   * What another one who was found here has. A guest of a page that found nothing is whoever was here before: what they
   * could not send goes on (`left`). What was nobody's they sent as theirs, or may have: that stays with them (`taken`).
   */
  const foundWith = async (tx: WriteTx, device: Device): Promise<{ taken: Done[]; left: OutEntry[] }> => {
    const id = spaceOf(device);
    if (id === spaceOf(scope.device)) return { taken: [], left: [] };
    const mine = new Set(model.pending.map(({ entry }) => entry.i));
    // On a shared device it may be the next person: not for the account of whoever was here.
    const isOver = !device.customer && device.claimAt === undefined && !(isShared && scope.device.customer);
    const isGone = ({ q, i }: OutEntry) => !isOver || (!!q && mine.has(i));
    const out = await listOut(tx, id);
    const sent = out.filter((entry) => entry.q && isGone(entry)).map(({ i }): Done => [i, 'sync/abandoned']);
    const taken = [...(await listDone(tx, id)), ...sent];
    const line = await linesIn(tx, id);
    if (isOver) deleteSpace(tx, id);
    const left = asLate(
      out.filter((entry) => !isGone(entry)),
      { line, isFrozen: false },
    );
    return { taken, left };
  };

  /** The store was emptied under this page, or filled again by one that knew less: what is known here goes back, under a replica of its own. */
  const putBack = async () => {
    const replica = ids.random();
    const sent = model.pending.map(({ entry }) => entry);
    const move = { from: scope.space.replica, to: replica, line: model.line, sent };
    for (const pending of model.pending) {
      if (pending.entry.q) continue;
      // Another tab may have numbered and sent what was stored.
      pending.entry = { ...moveEntry(pending.entry, move), ...(pending.stage !== 'new' && { again: true }) };
    }
    const gone = await disk.write(async (tx) => {
      const stored = await getDevice(tx);
      if (stored && stored.epoch >= scope.device.epoch && (await getSpace(tx, spaceOf(stored)))) return undefined;
      const { taken, left } = stored ? await foundWith(tx, stored) : { taken: [], left: [] };
      const dropped = stored ? await leaveOthers(tx, scope.device, stored.epoch) : 0;
      await putDone(tx, spaceOf(scope.device), taken);
      const known = knownState(scope, model);
      const theirs = new Set([...taken.map(([i]) => i), ...left.map(({ i }) => i)]);
      const pending = known.pending.filter(
        ({ stage, isLimbo, entry }) => stage !== 'new' || (isLimbo && !theirs.has(entry.i)),
      );
      const space = { ...known.space, replica, seq: 0 };
      writeState(tx, { ...known, pending, space });
      await putLate(tx, left, { id: spaceOf(scope.device), space });
      return dropped;
    });
    if (gone === undefined) return;
    if (gone) on.dropped(gone);
    // Site data is cleared as a whole. A later word of another tab stands.
    if ((marker.read()?.epoch ?? 0) < scope.device.epoch) marker.write(scope.device);
    ports.tabs.post('epoch');
  };

  const readIn = async (tx: ReadTx, device: Device | undefined) => {
    const space = device && (await getSpace(tx, spaceOf(device)));
    const limbo = isShared ? await listLimbo(tx) : []; // only there a page is locked
    return device && space && { device, space, contents: await readContents(tx, device), limbo };
  };
  const readHere = () => disk.read(async (tx) => readIn(tx, marker.asHere(await getDevice(tx))));

  /** Whether what is shown here is nobody's any more, as a later marker says. */
  const isGone = ({ id, from = 0, customer, guest }: Device): boolean => {
    const { device } = scope;
    const isTold = from > device.epoch;
    // What a locked page holds goes to whoever comes next, unless somebody said that they leave.
    if (device.customer) return isTold || !scope.isLocked();
    return isTold && !customer && id === device.id && guest.id !== device.guest.id;
  };

  /** Reads again after another tab wrote; a passed epoch empties the view before anything else. */
  const reload = async (): Promise<void> => {
    if (!scope.isLoaded) return;
    const ahead = marker.read(scope.device);
    // The store may be slow to say so: until then nothing is shown of one who has left.
    if (ahead && ahead.epoch > scope.device.epoch && isGone(ahead)) await moveOn(ahead);
    let found = await readHere();
    // Who was here when a shared browser was cleared does not come back over a sign-out there.
    const word = isShared ? marker.read(scope.device) : undefined;
    const isOver = word && word.id !== scope.device.id && word.epoch > scope.device.epoch;
    if (!isOver && (!found || found.device.epoch < scope.device.epoch)) found = await putBack().then(readHere);
    const marked = marker.read(scope.device);
    if (marked && marked.epoch > Math.max(scope.device.epoch, found?.device.epoch ?? 0)) return moveOn(marked);
    if (marked && found?.device.closing && !marked.closing && isSameDevice(marked, found.device)) {
      let gone: number;
      // What was stored and sent before that is written is read after it: it would seem lost, and go out again.
      [gone, found] = await disk.write(async (tx) => [
        // A store that failed gave way to memory, which may know who comes next.
        isSameDevice(await getDevice(tx), marked) ? await leaveOthers(tx, marked) : 0,
        await readIn(tx, marked),
      ]);
      if (gone) on.dropped(gone);
    }
    if (!found) return;
    // Who was here when it began may have given way to the one who is found.
    const { device: before, space } = scope;
    if (found.device.epoch < before.epoch) return;
    // The marker alone says what a tab in memory claimed.
    Object.assign(scope, {
      device: { ...laterDevice(found.device, marked, false), ...found.device },
      space: found.space,
    });
    const isSame = isSameDevice(found.device, before);
    if (!isSame) {
      scope.isUnlocked = scope.isOpening = false;
      const goesOn = new Set(found.contents.out.map(({ i }) => i));
      if (found.device.guest.id !== before.guest.id)
        writing.abandon(({ entry, isAfter }) => !isAfter && !goesOn.has(entry.i));
      on.epoch();
    }
    const limbo = new Set(found.limbo.map(({ i }) => i));
    // The store was emptied, and filled again by a tab that knew nothing of what this one had kept there.
    if (isSame && found.space.replica !== space.replica) {
      const { out, done } = found.contents;
      const there = new Set([...limbo, ...out.map(({ i }) => i), ...done.map(([i]) => i)]);
      writing.keepAgain((i) => there.has(i));
    }
    if (scope.isLocked() && !scope.isOpening) {
      writing.abandon(({ stage, isKept, entry }) => stage !== 'new' || (isKept === true && !limbo.has(entry.i)));
      return model.replace({ of: '', rows: new Map(), pending: model.pending });
    }
    scope.isOpening = false; // whoever is told of the lines is told whose they are
    // Also what a page left there that was locked, and is somebody else's now.
    const isTheirs = ({ i }: OutEntry) => marker.isPlacedElsewhere(i, found.device);
    const left = found.limbo.filter((one) => !isTheirs(one));
    model.setPending(addLimbo(model.pending, left));
    if (left.length < found.limbo.length) void disk.write((tx) => clearLimbo(tx, isTheirs)).catch(() => {});
    show(found.contents, isSame);
    if (!scope.isLocked() && model.pending.some(({ isLimbo, stage }) => isLimbo && stage === 'new')) placeLimbo();
  };

  return { load, reload, leaveOthers, placeLimbo, putBack, newGuest, newSpace };
};
