import type { Json } from '../core/json.ts';
import { cursorScope, cursorVersion } from '../protocol/cursor.ts';
import { changesFrom } from './changes-from.ts';
import type { Model } from './model.ts';
import type { Config } from './options.ts';
import { listOut, moveEntry, putOut, unnumbered } from './outbox.ts';
import { addLimbo } from './pending.ts';
import type { Ports, ReadTx, Store, StoreKey, WriteTx } from './ports.ts';
import {
  type Device,
  isSameDevice,
  isUnplaced,
  limboKey,
  type OutEntry,
  outKey,
  owedTo,
  rowKey,
  type Space,
  spaceOf,
} from './records.ts';
import { asLate, rehome } from './rehome.ts';
import {
  clearLimbo,
  type Done,
  deleteSpace,
  dropDone,
  dropLimbo,
  getHere,
  getSpace,
  linesIn,
  listTables,
  putDevice,
  putDone,
  putSpace,
  sweepSpaces,
} from './tables.ts';

/** What a page knows of whoever uses this device. */
export type KnownState = {
  readonly device: Device;
  readonly space: Space;
  readonly rows: Model['rows'];
  readonly guestRows: Model['guestRows'];
  readonly pending: Model['pending'];
};

/** What a store holds that is in no reply of the server. A page's own flags may lag behind it. */
type Unsent = {
  /** What is kept for the device and not for a space. */
  readonly others: readonly (readonly [StoreKey, Json])[];
  readonly out: readonly OutEntry[];
  /** Of those who left, and of the guests whose merge they, or who is here, are owed. */
  readonly held: readonly (readonly [StoreKey, Json])[];
};

const readUnsent = async (tx: ReadTx, device: Device): Promise<Unsent> => {
  const here = [spaceOf(device), device.closing];
  return {
    others: await listTables(tx, ['limbo', 'capture', 'shop']),
    out: await listOut(tx, spaceOf(device)),
    held: (await listTables(tx, ['out', 'space'])).filter(([[, id]]) => !here.includes(id as string)),
  };
};

/** What is held waits for whoever left beside what the store has of them. */
const putHeld = async (tx: WriteTx, held: Unsent['held'], owed: readonly unknown[]): Promise<void> => {
  for (const [key, value] of held) {
    const there = await getSpace(tx, key[1] as string);
    const entry = value as unknown as OutEntry;
    if (key[0] === 'space') tx.put(key, { ...(value as object), ...there });
    // Another tab may have given its number to something else.
    else if (entry.r !== there?.replica || owed.includes(key[1])) tx.put(key, value);
    else tx.put(key, unnumbered(entry) as unknown as Json);
  }
};

/**
 * What a page knows of whoever is here. A locked page, and one between two customers, has none of their rows: with a
 * cursor beside them they would never come again.
 */
export const knownState = (
  { device, space, isLocked }: { readonly device: Device; readonly space: Space; isLocked(): boolean },
  { of, rows, guestRows, pending }: Model,
): KnownState =>
  !isLocked() && of === spaceOf(device)
    ? { device, space, rows, guestRows, pending: pending.filter(({ isAfter }) => !isAfter) }
    : {
        device,
        space: { ...space, cursor: null, born: false },
        rows: new Map(),
        guestRows: new Map(),
        pending: pending.filter(({ isLimbo }) => isLimbo),
      };

/** Everything that a page knows, into a store that knows less. */
export const writeState = (tx: WriteTx, { device, space, rows, guestRows, pending }: KnownState): void => {
  const id = spaceOf(device);
  writeRows(tx, { device, space, rows, guestRows });
  for (const { entry, held, isLimbo } of pending)
    if (!held) tx.put(isLimbo ? limboKey(entry) : outKey(id, entry), entry as unknown as Json);
};

const writeRows = (tx: WriteTx, { device, space, rows, guestRows }: Omit<KnownState, 'pending'>): void => {
  const id = spaceOf(device);
  putDevice(tx, device);
  putSpace(tx, id, space);
  for (const [collection, entries] of rows)
    for (const [key, row] of entries) tx.put(rowKey(id, collection, key), row as unknown as Json);
  if (device.merging)
    for (const [key, row] of guestRows) tx.put(rowKey(device.merging.id, 'cart', key), row as unknown as Json);
};

/**
 * How a page came by the device it has. `known`: from its store or the marker, so epochs can be compared.
 * `made-up`: neither could be read, somebody else may have been here. `left`: the same, and then signed out: a customer found there has gone.
 */
export type Lineage = 'known' | 'made-up' | 'left';

/** Whose device it is now, and how many changes of others are gone. With `space` it is whoever the store knew, and what this page did waits for its place. */
export type Adopted = { readonly device: Device; readonly space?: Space; readonly gone: number };

/** What the page knows that a store may not. */
export type Here = {
  readonly ports: Ports;
  readonly config: Config;
  readonly scope: Pick<KnownState, 'device' | 'space'> & { isLocked(): boolean };
  readonly model: Model;
  lineage: Lineage;
  /** The space that this page itself is seeing off. */
  closing?: string | undefined;
  /** What became of changes that the server has answered since memory took over. */
  readonly settled: Map<string, Done>;
  isPlacedElsewhere(id: string, device: Device): boolean;
};

/**
 * Moves what a page held in memory into the device's own store, which opened late. The same space:
 * the changes of both, each under the replica it has. Another space: this page's holds, unless it was
 * made up for want of a store: a guest whose cart is in there is still the guest. Undefined, and nothing of who is here
 * is written, when somebody signed in or out there meanwhile: that is the later word. What is held waits in any case.
 */
export const adoptState = async (found: Store, memory: Store, here: Here): Promise<Adopted | undefined> => {
  const { model, ports } = here;
  // Who wrote into memory just now hears of it before its changes move.
  await new Promise<void>((done) => void ports.clock.timer(0, done));
  let unsent: Unsent;
  let adopted: Awaited<ReturnType<typeof merge>>;
  let isMoved: boolean;
  do {
    const { device } = here.scope;
    unsent = await memory.read((tx) => readUnsent(tx, device));
    const read = unsent;
    // Somebody signed in or out since it was read: what is theirs is not the next one's.
    [adopted, isMoved] = await found.write(async (tx) =>
      isSameDevice(here.scope.device, device) ? [await merge(tx, { ...here, ...read }), false] : [undefined, true],
    );
  } while (isMoved);
  if (!adopted) return undefined;
  const kept = new Set([...unsent.out.map(({ i }) => i), ...unsent.others.map(([key]) => key[2])]);
  const mine = model.pending.filter(({ entry }) => kept.has(entry.i));
  for (const { saved } of mine) saved.resolve();
  const pending = addLimbo(model.pending, adopted.limbo);
  if (adopted.space) {
    for (const one of mine) Object.assign(one, { entry: unnumbered(one.entry), stage: 'new', isLimbo: true });
    model.replace({ of: spaceOf(adopted.device), rows: new Map(), pending });
  } else model.setPending(pending);
  return adopted;
};

const merge = async (
  tx: WriteTx,
  here: Here & Unsent,
): Promise<(Adopted & { limbo: readonly OutEntry[] }) | undefined> => {
  const { lineage, config } = here;
  const { device, space, ...shown } = knownState(here.scope, here.model);
  const { device: stored, space: storedSpace } = await getHere(tx);
  await putHeld(tx, here.held, owedTo(device));
  // Another tab went on from the marker that this page wrote: they count the same epochs.
  const isKnown = !stored || lineage === 'known' || stored.id === device.id;
  if (isKnown && stored && stored.epoch > device.epoch) return undefined;
  // A made-up epoch says nothing. What began before must find that it has passed.
  const epoch = isKnown ? device.epoch : Math.max(stored.epoch, device.epoch) + 1;
  const id = spaceOf(device);
  const isOther = stored && spaceOf(stored) !== id;
  const isInMemory = (entry: { i: string }) => here.settled.has(entry.i) || here.out.some(({ i }) => i === entry.i);
  const countGone = (ids: string[]) => ids.filter((i) => !isInMemory({ i })).length;
  // A page that did not know who was there, and signed out, signed them out.
  const dropped = countGone(await dropLimbo(tx, device, isKnown ? stored?.epoch : 0));
  // What was nobody's there found its place in memory.
  const limbo = await clearLimbo(tx, (entry) => isInMemory(entry) || here.isPlacedElsewhere(entry.i, device));
  for (const [key, value] of here.others) tx.put(key, value);
  const isGone = stored?.customer && (device.customer || lineage === 'left');
  if (!isKnown && isOther && storedSpace && !isGone) {
    const made = device.customer ? [] : changesFrom(shown.rows, here);
    for (const entry of [...made, ...here.out.map(unnumbered)]) tx.put(limboKey(entry), entry as unknown as Json);
    putDevice(tx, { ...stored, epoch });
    return { device: { ...stored, epoch }, space: storedSpace, limbo: [...limbo, ...made], gone: dropped };
  }
  const next = { ...device, epoch };
  const late = await inherit(tx, { stored, device, isElsewhere: isInMemory });
  // Who left while the store was away left it there. A sign-out that is neither this page's nor the store's is hearsay:
  // it may be over, its page gone, or its first write still to come.
  const { closing, ...others } = next;
  const isClosing = [here.closing, stored?.closing].includes(closing);
  const swept = await sweepSpaces(tx, isClosing ? next : others, { keepUnsent: config.deviceKind === 'personal' });
  const ahead = !isOther && isLater(storedSpace?.cursor, space.cursor) ? storedSpace : undefined;
  if (isOther && !stored.customer && !owedTo(device).includes(spaceOf(stored))) deleteSpace(tx, spaceOf(stored));
  // What was given up as failed may have been written after all, also alone into a store that had been emptied, or of one
  // who left and is back.
  const { replica: from } = (isOther ? await getSpace(tx, id) : storedSpace) ?? space;
  const there = await listOut(tx, id);
  const move = { from, to: ahead ? from : space.replica, line: here.model.line, sent: there };
  for (const entry of there)
    if (isInMemory(entry)) tx.delete(outKey(id, entry));
    // An earlier page may have sent it from memory.
    else if (!entry.q) putOut(tx, id, [{ ...moveEntry(entry, move), again: true }]);
  // Another tab may show one as if it waited still, and would put it back.
  if (!isOther) await putDone(tx, id, [...here.settled.values()]);
  if (ahead) {
    putDevice(tx, next);
    await addTo(tx, id, { mine: space, stored: ahead, out: here.out });
  } else {
    tx.deleteAll(['row', id]);
    writeRows(tx, { ...shown, device: next, space });
    putOut(tx, id, here.out);
  }
  await putLate(tx, late, { id, space: ahead ?? space });
  return { device: next, limbo, gone: dropped + countGone(swept) };
};

/** Another tab has stored a later word of the server meanwhile, or none came to this page. */
const isLater = (stored: string | null | undefined, mine: string | null): boolean =>
  !!stored &&
  (mine === null || (cursorScope(stored) === cursorScope(mine) && cursorVersion(stored) > cursorVersion(mine)));

/**
 * A guest signed in while the store was away, or a claim was merged, and the store has more of theirs: that is for the
 * customer they are now, by the rules of a merge. The server looks for it in the guest's space too.
 */
export const inherit = async (
  tx: WriteTx,
  { stored, device, isElsewhere = () => false }: Inheritance,
): Promise<OutEntry[]> => {
  const id = stored && ancestorOf(stored, device);
  if (!id) return [];
  const out = (await listOut(tx, id)).filter((entry) => !isElsewhere(entry));
  // A late copy of what was numbered may still reach a guest whose merge is owed: it goes with the claim that asks for that.
  const isOwed = ({ q, r }: OutEntry) => q && device.merging?.id === id && device.merging.replica === r;
  const left = out.filter((entry) => !isOwed(entry));
  const late = asLate(left, { line: await linesIn(tx, id), isFrozen: !!stored.customer });
  deleteSpace(tx, id);
  putOut(tx, id, out.filter(isOwed));
  // A claim that was to bring it had it noted as no longer this page's.
  if (late.length) await dropDone(tx, spaceOf(device), late);
  return late;
};

/** The guest in the store who is the customer here now. */
const ancestorOf = (stored: Device, { guest, customer, merging }: Device): string | undefined => {
  if (!stored.customer) return customer && stored.guest.id === guest.id ? guest.id : undefined;
  const isMerged = stored.customer.space === customer?.space && merging?.id !== stored.merging?.id;
  return isMerged ? stored.merging?.id : undefined;
};

type Inheritance = {
  readonly stored: Device | undefined;
  readonly device: Device;
  isElsewhere?(entry: OutEntry): boolean;
};

/** What comes late finds its place over the lines that are there; where nothing is known yet a quantity waits until it is. */
export const putLate = async (
  tx: WriteTx,
  late: readonly OutEntry[],
  { id, space: { cursor, replica } }: { id: string; space: Space },
): Promise<void> => {
  if (!late.length) return;
  const to = { version: cursorVersion(cursor), replica, line: await linesIn(tx, id) };
  putOut(tx, id, cursor === null ? late : rehome(late, to));
};

/** What the server said last is in the store; this page has changes, made on an older word of it or on none. */
const addTo = async (
  tx: WriteTx,
  id: string,
  { mine, stored: { cursor, replica }, out }: { mine: Space; stored: Space; out: readonly OutEntry[] },
): Promise<void> => {
  const line = await linesIn(tx, id);
  const unsent = out.filter(({ q }) => !q);
  const sent = out.filter(({ q }) => q);
  // What this page had seen it goes on having seen, and no more: another device's add is not in it.
  const isBlind = (entry: OutEntry) => mine.cursor === null || isUnplaced(entry);
  const move = { from: mine.replica, to: replica, line, sent };
  const moved = unsent.filter((entry) => !isBlind(entry)).map((entry) => moveEntry(entry, move));
  const placed = rehome(unsent.filter(isBlind), { version: cursorVersion(cursor), replica, line });
  putOut(tx, id, [...sent, ...moved, ...placed]);
};
