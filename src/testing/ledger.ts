import { quantityOf } from '../core/counter.ts';
import { hashText, type Sha256 } from '../core/hash.ts';
import type { Line } from '../core/line.ts';
import { compareStamps, type Stamp } from '../core/stamp.ts';
import type { EntryRow } from '../server/store.ts';
import type { Held, LedgerBackup } from './restored.ts';
import { customers } from './script.ts';
import type { Commit } from './server-disk.ts';
import type { Watch } from './watch.ts';

/** A change as it was sent. */
type Sent = {
  readonly t: string;
  readonly c: string;
  readonly k: string;
  readonly n?: number;
  readonly v?: unknown;
  readonly bh?: Stamp;
  readonly orderId?: string;
  readonly seen?: Readonly<Record<string, number>>;
  readonly lines?: readonly { readonly sku: string; readonly quantity: number }[];
};

type Body = {
  readonly auth?: { readonly token?: string; readonly guest?: string };
  readonly ops?: readonly (Sent & { i: string })[];
  readonly claim?: { readonly guest?: string; readonly ops?: readonly (Sent & { i: string })[] };
};

type Model = {
  readonly adds: { readonly replica: string; readonly n: number }[];
  readonly covered: Map<string, number>;
  base: { readonly v: number; readonly stamp: Stamp } | undefined;
};

export type Ledger = ReturnType<typeof createLedger>;

const canaryPattern = /\b(ana|ben|eve|guest)~\d+/g;

/** The canaries in a text: who wrote each of them. */
export const canariesIn = (text: string): readonly string[] => text.match(canaryPattern) ?? [];

/**
 * What the server's disk was told, in order, beside a model of what it should then hold that keeps
 * every change apart instead of counting them.
 */
export const createLedger = ({ watch, sha256, now }: { watch: Watch; sha256: Sha256; now(): number }) => {
  const sent = new Map<string, Sent>();
  /** Changes that the disk has, with how they were answered. */
  const durable = new Map<string, string>();
  /** Where each change took effect. */
  const effects = new Map<string, string>();
  const rows = new Map<string, Map<string, EntryRow>>();
  const models = new Map<string, Model>();
  const stamps = new Map<string, Stamp>();
  const orders = new Set<string>();
  let owners = new Map<string, string>();
  let isCopied = false;
  /** Changes that 0.1.0 sent: it does not say when one may have been sent under another number before. */
  const old = new Set<string>();

  /** The last restore: the backup, and what devices held then. */
  let restore: { readonly backup: LedgerBackup; readonly held: readonly (Held | undefined)[] } | undefined;
  /** Canaries of guests whose claim was lost with a server: see `pendingInvariants`. */
  const unclaimed = new Set<string>();
  /** How far each space ever came. */
  const heads = new Map<string, number>();
  /** Spaces that lost something with a disk that was put back without a word, until the server finds out. */
  let unsaid: ReadonlySet<string> | undefined;
  /** How many each add that reached the server was of, by space and line. */
  const asked = new Map<string, Map<string, number>>();

  const spaces = new Map(
    customers.map((customer) => [`pk_world/c_${hashText(sha256, JSON.stringify(['pk_world', customer]))}`, customer]),
  );

  /** Nobody else's canary may be in `text`, which is `who`'s: a customer's name or `guest`. */
  const checkOwners = (text: string, who: string, where: string) => {
    for (const canary of new Set(canariesIn(text))) {
      const writer = canary.split('~')[0] ?? '';
      const owner = writer === 'guest' ? (isCopied || unclaimed.has(canary) ? undefined : owners.get(canary)) : writer;
      watch.check(
        'isolated',
        owner === undefined || owner === who || (writer === 'guest' && who === 'guest'),
        () => `${where}: ${who} has ${canary}, which is ${owner}'s`,
      );
    }
  };

  const spaceOf = (customer: string) => [...spaces].find(([, name]) => name === customer)?.[0] ?? '';

  const ask = (space: string, { t, k, n = 0, i }: Sent & { i: string }) => {
    const at = `${space}\n${k}`;
    if (t === 'add') asked.set(at, (asked.get(at) ?? new Map<string, number>()).set(i, n));
  };
  /** See `pendingInvariants`: a store that fails while its server is restored. */
  const isStoreLost = () => !!restore && [...watch.faults.keys()].some((kind) => /^disk (fail|open|hang)/.test(kind));
  /** See `pendingInvariants`: a space that grew again before anybody who is ahead of it asked. */
  const noteSilence = ({ redo, entries }: Commit) => {
    if (!unsaid) return;
    if (redo.some(([method, [name]]) => method === 'putMeta' && name === 'incarnation')) unsaid = undefined;
    else if (entries.some(([space]) => unsaid?.has(space))) watch.excuse('a silent restore was not noticed');
  };
  const checkCounted = (at: string, { space, row }: { space: string; row: EntryRow }) => {
    const { p } = (row.state as unknown as Line).q;
    const adds = asked.get(`${space}\n${row.key}`) ?? new Map<string, number>();
    const sum = (counts: Iterable<number>) => [...counts].reduce((total, n) => total + n, 0);
    // What a merge brought was sent to another space.
    const had = sum(Object.entries(p).map(([replica, n]) => (replica.includes(':') ? 0 : n)));
    const made = sum(adds.values());
    const isOld = [...adds.keys()].some((id) => old.has(id));
    watch.check(
      'counted once',
      had <= made || isCopied || isOld || isStoreLost(),
      () => `${at}: ${had} of ${made} that were sent, ${JSON.stringify(row.state)}`,
    );
  };

  const applyToModel = (space: string, replica: string, op: Sent, ack: readonly unknown[]) => {
    const id = `${space}\n${op.k}`;
    const model: Model = models.get(id) ?? { adds: [], covered: new Map(), base: undefined };
    models.set(id, model);
    if (op.t === 'add') model.adds.push({ replica, n: op.n ?? 0 });
    if (op.t === 'set') {
      for (const [seen, n] of Object.entries(op.seen ?? {})) {
        const there = model.adds.reduce((sum, add) => (add.replica === seen ? sum + add.n : sum), 0);
        model.covered.set(seen, Math.max(model.covered.get(seen) ?? 0, Math.min(n, there)));
      }
      const stamp = ack[1] as Stamp;
      if (!model.base || compareStamps(stamp, model.base.stamp) > 0) model.base = { v: Number(op.v), stamp };
    }
  };

  /** An order of one product that had seen all adds takes what it bought, or what there was. */
  const checkTaken = (at: string, row: EntryRow, before: EntryRow, order: Sent) => {
    const { q } = before.state as unknown as Line;
    const seen = (order.seen as unknown as Readonly<Record<string, Readonly<Record<string, number>>>>)?.[row.key];
    const [line] = order.lines ?? [];
    if (!seen || !line || !Object.entries(q.p).every(([replica, n]) => (seen[replica] ?? 0) >= n)) return;
    const had = quantityOf(q);
    const left = quantityOf((row.state as unknown as Line).q);
    const wanted = had - Math.min(had, line.quantity);
    watch.check('order', left === wanted, () => `${at}: ${had}, ${line.quantity} bought, ${left} left`);
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
    const { q } = row.state as unknown as Line;
    for (const counts of [q.s, q.w])
      for (const [replica, n] of Object.entries(counts))
        watch.check('bounds', n <= (q.p[replica] ?? 0), () => `${at}: ${JSON.stringify(q)}`);
    checkCounted(at, { space, row });
    watch.check('no future', q.b[1][0] <= now(), () => `${at}: ${q.b[1]} at ${now()}`);
    if (order && before?.state) {
      checkTaken(at, row, before, order);
      const had = quantityOf((before.state as unknown as Line).q);
      watch.check('order', quantityOf(q) <= had, () => `${at}: ${had} before an order, ${quantityOf(q)} after`);
    }
  };

  return {
    sent,
    durable,
    rows,
    checkOwners,
    spaceOf,
    backup: (): LedgerBackup => ({
      rows: new Map([...rows].map(([space, table]) => [space, new Map(table)])),
      orders: new Set(orders),
      owners: new Map(owners),
    }),
    /** The disk is as it was; what devices offer may bring everything back. */
    restored({ backup, held, isSaid }: { backup: LedgerBackup; held: readonly (Held | undefined)[]; isSaid: boolean }) {
      restore = { backup, held };
      const isLost = ([space, head]: [string, number]) =>
        [...(backup.rows.get(space)?.values() ?? [])].every(({ version }) => version < head);
      unsaid = isSaid ? undefined : new Set([...heads].filter(isLost).map(([space]) => space));
      for (const table of [rows, orders, effects, stamps, models]) table.clear();
      for (const [space, table] of backup.rows) rows.set(space, new Map(table));
      for (const order of backup.orders) orders.add(order);
      for (const canary of owners.keys()) if (!backup.owners.has(canary)) unclaimed.add(canary);
      owners = new Map(backup.owners);
    },
    get restore() {
      return restore;
    },
    /** A disk was copied or put back: what its guest did may be with two customers. */
    copied() {
      isCopied = true;
    },
    /** A device with the engine of 0.1.0 sends this. */
    sentByOld(body: string) {
      const { ops = [], claim } = JSON.parse(body) as { ops?: { i: string }[]; claim?: { ops?: { i: string }[] } };
      for (const { i } of [...ops, ...(claim?.ops ?? [])]) old.add(i);
    },
    /** A request reached the server. */
    received(body: string) {
      const { auth, ops = [], claim } = JSON.parse(body) as Body;
      const customer = auth?.token?.split(/[:.]/)[1];
      for (const op of ops) ask(customer === undefined ? `pk_world/${auth?.guest}` : spaceOf(customer), op);
      for (const op of claim?.ops ?? []) ask(`pk_world/${claim?.guest}`, op);
      for (const op of [...ops, ...(claim?.ops ?? [])]) {
        const known = sent.get(op.i);
        const isSame =
          !known || op.t === 'nop' || known.t === 'nop' || (known.t === op.t && known.c === op.c && known.n === op.n);
        watch.check('one payload', isSame, () => `${op.i}: ${JSON.stringify([known, op])}`);
        sent.set(op.i, op);
      }
    },
    /** The disk of the server has it. */
    committed(commit: Commit) {
      noteSilence(commit);
      const { applied, entries } = commit;
      for (const [space, replica, { opId, q, ack }] of applied) {
        durable.set(opId, String(ack[0]));
        const op = sent.get(opId);
        if (ack[0] !== 'ok' || !op) continue;
        const earlier = effects.get(opId);
        // A copy of a guest that was claimed meanwhile, or a disk put back twice: see `pendingInvariants`.
        const isTolerated = old.has(opId) || (isCopied && !earlier?.startsWith(`${space} ${replica} `));
        watch.check(
          'once',
          op.t === 'nop' || !earlier || isTolerated || isStoreLost(),
          () => `${opId} at ${effects.get(opId)} and at ${space} ${replica} ${q}: ${JSON.stringify(op)}`,
        );
        effects.set(opId, `${space} ${replica} ${q}`);
        const stamp = ack.findLast((part) => Array.isArray(part)) as Stamp | undefined;
        const by = [space, replica, op.c, op.k, op.t].join('\n');
        const before = stamps.get(by);
        if (stamp && (op.t === 'set' || op.t === 'put')) {
          watch.check(
            'no future',
            !before || !op.bh || compareStamps(stamp, before) > 0,
            () => `${by} ${q}: ${before}, ${stamp}`,
          );
          stamps.set(by, stamp);
        }
        if (op.t === 'order') {
          watch.check('order', !orders.has(`${space} ${op.orderId}`), () => `${op.orderId} counts twice`);
          orders.add(`${space} ${op.orderId}`);
        }
        if (op.c === 'cart') applyToModel(space, replica, op, ack);
      }
      const [only] = applied.length === 1 ? applied : [];
      const op = only && only[2].ack[0] === 'ok' ? sent.get(only[2].opId) : undefined;
      const order = op?.t === 'order' ? op : undefined;
      for (const [space, row, before] of entries) {
        const table = rows.get(space) ?? new Map<string, EntryRow>();
        rows.set(space, table.set(`${row.collection}\n${row.key}`, row));
        heads.set(space, Math.max(heads.get(space) ?? 0, row.version));
        checkEntry(space, row, before, order);
      }
    },
    /** Each quantity against the model, where no merge and no order had a part in it. */
    checkQuantities() {
      // What the model knew is not what a restored server has.
      if (restore) return;
      for (const [space, table] of rows)
        for (const row of table.values()) {
          if (row.collection !== 'cart' || row.state === null) continue;
          const { q } = row.state as unknown as Line;
          const model = models.get(`${space}\n${row.key}`);
          const isMerged = Object.keys(q.p).some((replica) => replica.includes(':')) || q.b[1][2].includes(':');
          if (!model || isMerged || q.o.length) continue;
          const unseen = new Map<string, number>();
          for (const { replica, n } of model.adds) unseen.set(replica, (unseen.get(replica) ?? 0) + n);
          const wanted = [...unseen].reduce(
            (sum, [replica, n]) => sum + n - (model.covered.get(replica) ?? 0),
            model.base?.v ?? 0,
          );
          watch.check(
            'quantity',
            quantityOf(q) === wanted,
            () => `${space} ${row.key}: ${quantityOf(q)}, not ${wanted}: ${JSON.stringify(q)}`,
          );
        }
    },
  };
};
