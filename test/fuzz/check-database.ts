import Database from 'better-sqlite3';
import { isWellFormed } from '../../src/core/check-value.ts';
import { collectionShape } from '../../src/core/collection.ts';
import { type Counter, quantityOf } from '../../src/core/counter.ts';
import { isPrototypeName } from '../../src/core/key.ts';
import type { Line } from '../../src/core/line.ts';
import { utf8Length } from '../../src/core/utf8-length.ts';
import { parseConfig, siteRules } from '../../src/server/config.ts';
import { sites } from './site.ts';

type Space = { id: string; site: string; version: number; clock: number; bytes: number; lines: number };
type Entry = { collection: string; key: string; version: number; wall: number; body: string };

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isStamp = (value: unknown, clock: number): boolean =>
  Array.isArray(value) &&
  value.length === 4 &&
  isCount(value[0]) &&
  isCount(value[1]) &&
  typeof value[2] === 'string' &&
  isCount(value[3]) &&
  (value[0] as number) <= clock;

/** What is wrong with the stored state, one sentence each: what no sequence of requests may bring about. */
export const checkDatabase = (path: string): { readonly faults: readonly string[]; readonly entries: number } => {
  const db = new Database(path, { readonly: true });
  const faults: string[] = [];
  const integrity = String(db.pragma('integrity_check', { simple: true }));
  if (integrity !== 'ok') faults.push(`integrity_check: ${integrity}`);
  const { sites: configured } = parseConfig({ sites });
  const spaces = db.prepare<[], Space>('SELECT * FROM space').all();
  const entriesOf = db.prepare<[string], Entry>('SELECT * FROM entry WHERE space = ? AND body IS NOT NULL');
  const versionsOf = db.prepare<[string], { all: number; most: number }>(
    'SELECT count(DISTINCT version) AS "all", max(version) AS most FROM entry WHERE space = ?',
  );
  const countOf = db.prepare<[string], { n: number }>('SELECT count(*) AS n FROM entry WHERE space = ?');
  let entries = 0;
  for (const space of spaces) {
    const rules = siteRules(configured[space.site] ?? { merge: { cart: 'lineage' }, collections: {}, limits: {} });
    const at = (what: string) => faults.push(`${space.id}: ${what}`);
    const { all = 0, most = 0 } = versionsOf.get(space.id) ?? {};
    if (all !== countOf.get(space.id)?.n) at('two entries of one version');
    if ((most ?? 0) > space.version) at(`an entry of version ${most}, the space is at ${space.version}`);
    let bytes = 0;
    let lines = 0;
    for (const { collection, key, body } of entriesOf.iterate(space.id)) {
      entries++;
      // What is told of checkouts takes no room from the customer.
      if (collection !== '~checkout') bytes += utf8Length(body);
      const state: unknown = JSON.parse(body);
      const { kind } = collectionShape(collection, rules.collections);
      const fault = checkText(state) ?? checkState(kind, state, space.clock);
      if (fault) at(`${collection} ${key}: ${fault}`);
      if (collection === 'cart' && quantityOf((state as Line).q) > 0) lines++;
      if (utf8Length(body) > rules.limits.maxEntryBytes + 16_384) at(`${collection} ${key}: ${body.length} bytes`);
    }
    if (bytes !== space.bytes) at(`holds ${bytes} bytes, counted ${space.bytes}`);
    if (lines !== space.lines) at(`holds ${lines} lines, counted ${space.lines}`);
    if (lines > rules.limits.maxLines) at(`holds ${lines} lines`);
  }
  const orphans = db.prepare('SELECT space FROM entry EXCEPT SELECT id FROM space').all();
  if (orphans.length > 0) faults.push(`${orphans.length} spaces without a row`);
  db.close();
  return { faults, entries };
};

/** Names of prototypes and half surrogate pairs, at any depth. */
const checkText = (state: unknown): string | undefined => {
  if (typeof state === 'string') return isWellFormed(state) ? undefined : 'half a surrogate pair';
  if (typeof state !== 'object' || state === null) return undefined;
  for (const [name, member] of Object.entries(state)) {
    if (isPrototypeName(name)) return `a member named ${name}`;
    const fault = checkText(name) ?? checkText(member);
    if (fault) return fault;
  }
  return undefined;
};

const checkState = (kind: string, state: unknown, clock: number): string | undefined => {
  if (typeof state !== 'object' || state === null) return 'no object';
  const own = state as Record<string, unknown>;
  if (kind === 'flag') return isCount(own['n']) ? undefined : `length ${String(own['n'])}`;
  if (kind === 'line') {
    const { q, d } = state as Line;
    return checkCounter(q, clock) ?? checkState('map', d, clock);
  }
  const stamped = kind === 'map' ? Object.values(own) : [[own['v'], own['h']]];
  return stamped.every((pair) => Array.isArray(pair) && isStamp(pair[1], clock)) ? undefined : 'a stamp that is none';
};

const checkCounter = ({ p, s, b, w, o, floor }: Counter, clock: number): string | undefined => {
  for (const counts of [p, s, w]) if (!Object.values(counts).every(isCount)) return 'a count that is none';
  for (const [name, seen] of [...Object.entries(s), ...Object.entries(w)])
    if (seen > (p[name] ?? 0)) return `${name}: seen or bought ${seen} of ${p[name] ?? 0}`;
  if (!o.every(isCount) || !isCount(floor)) return 'an order that took no count';
  if (!Number.isSafeInteger(b[0]) || !isStamp(b[1], clock) || !isCount(b[2]))
    return `a base that is none: ${JSON.stringify(b)}`;
  return b[2] <= o.length ? undefined : 'a base that saw orders that are not there';
};
