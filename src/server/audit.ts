import { isOfServer, isReservedCollection } from '../core/collection.ts';
import { dayMs } from './retention-times.ts';
import type { SiteRules } from './site.ts';
import type { WriteTx } from './store.ts';
import type { AuditRow } from './store-channels.ts';

type Access = Pick<AuditRow, 'by' | 'key' | 'actor' | 'channel' | 'act' | 'collections'>;

/** The same again within so long raises a number, and makes no row of its own: a desk looks every few seconds. */
const sameMs = 600_000;
const recent = 20;
/** Of each who asks, of what they did and of what they were refused: nobody's rows go for anybody else's. */
const most = 500;
export const auditKeptMs = 365 * dayMs;
const maxNames = 16;
/** Stands for names beyond those that a row says; no collection is called so. */
const others = '*';

/** Writes down who did something with a customer's state, in the transaction that does it. */
export const noteAccess = async (
  tx: WriteTx,
  space: string,
  { nowMs, id, ...access }: Access & { readonly nowMs: number; readonly id: string },
): Promise<void> => {
  const shelf = shelfOf(access);
  const isAgents = access.by === 'agent';
  const sorted = [...access.collections].sort();
  const isSame = (row: AuditRow) =>
    row.at + sameMs > nowMs &&
    row.shelf === shelf &&
    row.act === access.act &&
    row.actor === access.actor &&
    row.channel === access.channel &&
    // Of all that an agent may pick among it could make a row each, until its oldest ones go.
    (isAgents || row.collections.join() === named(sorted).join());
  const rows = await tx.audit(space, { limit: recent });
  const found = rows.find(isSame);
  // Of one millisecond, the later one sorts after the others.
  const before = rows.find(({ at }) => at === nowMs)?.id.split('-', 1)[0];
  const turn = String(before === undefined ? 0 : Number(before) + 1).padStart(6, '0');
  const row = found
    ? { ...found, times: found.times + 1, collections: named([...found.collections, ...sorted]) }
    : { ...access, shelf, id: `${turn}-${id}`, at: nowMs, collections: named(sorted), times: 1 };
  await tx.putAudit(space, row, { most, sinceMs: nowMs - auditKeptMs });
};

/** By what they were let in, not by what they call themselves. */
const shelfOf = ({ by, key, actor, act }: Access): string =>
  `${act === 'refused' ? 'refused ' : ''}${by} ${key ?? actor}`;

const named = (collections: readonly string[]): readonly string[] => {
  const names = [...new Set(collections)].filter((name) => name !== others).sort();
  const isMore = names.length > maxNames || collections.includes(others);
  return [...names.slice(0, maxNames), ...(isMore ? [others] : [])];
};

/** What of it an agent may name in a row by being refused it: what it was given, and what there is. */
export const knownNames = (
  collections: readonly string[],
  { given, site }: { readonly given: ReadonlySet<string>; readonly site: SiteRules },
): readonly string[] =>
  collections.map((name) =>
    given.has(name) || (isReservedCollection(name) && !isOfServer(name)) || Object.hasOwn(site.collections, name)
      ? name
      : others,
  );
