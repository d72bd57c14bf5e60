import type { AuditRow, ChannelReads, ChannelWrites, IdempotentRow } from '../store-channels.ts';
import { type MemoryRows, path } from './memory-rows.ts';

const latestFirst = (a: AuditRow, b: AuditRow): number => b.at - a.at || (a.id > b.id ? -1 : 1);

/** What other channels did, by space, and the answers they were given, by site and key. */
export const memoryChannels = (
  { audit, idempotent }: { audit: Map<string, Map<string, AuditRow>>; idempotent: Map<string, IdempotentRow> },
  { put, get, within }: MemoryRows,
): ChannelReads & ChannelWrites => {
  const of = (space: string) => [...within(audit, space).values()].sort(latestFirst);
  const drop = (space: string, { at, id }: AuditRow) => put(within(audit, space), path(at, id), undefined);
  return {
    async audit(space, { before, limit }) {
      const isAfter = ({ at, id }: AuditRow) => !before || at < before.at || (at === before.at && id < before.id);
      return of(space).filter(isAfter).slice(0, limit);
    },
    idempotent: async (site, key) => get(idempotent, path(site, key)),
    hasIdempotent: async (sinceMs) => [...idempotent.values()].some(({ at }) => at < sinceMs),
    async putAudit(space, row, { most, sinceMs }) {
      put(within(audit, space), path(row.at, row.id), row);
      const rows = of(space);
      const over = rows.filter(({ shelf }) => shelf === row.shelf).slice(most);
      for (const one of [...over, ...rows.filter(({ at }) => at < sinceMs)]) drop(space, one);
    },
    async forgetAudit(space, sinceMs) {
      for (const row of of(space)) if (row.at < sinceMs) drop(space, row);
      return of(space).at(-1)?.at;
    },
    putIdempotent: async (site, key, row) => put(idempotent, path(site, key), row),
    async forgetIdempotent(sinceMs) {
      for (const [at, { at: madeAt }] of [...idempotent]) if (madeAt < sinceMs) put(idempotent, at, undefined);
    },
  };
};
