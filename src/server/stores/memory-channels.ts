import type { AuditRow, ChannelReads, ChannelWrites, IdempotentRow } from '../store-channels.ts';
import { type MemoryRows, path } from './memory-rows.ts';

const latestFirst = ([, a]: readonly [string, AuditRow], [, b]: readonly [string, AuditRow]): number =>
  b.at - a.at || (a.id > b.id ? -1 : 1);

/** What other channels did, by space and id, and the answers they were given, by site and key. */
export const memoryChannels = (
  { audit, idempotent }: { audit: Map<string, AuditRow>; idempotent: Map<string, IdempotentRow> },
  { put, get, under }: MemoryRows,
): ChannelReads & ChannelWrites => ({
  async audit(space, { before, limit }) {
    const isAfter = ({ at, id }: AuditRow) => !before || at < before.at || (at === before.at && id < before.id);
    return under(audit, space)
      .sort(latestFirst)
      .map(([, row]) => row)
      .filter(isAfter)
      .slice(0, limit);
  },
  idempotent: async (site, key) => get(idempotent, path(site, key)),
  async putAudit(space, row, { most, sinceMs }) {
    put(audit, path(space, row.at, row.id), row);
    const rows = under(audit, space).sort(latestFirst);
    for (const [n, [at, { at: madeAt }]] of rows.entries())
      if (n >= most || madeAt < sinceMs) put(audit, at, undefined);
  },
  async putIdempotent(site, key, row, sinceMs) {
    for (const [at, { at: madeAt }] of [...idempotent]) if (madeAt < sinceMs) put(idempotent, at, undefined);
    put(idempotent, path(site, key), row);
  },
});
