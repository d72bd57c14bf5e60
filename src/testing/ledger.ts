import { quantityOf } from '../core/counter.ts';
import type { Sha256 } from '../core/hash.ts';
import type { Line } from '../core/line.ts';
import { compareStamps, type Stamp } from '../core/stamp.ts';
import { retentionTimes } from '../server/retention-times.ts';
import { defaultSpaceLimits, type SpaceLimits } from '../server/site.ts';
import type { EntryRow } from '../server/store.ts';
import { createAbsences } from './absences.ts';
import { type Allowed, canariesIn } from './canaries.ts';
import { checkTaken } from './check-taken.ts';
import { customerSpaces } from './customer-spaces.ts';
import { createLedgerOfCopies } from './ledger-of-copies.ts';
import { createLedgerOfDoubles } from './ledger-of-doubles.ts';
import { createLedgerOfKeeps } from './ledger-of-keeps.ts';
import { createLedgerOfLines } from './ledger-of-lines.ts';
import { createLedgerOfMerges } from './ledger-of-merges.ts';
import { createLedgerOfOwnWords } from './ledger-of-own-words.ts';
import { type Body, createLedgerOfRestores, type Restored } from './ledger-of-restores.ts';
import { createLedgerOfRevocations } from './ledger-of-revocations.ts';
import { noteForgotten } from './note-forgotten.ts';
import { isSetBlindly } from './older-engine.ts';
import { isTooOldToBegin, type Sent } from './sent-change.ts';
import type { Commit, Dropped } from './server-disk.ts';
import type { Watch } from './watch.ts';

export type Ledger = ReturnType<typeof createLedger>;

/**
 * What the server's disk was told, in order, beside a model of what it should then hold that keeps
 * every change apart instead of counting them.
 */
export const createLedger = ({
  watch,
  sha256,
  now,
  limits,
  isMerging = false,
  leaving,
  bornMs = () => 0,
}: {
  watch: Watch;
  sha256: Sha256;
  now(): number;
  limits?: Partial<SpaceLimits> | undefined;
  isMerging?: boolean;
  leaving?: { readonly goesOn: boolean } | undefined; // a guest's cart, with what is a copy in it
  /** When a token was issued. */
  bornMs?: (token: string) => number;
}) => {
  const times = retentionTimes({ ...defaultSpaceLimits, ...limits });
  const absences = createAbsences({ now, idleMs: times.idleMs });
  const sent = new Map<string, Sent>();
  /** The same, by the replica that it was sent under. */
  const sentAs = new Map<string, Sent>();
  /** Changes that the disk has, with how they were answered. */
  const durable = new Map<string, string>();
  /** Where each change took effect. */
  const effects = new Map<string, string>();
  const rows = new Map<string, Map<string, EntryRow>>();
  const stamps = new Map<string, Stamp>();
  const orders = new Set<string>();
  let owners = new Map<string, string>();
  const copies = createLedgerOfCopies();
  const doubles = createLedgerOfDoubles(watch);
  const own = createLedgerOfOwnWords();
  let isAhead = false;
  /** What waited on a device as its clock was put back. */
  const ageless = new Set<string>();
  /** Values that were put over nothing that their page knew of. */
  const blind = new Set<string>();
  /** Changes that 0.1.0 sent: it does not say when one may have been sent under another number before. */
  const old = new Set<string>();
  /** When its pages, and those in memory, made theirs: what each of several has may come, unmarked, behind what was made later. */
  const apartMs = new Map<string, number>();
  /** What pages of 0.1.0 sent with the token of another than they showed, and whose: see `noteSentByOld`. */
  const mixed = new Set<string>();
  /** Replicas of which nothing is remembered any more, with their spaces. */
  const forgotten = new Set<string>();
  const { spaces, spaceOf } = customerSpaces(sha256);
  const restores = createLedgerOfRestores({ watch, now, spaceOf, isCustomer: (space) => spaces.has(space) });
  const isRestored = () => !!restores.last;
  const lines = createLedgerOfLines({ watch, rows, isRestored, isMerging });
  const merges = createLedgerOfMerges({ watch, rows, isRestored });
  const revocations = createLedgerOfRevocations({ watch, now, spaceOf, bornMs });
  const keeps = createLedgerOfKeeps({ watch, now, spaceOf, isOn: !!leaving, goesOn: !!leaving?.goesOn });

  /** Nobody else's canary may be in `text`, which is `who`'s: a customer's name or `guest`. */
  const checkOwners = (text: string, who: string, where: string, { isLate, asked }: Allowed = {}) => {
    for (const canary of new Set(canariesIn(text))) {
      const writer = canary.split('~')[0] ?? '';
      const owner = writer === 'guest' ? owners.get(canary) : writer;
      const isMixed = () => owner === asked || mixed.has(`${canary} ${who}`);
      const isAnybodys = () => isLate?.(owner ?? '') || copies.isShared(canary) || restores.unclaimed.has(canary);
      watch.check(
        'isolated',
        owner === undefined || owner === who || isMixed() || (writer === 'guest' && (who === 'guest' || isAnybodys())),
        () => `${where}: ${who} has ${canary}, which is ${owner}'s`,
      );
    }
  };

  const checkEntry = (space: string, row: EntryRow, before: EntryRow | undefined, order: Sent | undefined) => {
    const at = `${row.collection}/${row.key} in ${spaces.get(space) ?? 'a guest'}`;
    const customer = spaces.get(space);
    if (customer) {
      for (const canary of canariesIn(JSON.stringify(row.state)))
        if (canary.startsWith('guest~') && !owners.has(canary)) owners.set(canary, customer);
      checkOwners(JSON.stringify([row.key, row.state]), customer, `server, ${at}`);
    }
    if (row.collection !== 'cart' || row.state === null) return;
    const line = row.state as unknown as Line;
    const { q } = line;
    lines.stored(space, row, before);
    restores.checkCounted(at, { space, row, isOld: (opId) => old.has(opId), copies: copies.copies });
    watch.check('no future', q.b[1][0] <= now(), () => `${at}: ${q.b[1]} at ${now()}`);
    if (order && before?.state) {
      checkTaken(watch, { at, row, before, order });
      const had = quantityOf((before.state as unknown as Line).q);
      watch.check('order', quantityOf(q) <= had, () => `${at}: ${had} before an order, ${quantityOf(q)} after`);
    }
  };

  const drop = (dropped: Dropped) =>
    noteForgotten(dropped, { watch, now, times, spaces, rows, effects, orders, lines, forgotten });

  return {
    sent,
    durable,
    rows,
    checkOwners,
    spaceOf,
    checkouts: lines.checkouts,
    keeps,
    revocations,
    hasOrder: (customer: string, order: string) => orders.has(`${spaceOf(customer)} ${order}`),
    backup: () =>
      restores.backedUp({
        rows: new Map([...rows].map(([space, table]) => [space, new Map(table)])),
        orders: new Set(orders),
        owners: new Map(owners),
      }),
    /** The disk is as it was; what devices offer may bring everything back. */
    restored({ backup, ...more }: Omit<Restored, 'owners'>) {
      restores.restored({ backup, ...more, owners: owners.keys() });
      for (const table of [rows, orders, effects, stamps]) table.clear();
      lines.restored();
      for (const [space, table] of backup.rows) rows.set(space, new Map(table));
      for (const order of backup.orders) orders.add(order);
      owners = new Map(backup.owners);
      if (!more.isSaid) absences.lost((who) => who.startsWith('g_') && !rows.has(`pk_world/${who}`));
    },
    restore: () => restores.last,
    isGone: restores.isGone,
    mayComeAgain: restores.mayComeAgain,
    copied: copies.copied,
    /** A clock was ahead, of the time or of what it is now, by longer than an add may wait: what was made then looks new for ever. */
    clockAhead(ms: number) {
      isAhead ||= ms > times.oldAddMs;
    },
    ageHidden(text: string) {
      for (const canary of canariesIn(text)) ageless.add(canary);
    },
    /** A server that was restored has it for the first time: nothing tells how old it is. */
    mayComeLate: (canary: string): boolean => !!restores.last && ageless.has(canary),
    /** A page in memory that shows nothing of what its store may have made it. */
    madeBlind: (canary: string) => void blind.add(canary),
    /** Taken back, the store showed it over what it had until the server, which never took it, said that it was the older. */
    wasOlder: (canary: string): boolean => blind.has(canary) && !restores.wasThere(canary),
    madeApart(ids: readonly string[]) {
      for (const id of ids) apartMs.set(id, now());
    },
    mixed,
    /** A device with the engine of 0.1.0 sends this. */
    sentByOld(body: string) {
      const { ops = [], claim } = JSON.parse(body) as Body;
      for (const { i } of [...ops, ...(claim?.ops ?? [])]) old.add(i);
    },
    /** A request reached the server. */
    received(body: string, sentMs: number) {
      const request = JSON.parse(body) as Body & { device: string; r: string; auth: { guest?: string } };
      const { r, ops = [], claim } = request;
      const all = [...ops, ...(claim?.ops ?? [])];
      absences.received(request, all);
      restores.received(request, sentMs);
      keeps.received(request);
      revocations.received(request);
      for (const guest of [request.auth.guest, claim?.guest]) if (guest) copies.ofGuest(guest, body);
      for (const op of all) {
        const known = sent.get(op.i);
        const isSame =
          !known || op.t === 'nop' || known.t === 'nop' || (known.t === op.t && known.c === op.c && known.n === op.n);
        watch.check('one payload', isSame, () => `${op.i}: ${JSON.stringify([known, op])}`);
        // What its page takes back after the disk has it is taken back there alone.
        if (op.t !== 'nop' || !durable.has(op.i)) sent.set(op.i, op);
      }
      // Copies of a disk say what a change had seen each by the names of its own replicas.
      for (const op of ops) sentAs.set(`${r} ${op.i}`, op);
      for (const op of claim?.ops ?? []) sentAs.set(`${claim?.r} ${op.i}`, op);
    },
    answered: absences.answered,
    told: absences.told,
    /** The disk of the server has it. */
    committed(commit: Commit) {
      const { entries, dropped } = commit;
      // What came marked or late is noted a second time.
      const applied = commit.applied.filter(([, replica]) => !['again:', 'late:'].includes(replica));
      restores.committed(commit);
      revocations.committed(commit);
      doubles.committed(commit);
      own.begins();
      lines.begins(commit);
      for (const one of dropped) drop(one);
      for (const [space, replica, { opId, q, ack }] of applied) {
        durable.set(opId, String(ack[0]));
        const op = sentAs.get(`${replica} ${opId}`);
        if (ack[0] === 'superseded') {
          const toldMs = absences.toldMs(opId);
          // In 0.1.0 a view that waited for consent names the version of the guest it was made as, at a customer too.
          const isOfGuest = old.has(opId) && op?.c === 'browsing';
          const found = rows.get(space)?.get(`${op?.c}\n${op?.k}`)?.state;
          const isBlind = old.has(opId) && op?.t === 'set' && isSetBlindly(op, found as unknown as Line | undefined);
          const isMet = !!op?.late && (!!restores.last || own.hasWord(space, op));
          watch.check(
            'fold',
            // Until the first answer has come its pages still show what was.
            isOfGuest ||
              isBlind ||
              isMet ||
              (!!op && !found && isTooOldToBegin(op, now(), times.deletedMs)) ||
              absences.isStale(opId) ||
              copies.copies(absences.deviceOf(opId)) > 0 ||
              toldMs + 15_000 >= now() - (op?.a ?? 0),
            () => `${space} ${replica} ${q} is superseded, told at ${toldMs}, at ${now()}: ${JSON.stringify(op)}`,
          );
        }
        const stamp = ack.findLast((part) => Array.isArray(part)) as Stamp | undefined;
        // Set aside with its line it counts there; asked again under another number it has its first stamp.
        const isAside = ack[0] === 'expired' && stamp?.[2] === replica && stamp[3] === q;
        if (op?.t === 'order' && ack[0] === 'dup') lines.checkouts.again(space, op, ack);
        if (!op || !(isAside || ack[0] === 'ok')) continue;
        own.applied(space, op);
        const earlier = effects.get(opId);
        // A copy of a guest that was claimed meanwhile, or a disk put back twice; of two copies the one that speaks first
        // vouches for the age of what the other sends: see `pendingInvariants`. What is forgotten counts in no cart.
        const isCopied = copies.copies(opId) > 0;
        const isForgotten =
          !!earlier && (isCopied || isAhead || op.t !== 'add') && forgotten.has(earlier.split(' ', 2).join(' '));
        const isMoved = isCopied && !earlier?.startsWith(`${space} ${replica} `);
        const isTolerated = old.has(opId) || isMoved || isForgotten || ack[0] === 'expired';
        const isFirst = op.t === 'nop' || !earlier || isTolerated || restores.isStoreLost();
        const detail = () => `${opId} at ${earlier} and at ${space} ${replica} ${q}: ${JSON.stringify(op)}`;
        watch.check('once', isFirst || doubles.mayBe([earlier.split(' ', 1).join(), space], opId, detail()), detail);
        if (earlier && isMoved) keeps.counted(op);
        effects.set(opId, `${space} ${replica} ${q}`);
        const by = [space, replica, op.c, op.k, op.t].join('\n');
        const before = stamps.get(by);
        if (stamp && (op.t === 'set' || op.t === 'put')) {
          const isAgain = op.again || (!!before && (apartMs.get(opId) ?? Number.POSITIVE_INFINITY) < before[0]);
          watch.check(
            'no future',
            // One from a store that was taken back, or forgotten since it was applied, is older than what went ahead of it.
            !before || !op.bh || isAgain || isForgotten || compareStamps(stamp, before) > 0,
            () => `${by} ${q}: ${before}, ${stamp}`,
          );
          const isGone = op.v === null && !rows.get(space)?.has(`${op.c}\n${op.k}`); // no tombstone, as nothing was there
          isGone ? stamps.delete(by) : stamps.set(by, stamp);
        }
        if (op.t === 'order') {
          const isNew = !orders.has(`${space} ${op.orderId}`) || lines.checkouts.isLinked(space, op);
          watch.check('order', isNew, () => `${op.orderId} counts twice`);
          orders.add(`${space} ${op.orderId}`);
        }
        lines.changed({ space, replica, op, ack, entries, isOld: old.has(opId) });
      }
      const [only] = applied.length === 1 ? applied : [];
      const op = only && only[2].ack[0] === 'ok' ? sentAs.get(`${only[1]} ${only[2].opId}`) : undefined;
      const at = String(only?.[0]);
      const isPart =
        op?.t === 'order' && (lines.checkouts.isLinked(at, op) || lines.checkouts.isRepeated(at, op.orderId));
      const ordered = op?.t === 'order' && !isPart ? op : undefined;
      for (const [space, row, before] of entries) {
        if (!spaces.has(space)) copies.ofGuest(space.slice('pk_world/'.length), JSON.stringify(row.state));
        const table = rows.get(space) ?? new Map<string, EntryRow>();
        rows.set(space, table.set(`${row.collection}\n${row.key}`, row));
        own.written(space, row, before);
        keeps.stored(space, row);
        // A claim applies a guest's order and merges in one commit.
        checkEntry(space, row, before, space === applied[0]?.[0] ? ordered : undefined);
      }
      lines.committed(commit);
      if (isMerging) merges.committed(commit);
    },
    checkReceipt: (...told: Parameters<typeof merges.told>) => isMerging && merges.told(...told),
    checkDoubles: doubles.check,
    checkQuantities() {
      lines.check();
      keeps.check(spaces.values(), rows);
    },
  };
};
