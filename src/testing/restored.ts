import { type StoredRow, spaceOf } from '../client/records.ts';
import { collectionShape } from '../core/collection.ts';
import { joinEntries } from '../core/entry.ts';
import { canonicalJson, type Json } from '../core/json.ts';
import type { EntryRow } from '../server/store.ts';
import type { Script } from './script.ts';
import { type SimDevice, simCollections } from './sim-device.ts';
import { deviceOf } from './stored-device.ts';
import type { Watch } from './watch.ts';

export type Rows = ReadonlyMap<string, ReadonlyMap<string, EntryRow>>;
/** What the ledger knew when a copy of the server's disk was made. */
export type LedgerBackup = {
  readonly rows: Rows;
  readonly orders: ReadonlySet<string>;
  readonly owners: ReadonlyMap<string, string>;
};

type Row = { readonly collection: string; readonly key: string; readonly state: Json };
/** What a device had confirmed when the server was restored. */
export type Held = {
  readonly index: number;
  readonly epoch: number;
  readonly space: string;
  readonly rows: readonly Row[];
};

/**
 * The rows that a signed-in device has on its disk. The engine of 0.1.0 offers nothing: what it alone holds stays lost.
 * What guests hold is not looked at: see `pendingInvariants`.
 */
export const heldBy = async (device: SimDevice): Promise<Held | undefined> => {
  const stored = await device.disk.rows();
  const found = deviceOf(stored);
  if (!found?.customer || device.spec.sdk === 'previous') return undefined;
  const space = spaceOf(found);
  const rows = stored
    .filter(([[table, id]]) => table === 'row' && id === space)
    .map(([[, , collection, key], row]) => ({
      collection: String(collection),
      key: String(key),
      state: (row as unknown as StoredRow)[1],
    }));
  return { index: device.index, epoch: found.epoch, space: `pk_world/${space}`, rows };
};

/** Whether `state` holds all that `part` does: joining it changes nothing. */
const holds = ({ collection, state }: Row, part: Json): boolean => {
  const { kind } = collectionShape(collection, simCollections);
  return canonicalJson(joinEntries(kind, state as never, part as never) as Json) === canonicalJson(state);
};

/**
 * The server has its backup still, and all that the devices had confirmed which nothing happened to
 * but the restore. Views come and go by consent and number.
 */
export const checkRestored = async (
  { watch, devices, script }: { watch: Watch; devices: readonly SimDevice[]; script: Script },
  { rows, backup, held }: { rows: Rows; backup: LedgerBackup; held: readonly (Held | undefined)[] },
): Promise<void> => {
  const check = (space: string, row: Row, where: string) => {
    const { kind, purpose } = collectionShape(row.collection, simCollections);
    // What the server alone writes no device offers: a receipt that is lost with it is lost.
    if (row.state === null || kind === 'auth' || purpose !== 'necessary') return;
    const found = rows.get(space)?.get(`${row.collection}\n${row.key}`);
    watch.check(
      'restored',
      !!found && found.state !== null && holds(found, row.state),
      () =>
        `${row.collection}/${row.key} in ${space}: ${where} ${JSON.stringify(row.state)}, the server ${JSON.stringify(found?.state)}`,
    );
  };
  for (const [space, table] of backup.rows) for (const row of table.values()) check(space, row, 'the backup had');
  if (script.enabled.some((group) => group.includes('disk'))) return;
  for (const one of held) {
    const device = devices.find(({ index }) => index === one?.index);
    // Nobody came or went since, and somebody is there to ask the server.
    if (!one || !device?.state.session.who) continue;
    if (deviceOf(await device.disk.rows())?.epoch !== one.epoch) continue;
    if (!device.tabs.some(({ page }) => page.relevo.status.connection === 'online')) continue;
    for (const row of one.rows) check(one.space, row, `device ${one.index} held`);
  }
};
