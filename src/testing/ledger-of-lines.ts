import { type Counts, emptyCounter, quantityOf } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { besideOf, parkedFor, undoneShare } from '../core/parked-line.ts';
import { compareStamps } from '../core/stamp.ts';
import type { ClaimRow, EntryRow } from '../server/store.ts';
import type { StoredReceipt } from '../server/stored-receipt.ts';
import type { Report } from './checkout-model.ts';
import { createLedgerOfCheckouts } from './ledger-of-checkouts.ts';
import {
  addsIn,
  emptyInModel,
  emptyModel,
  foldModel,
  type LineModel,
  modelAfter,
  orderInModel,
  quantityIn,
  setInModel,
  unseenInModel,
} from './line-model.ts';
import { withoutEarlierReplicas } from './older-engine.ts';
import type { Effect, Sent } from './sent-change.ts';
import type { Commit } from './server-disk.ts';
import type { Watch } from './watch.ts';

const most = 999;
/** Forgotten, and not there again: what brings it back has seen all that there is. */
const unborn = -1;

const lineOf = (row: EntryRow | undefined): Line | undefined =>
  (row?.state ?? undefined) as unknown as Line | undefined;

const skuOf = (row: EntryRow): unknown => lineOf(row)?.d.sku?.[0];

const isParked = (row: EntryRow | undefined): boolean => !!lineOf(row) && parkedFor(lineOf(row) as Line) !== null;

/** Every line of every cart, with each change of it apart: what its quantity should be. */
export const createLedgerOfLines = ({
  watch,
  rows,
  isRestored,
  isMerging,
}: {
  watch: Watch;
  rows: ReadonlyMap<string, ReadonlyMap<string, EntryRow>>;
  /** A server was put back: it does not have what the models know. */
  isRestored(): boolean;
  /** Merges do more than make lines larger, and are taken back: `ledger-of-merges` says what they may do. */
  isMerging: boolean;
}) => {
  const models = new Map<string, LineModel>();
  /** Spaces of which something was forgotten, whatever it was. */
  const forgetful = new Set<string>();
  let isUndoing = false;
  /**
   * What a merge had taken out of a line came back when it was undone, and goes with an earlier merge that had brought it:
   * how much of it, as this commit writes it into the receipt, by the line and the name under which it counts.
   */
  const withdrawn = new Map<string, number>();
  /** How much of what a merge had taken out of a line comes back, as its receipt says when this commit undoes it. */
  const returned = new Map<string, number>();

  /** The lines of a space, with those that this commit made. */
  const linesOf = (space: string, entries: Commit['entries']): EntryRow[] => {
    const made = entries.flatMap(([at, row]) => (at === space ? row : []));
    const all = new Map([...(rows.get(space)?.values() ?? []), ...made].map((row) => [row.key, row] as const));
    return [...all.values()].filter(({ collection, state }) => collection === 'cart' && state !== null);
  };

  const checkouts = createLedgerOfCheckouts({
    watch,
    linesOf: (space) =>
      linesOf(space, []).map((row) => {
        const model = models.get(`${space}\n${row.key}`) ?? emptyModel();
        const [sku, isAside] = [String(skuOf(row) ?? ''), isParked(row)];
        return { key: row.key, sku, quantity: quantityIn(model), p: addsIn(model), isAside };
      }),
  });
  let isAlone = false;
  /** Lines whose article this commit names. A quantity of 0.1.0 for a new guest names none: no order finds it until then. */
  const named = new Set<string>();
  const isNamed = (space: string, key: string) =>
    !!lineOf(rows.get(space)?.get(`cart\n${key}`))?.d.sku || named.has(`${space}\n${key}`);

  /** The order's key is `op.k`. */
  type Ordered = {
    space: string;
    replica: string;
    op: Pick<Sent, 'k' | 'at' | 'mine' | 'seen' | 'late'>;
    isOnly: boolean;
  };

  const order = (row: EntryRow, { report, ...ordered }: Ordered & { report: Report }) => {
    const { space, replica, op, isOnly } = ordered;
    const model = models.get(`${space}\n${row.key}`);
    const sku = String(skuOf(row) ?? '');
    const before = rows.get(space)?.get(`cart\n${row.key}`);
    // Set aside, it is ordered only by who had it in the cart. Where this commit sets it aside, or takes it back, its
    // mark tells which came first.
    const isAside = isParked(row) === isParked(before) ? isParked(row) : !lineOf(row)?.d[`o:${op.k}`];
    const bySeen = report.seen === 'by page' ? op.seen : report.seen === 'all' ? {} : Object.fromEntries(report.seen);
    const seen = (bySeen as Readonly<Record<string, Counts>> | undefined)?.[row.key];
    // Beside another line of the article, set aside by a merge, it is for the server to say which of them it falls on. It
    // says so of each order: what the line tells is of all orders of this commit.
    const quantity = isOnly ? report.left.get(sku) : report.saidOf(row.key);
    if (!quantity || !model || !(seen || !isAside)) return;
    // Made as a guest and found later, it has seen what that guest brought.
    const brought = Object.entries(addsIn(model)).filter(([name]) => op.late && seen && name.startsWith('g:'));
    const known = seen ?? (report.seen === 'all' ? addsIn(model) : {});
    const how = { replica, op, seen: { ...known, ...Object.fromEntries(brought) } };
    const [had, unseen] = [quantityIn(model), unseenInModel(model, how)];
    report.took({ key: row.key, sku }, orderInModel(model, { ...how, quantity }));
    // What was folded is in no count of what an order had seen.
    if (!checkouts.isPaying || !isAlone || model.floor || model.bornAt) return;
    const left = quantityOf((row.state as unknown as Line).q);
    watch.check(
      'bought',
      left === Math.max(unseen, had - quantity) && left >= 0,
      () =>
        `${space} ${row.key}: of ${had}, ${unseen} not seen, ${report.orderId} bought ${quantity}; ${left} are left`,
    );
  };

  /**
   * What a guest brings makes the line as many as they had, if the customer had fewer: `lineage`, without forks. What
   * the customer had set aside gives way to it.
   */
  const merge = (space: string, row: EntryRow, before: EntryRow | undefined) => {
    const had = lineOf(before)?.q.p ?? {};
    const { p = {}, b } = lineOf(row)?.q ?? {};
    for (const [name, n] of Object.entries(p)) {
      const more = n - (had[name] ?? 0);
      if (!name.startsWith('g:') || more <= 0) continue;
      const id = `${space}\n${row.key}`;
      const model = models.get(id) ?? emptyModel();
      if (b && isParked(before) && !isParked(row) && quantityIn(model)) emptyInModel(model, b[1]);
      const held = quantityIn(model);
      models.set(id, model);
      model.adds.push({ replica: name, n: more });
      const brought = lineOf(rows.get(`pk_world/${name.slice(2)}`)?.get(`cart\n${row.key}`));
      const offered = brought ? quantityOf(brought.q) : 0;
      watch.check(
        'quantity',
        isRestored() || quantityIn(model) === Math.min(Math.max(held, offered), Math.max(held, most)),
        () => `${id}: ${held}, ${name} brings ${offered}: ${quantityIn(model)}`,
      );
    }
  };

  /** What a merge, or its undoing, made of the line: it is written by the server, and no change of a device's. */
  const follow = (space: string, row: EntryRow, before: EntryRow | undefined) => {
    const [was, is] = [lineOf(before)?.q ?? emptyCounter, lineOf(row)?.q];
    if (!is) return;
    const id = `${space}\n${row.key}`;
    const model = models.get(id) ?? emptyModel();
    models.set(id, model);
    const isSet = is.b[1][2].startsWith('srv:') && compareStamps(is.b[1], was.b[1]) !== 0;
    if (isSet) setInModel(model, is.b, was.p);
    const whole = besideOf(lineOf(row)?.d ?? {}) ?? row.key;
    for (const [name, n] of Object.entries(is.p)) {
      const more = n - (was.p[name] ?? 0);
      // The row alone is not believed: an undone merge gives back no more than it took.
      const taken = returned.get(`${whole}\n${name}`) ?? more;
      if (/^[agu]:/.test(name) && more > 0) model.adds.push({ replica: name, n: Math.min(more, taken) });
      // A share of which nothing counts says that the guest was heard; of what was taken back a quantity behind it in the
      // same batch has seen all.
      const isServers = isUndoing || was.p[name] === undefined;
      // What the server moved away says so under a name of its own, in the line that gave it too, where none of it counts.
      const isGiven = isSet && is.b[1][2] === `srv:${name}`;
      if ((isServers || isGiven) && /^[ag]:/.test(name)) model.covered.set(name, is.s[name] ?? 0);
      const gone = Math.min(is.s[name] ?? 0, withdrawn.get(`${whole}\n${name}`) ?? 0);
      if (gone > (model.covered.get(name) ?? 0)) model.covered.set(name, gone);
    }
  };

  const fold = (space: string, row: EntryRow, before: EntryRow | undefined) => {
    const model = models.get(`${space}\n${row.key}`);
    const [was, is] = [lineOf(before), lineOf(row)];
    if (model && was && is) foldModel(model, { before: was, after: is });
  };

  return {
    checkouts,
    /** A commit begins: what is folded in it is folded before any change takes effect. */
    begins(commit: Commit) {
      const { redo, entries, applied } = commit;
      const undone = redo.flatMap(([method, args]) => {
        const receipt = args[2] as unknown as StoredReceipt;
        return method === 'putReceipt' && receipt.undoneAtMs !== undefined ? [receipt] : [];
      });
      isUndoing = undone.length > 0;
      withdrawn.clear();
      returned.clear();
      named.clear();
      for (const { id, undo = [] } of undone)
        for (const [key, { cut }] of undo) {
          withdrawn.set(`${key}\n${undoneShare(id)}`, cut?.gone ?? 0);
          if (cut) returned.set(`${key}\n${undoneShare(id)}`, cut.n);
        }
      for (const [space, row, before] of entries) if (row.collection === 'cart') fold(space, row, before);
      isAlone = applied.length < 2 && !redo.some(([method]) => method === 'putClaim');
      checkouts.begins(commit);
      for (const { space, ...report } of checkouts.said())
        for (const row of linesOf(space, entries)) {
          const op = { k: report.orderId, at: Number.MAX_SAFE_INTEGER };
          order(row, { space, replica: '', op, isOnly: true, report });
        }
    },
    /** The change took effect in this commit. */
    changed({ space, replica, op: sent, ack, entries, isOld }: Effect) {
      const id = `${space}\n${sent.k}`;
      const bornOf = (key: string) => rows.get(space)?.get(`cart\n${key}`)?.born;
      const op = isOld && forgetful.has(space) ? withoutEarlierReplicas(sent, { replica, bornOf }) : sent;
      if (op.t === 'order') {
        const all = linesOf(space, entries).filter(({ key }) => !isOld || isNamed(space, key));
        const isOnly = (row: EntryRow) => all.filter((other) => skuOf(other) === skuOf(row)).length < 2;
        const report = checkouts.reported(space, op, ack);
        const meant = report.seen === 'by page' ? op : { ...op, at: Number.MAX_SAFE_INTEGER };
        for (const row of all) order(row, { space, replica, op: meant, isOnly: !isMerging || isOnly(row), report });
      } else if (op.c === 'cart') models.set(id, modelAfter(models.get(id), { replica, op, ack }));
      if (op.f?.sku) named.add(id);
    },
    /** The line is stored so. */
    stored(space: string, row: EntryRow, before: EntryRow | undefined) {
      const q = lineOf(row)?.q ?? emptyCounter;
      for (const [replica, n] of [q.s, q.w].flatMap((counts) => Object.entries(counts)))
        watch.check('bounds', n <= (q.p[replica] ?? 0), () => `${space} ${row.key}: ${JSON.stringify(q)}`);
      const model = models.get(`${space}\n${row.key}`);
      if (model?.bornAt === unborn) model.bornAt = row.born;
      if (isMerging) follow(space, row, before);
      else merge(space, row, before);
    },
    /** A claim was merged in this commit: nothing of the guest's cart stays behind. */
    committed(commit: Commit) {
      const { redo, entries, applied } = commit;
      checkouts.committed(commit);
      if (isMerging) return;
      const lineBefore = (space: string, key: string): Line | undefined => {
        const changed = entries.find(([at, row]) => at === space && row.collection === 'cart' && row.key === key);
        return lineOf(changed ? changed[2] : rows.get(space)?.get(`cart\n${key}`));
      };
      for (const [method, [claim]] of redo) {
        const { guest, space, status } = claim as ClaimRow;
        if (method !== 'putClaim' || status !== 'merged') continue;
        for (const row of linesOf(guest, [])) {
          const offered = Math.min(most, quantityOf((row.state as unknown as Line).q));
          const line = lineOf(rows.get(space)?.get(`cart\n${row.key}`));
          const got = line ? quantityOf(line.q) : 0;
          // Set aside there, it is no offer to a cart that has the line; in the cart there, it is in the cart now.
          const isAside = isParked(row);
          const isMoved = isRestored() || applied.some(([at]) => at === space);
          watch.check(
            'quantity',
            !offered || isAside || isMoved || !line?.d.parked?.[0],
            () => `${guest} had ${row.key} in the cart, ${space} has it set aside`,
          );
          const before = lineBefore(space, row.key);
          // What devices offered to a server that was put back: this merge had been made, and they may have taken the line out since.
          const brought = isRestored() ? (before?.q.p[`g:${guest.slice('pk_world/'.length)}`] ?? 0) : 0;
          const isRefused = isAside && before !== undefined && quantityOf(before.q) > 0;
          watch.check(
            'quantity',
            isRefused || got + brought >= offered,
            () => `${guest} had ${offered} of ${row.key}, ${space} has ${got}`,
          );
        }
      }
    },
    /** Its tombstone is gone: whoever wrote before it comes again has seen nothing of it. */
    forgotten(space: string, { collection, key }: Pick<EntryRow, 'collection' | 'key'>) {
      forgetful.add(space);
      if (collection === 'cart') models.set(`${space}\n${key}`, emptyModel(unborn));
    },
    left(space: string) {
      for (const id of models.keys()) if (id.startsWith(`${space}\n`)) models.delete(id);
    },
    restored: () => models.clear(),
    check() {
      if (isRestored()) return;
      for (const [space, table] of rows)
        for (const row of table.values()) {
          if (row.collection !== 'cart' || row.state === null) continue;
          const { q } = row.state as unknown as Line;
          const model = models.get(`${space}\n${row.key}`);
          const wanted = model ? quantityIn(model) : 0;
          watch.check(
            'quantity',
            quantityOf(q) === wanted,
            () => `${space} ${row.key}: ${quantityOf(q)}, not ${wanted}: ${JSON.stringify(q)}`,
          );
        }
    },
  };
};
