import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { cursorVersion } from '../protocol/cursor.ts';
import { listOut, numberAll, putOut } from './outbox.ts';
import type { ReadTx, WriteTx } from './ports.ts';
import { type Device, limboKey, type OutEntry, owedTo, type Space, type StoredRow, spaceOf } from './records.ts';

// The device's records inside a transaction. What a space owns stands in these tables, under its id.
const tables = ['row', 'out', 'space', 'order', 'done', 'gone'] as const;

/** What one space shows: confirmed rows, a guest's frozen lines while its merge is owed, and the outbox. */
export type Contents = {
  readonly rows: Map<string, Map<string, StoredRow>>;
  readonly guestRows: Map<string, StoredRow>;
  readonly out: readonly OutEntry[];
  readonly done: readonly Done[];
};

/** What became of a change that left the outbox: its id, and the code it was refused with. */
export type Done = readonly [id: string, code?: string];

/** How many are remembered, for the tabs that wait for them. */
const mostDone = 64;

export const getDevice = async (tx: ReadTx): Promise<Device | undefined> =>
  (await tx.get(['device'])) as Device | undefined;
export const getSpace = async (tx: ReadTx, id: string): Promise<Space | undefined> =>
  (await tx.get(['space', id])) as Space | undefined;
/** Who is here, and the space that is theirs. */
export const getHere = async (tx: ReadTx): Promise<{ device: Device | undefined; space: Space | undefined }> => {
  const device = await getDevice(tx);
  return { device, space: device && (await getSpace(tx, spaceOf(device))) };
};
export const putDevice = (tx: WriteTx, device: Device): void => tx.put(['device'], device as unknown as Json);
export const putSpace = (tx: WriteTx, id: string, space: Space): void => tx.put(['space', id], space);

/** All that stands in these tables. */
export const listTables = async (tx: ReadTx, names: readonly string[]) =>
  (await Promise.all(names.map((name) => tx.list([name])))).flat();

export const readContents = async (tx: ReadTx, device: Device): Promise<Contents> => {
  const rows: Contents['rows'] = new Map();
  const guestRows: Contents['guestRows'] = new Map();
  const id = spaceOf(device);
  for (const [[, , collection, key], value] of await tx.list(['row', id])) {
    const name = String(collection);
    rows.set(name, (rows.get(name) ?? new Map()).set(String(key), value as unknown as StoredRow));
  }
  if (device.merging)
    for (const [key, value] of await tx.list(['row', device.merging.id, 'cart']))
      guestRows.set(String(key[3]), value as unknown as StoredRow);
  return { rows, guestRows, out: await listOut(tx, id), done: await listDone(tx, id) };
};

export const listDone = async (tx: ReadTx, id: string): Promise<readonly Done[]> =>
  ((await tx.get(['done', id])) ?? []) as unknown as readonly Done[];

/** Tells the other tabs what became of changes that are in no outbox any more. */
export const putDone = async (tx: WriteTx, id: string, more: readonly Done[]): Promise<void> => {
  if (more.length) tx.put(['done', id], [...(await listDone(tx, id)), ...more].slice(-mostDone) as unknown as Json);
};

/** These are pending again. */
export const dropDone = async (tx: WriteTx, id: string, entries: readonly OutEntry[]): Promise<void> => {
  const left = (await listDone(tx, id)).filter(([i]) => !entries.some((entry) => entry.i === i));
  tx.put(['done', id], left as unknown as Json);
};

/** The lines of a space, as the server last said. */
export const linesIn = async (tx: ReadTx, id: string): Promise<(key: string) => Line | undefined> => {
  const lines = new Map<unknown, unknown>();
  for (const [[, , , key], row] of await tx.list(['row', id, 'cart'])) lines.set(key, (row as unknown as StoredRow)[1]);
  return (key) => lines.get(key) as Line | undefined;
};

/** What is nobody's there; what is gone is deleted. */
export const clearLimbo = async (tx: WriteTx, isGone: (entry: OutEntry) => boolean): Promise<OutEntry[]> => {
  const all = await listLimbo(tx);
  const gone = all.filter(isGone);
  for (const entry of gone) tx.delete(limboKey(entry));
  return all.filter((entry) => !gone.includes(entry));
};

export const listLimbo = async (tx: ReadTx): Promise<OutEntry[]> =>
  (await tx.list(['limbo'])).map(([, value]) => value as unknown as OutEntry);

/**
 * Somebody was signed out: what locked pages had kept in a store of an earlier `epoch` goes with them. Gives their
 * ids. The page that is still seeing them off counts them itself (`listGone`).
 */
export const dropLimbo = async (tx: WriteTx, { from = 0, closing }: Device, epoch = 0): Promise<string[]> => {
  if (epoch >= from) return [];
  const limbo = (await listLimbo(tx)).map(({ i }) => i);
  tx.deleteAll(['limbo']);
  if (!closing) return limbo;
  for (const i of limbo) tx.put(['gone', closing, i], 1);
  return [];
};

/** Ids of what other pages dropped as nobody's before the one that sees somebody off could count it. */
export const listGone = async (tx: ReadTx, id: string): Promise<string[]> =>
  (await tx.list(['gone', id])).map(([[, , i]]) => String(i));

/** Deletes what a space has on this device. */
export const deleteSpace = (tx: WriteTx, id: string): void => {
  for (const table of tables) tx.deleteAll([table, id]);
};

/** What a space could not send stays, unreadable and numbered. Its rows go, and with them the cursor that says they are here. */
export const holdSpace = async (tx: WriteTx, id: string): Promise<void> => {
  const space = await getSpace(tx, id);
  // Once: without its rows nobody knows where an add leads to. 0.1.0 took them and left the cursor.
  if (space && (space.cursor !== null || space.born)) {
    const isWhole = !cursorVersion(space.cursor) || (await tx.list(['row', id])).length > 0;
    putSpace(tx, id, { ...(isWhole ? await numberAll(tx, id, space) : space), cursor: null, born: false });
  }
  // Alone in a store that had been emptied: its page went on in memory and may have sent it from there.
  for (const entry of space ? [] : await listOut(tx, id)) if (!entry.q) putOut(tx, id, [{ ...entry, again: true }]);
  for (const table of ['row', 'order', 'done', 'gone'] as const) tx.deleteAll([table, id]);
};

/**
 * Deletes what belongs to nobody who is here: leftovers of a killed tab. With `keepUnsent` the changes that a
 * former customer's space could not send stay, unreadable, but for one who was seen off with nothing held (`dropped`), and
 * the guests whose merge was owed to them. One that is being closed is left to whoever closes it. Gives the ids of the
 * changes that are gone.
 */
export const sweepSpaces = async (tx: WriteTx, device: Device, options: { keepUnsent: boolean }): Promise<string[]> => {
  const { closing, dropped } = device;
  const owedOf = async (id: string, here?: Device) =>
    owedTo((here && spaceOf(here) === id ? here : await getSpace(tx, id)) ?? {});
  const theirs = dropped ? [dropped, ...(await owedOf(dropped, await getDevice(tx)))] : [];
  const mine = [spaceOf(device), ...owedTo(device), ...(closing ? [closing, ...(await owedOf(closing))] : [])];
  const gone: string[] = [];
  for (const id of new Set((await listTables(tx, tables)).map(([key]) => String(key[1])))) {
    if (mine.includes(id)) continue;
    if (options.keepUnsent && !theirs.includes(id)) await holdSpace(tx, id);
    else {
      gone.push(...(await listOut(tx, id)).map(({ i }) => i), ...(await listGone(tx, id)));
      deleteSpace(tx, id);
    }
  }
  return gone;
};
