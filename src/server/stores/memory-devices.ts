import type { DeviceRow } from '../store.ts';
import type { DeviceReads, DeviceWrites, KnownDevice, RevokedRow } from '../store-devices.ts';
import { type MemoryRows, path } from './memory-rows.ts';

type Note = Pick<KnownDevice, 'id' | 'channel' | 'since'>;

/** What is known of devices beside their rows, by space and id, and which were revoked. */
export const memoryDevices = (
  tables: {
    readonly devices: ReadonlyMap<string, ReadonlyMap<string, DeviceRow>>;
    readonly notes: Map<string, Note>;
    readonly revoked: Map<string, RevokedRow>;
  },
  { put, get, under }: MemoryRows,
): DeviceReads & DeviceWrites => ({
  async devices(space) {
    const rows = [...(tables.devices.get(space)?.values() ?? [])];
    return rows
      .map((row) => ({ channel: '', since: row.seenAt, ...get(tables.notes, path(space, row.id)), ...row }))
      .sort((a, b) => b.seenAt - a.seenAt || (a.id < b.id ? -1 : 1));
  },
  revoked: async (space, device) => get(tables.revoked, path(space, device)),
  async noteDevice(space, note, { isBack }) {
    const at = path(space, note.id);
    if (isBack || !get(tables.notes, at)) put(tables.notes, at, note);
    for (const [other, { id }] of under(tables.notes, space))
      if (!tables.devices.get(space)?.has(id)) put(tables.notes, other, undefined);
  },
  async putRevoked(space, row, most) {
    put(tables.revoked, path(space, row.device), row);
    const isFirst = ({ device }: RevokedRow) => Number(device === row.device);
    const first = under(tables.revoked, space).sort(
      ([a, rowA], [b, rowB]) =>
        isFirst(rowB) - isFirst(rowA) || rowB.knownMs - rowA.knownMs || rowB.at - rowA.at || (a < b ? -1 : 1),
    );
    for (const [old] of first.slice(most)) put(tables.revoked, old, undefined);
  },
});
