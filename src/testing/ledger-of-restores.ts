import type { Line } from '../core/line.ts';
import type { EntryRow } from '../server/store.ts';
import { canariesIn } from './canaries.ts';
import type { Held, LedgerBackup } from './restored.ts';
import type { Sent } from './sent-change.ts';
import type { Commit } from './server-disk.ts';
import { customerOf } from './virtual-world.ts';
import type { Watch } from './watch.ts';

/** What the ledger knows of a server that was put back: what was lost, and what may come again. */
export const createLedgerOfRestores = ({
  watch,
  now,
  spaceOf,
  isCustomer,
}: {
  watch: Watch;
  now(): number;
  isCustomer(space: string): boolean;
  /** The space of a customer. */
  spaceOf(customer: string): string;
}) => {
  /** The last restore: the backup, and what devices held then. */
  let last: { readonly backup: LedgerBackup; readonly held: readonly (Held | undefined)[] } | undefined;
  /** Canaries of guests whose claim was lost with a server: see `pendingInvariants`. */
  const unclaimed = new Set<string>();
  /** How far each space ever came. */
  const heads = new Map<string, number>();
  /** Spaces that lost something with a disk that was put back without a word, until the server finds out. */
  let unsaid: ReadonlySet<string> | undefined;
  /** How many each add that reached the server was of, and which replicas it was sent under, by space and line. */
  const asked = new Map<string, Map<string, Asked>>();
  /** Guests of whom a disk that was put back without a word had nothing. */
  const gone = new Set<string>();
  /** The backups that what the server has now came by; and for each backup those before it. */
  let line: readonly LedgerBackup[] = [];
  const lines = new Map<LedgerBackup, readonly LedgerBackup[]>();
  /** It was put back to an earlier backup, and then to a later one of what was lost thereby. */
  let isReturned = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  /** All that the server ever had; and what it has not lost of that, now and in its backups. */
  const had = new Set<string>();
  let kept = new Set<string>();
  const keptIn = new Map<LedgerBackup, ReadonlySet<string>>();
  /** What it had when a request came that was under way, without a cursor, as it was put back, by what that carried. */
  const strays = new Map<string, ReadonlySet<string>>();

  const ask = (space: string, { t, k, n = 0, i }: Sent & { i: string }, replica = '') => {
    if (t !== 'add') return;
    const at = `${space}\n${k}`;
    const adds = asked.get(at) ?? new Map<string, Asked>();
    asked.set(at, adds.set(i, { n, replicas: (adds.get(i)?.replicas ?? new Set()).add(replica) }));
  };
  /** See `pendingInvariants`: a store that fails while its server is restored. */
  const isStoreLost = () => !!last && [...watch.faults.keys()].some((kind) => /^disk (fail|open|hang)/.test(kind));

  return {
    get last() {
      return last;
    },
    unclaimed,
    /** The server had it at some time. */
    wasThere: (canary: string): boolean => had.has(canary),
    isStoreLost,
    isGone: (guest: string) => gone.has(`pk_world/${guest}`),
    /** Such a request looks new: what was lost and came by it is stamped above what the server had. See `pendingInvariants`. */
    mayComeAgain: (canary: string, after: string): boolean => !!strays.get(canary)?.has(after),
    /** A request reached the server. */
    received({ auth, r, cur, ops = [], claim }: Body, sentMs: number) {
      if (sentMs <= lastMs && !cur && !claim?.cur) {
        const before = new Set(had);
        for (const canary of canariesIn(JSON.stringify([ops, claim?.ops])))
          if (!kept.has(canary)) strays.set(canary, before);
      }
      const customer = customerOf(auth?.token ?? '');
      for (const op of ops) ask(customer === undefined ? `pk_world/${auth?.guest}` : spaceOf(customer), op, r);
      for (const op of claim?.ops ?? []) ask(`pk_world/${claim?.guest}`, op, claim?.r);
    },
    backedUp(backup: LedgerBackup): LedgerBackup {
      line = [...line, backup];
      lines.set(backup, line);
      keptIn.set(backup, new Set(kept));
      return backup;
    },
    /** The disk has it. See `pendingInvariants`: a space that grew again before anybody who is ahead of it asked. */
    committed({ redo, entries }: Commit) {
      if (unsaid && redo.some(([method, [name]]) => method === 'putMeta' && name === 'incarnation')) unsaid = undefined;
      else if (entries.some(([space]) => unsaid?.has(space))) watch.excuse('a silent restore was not noticed');
      for (const [, { state }] of entries)
        for (const canary of canariesIn(JSON.stringify(state))) for (const all of [had, kept]) all.add(canary);
      for (const [space, { version }] of entries) heads.set(space, Math.max(heads.get(space) ?? 0, version));
    },
    checkCounted(at: string, { space, row, isOld, copies }: Counted) {
      const { p } = (row.state as unknown as Line).q;
      const adds = asked.get(`${space}\n${row.key}`) ?? new Map<string, Asked>();
      const sum = (counts: Iterable<number>) => [...counts].reduce((total, n) => total + n, 0);
      // What a merge brought was sent to another space.
      const had = sum(Object.entries(p).map(([replica, n]) => (replica.includes(':') ? 0 : n)));
      // Copies of a disk number the same changes apart; so does a server that lost them in silence: see `pendingInvariants`.
      const times = (replicas: Asked['replicas']) => (isReturned ? replicas.size : 1);
      const made = sum([...adds].map(([opId, { n, replicas }]) => n * (times(replicas) + copies(opId))));
      watch.check(
        'counted once',
        had <= made || [...adds.keys()].some(isOld) || isStoreLost(),
        () => `${at}: ${had} of ${made} that were sent, ${JSON.stringify(row.state)}`,
      );
    },
    /** The disk is as it was. */
    restored({ backup, held, isSaid, owners }: Restored) {
      last = { backup, held };
      lastMs = now();
      kept = new Set(keptIn.get(backup));
      isReturned ||= !line.includes(backup);
      line = lines.get(backup) ?? [];
      const isLost = ([space, head]: [string, number]) =>
        [...(backup.rows.get(space)?.values() ?? [])].every(({ version }) => version < head);
      // A guest who is not there at all is taken as forgotten and begins anew: that hides nothing. See `pendingInvariants`.
      const isProof = ([space]: [string, number]) => isCustomer(space) || backup.rows.has(space);
      unsaid = isSaid
        ? undefined
        : new Set(
            [...heads]
              .filter(isLost)
              .filter(isProof)
              .map(([space]) => space),
          );
      for (const space of isSaid ? [] : heads.keys()) if (!backup.rows.has(space)) gone.add(space);
      for (const canary of owners) if (!backup.owners.has(canary)) unclaimed.add(canary);
    },
  };
};

type Asked = { readonly n: number; readonly replicas: Set<string> };

export type Restored = {
  readonly backup: LedgerBackup;
  readonly held: readonly (Held | undefined)[];
  /** The server was told. */
  readonly isSaid: boolean;
  /** Canaries of guests that customers have. */
  readonly owners: Iterable<string>;
};

type Counted = {
  readonly space: string;
  readonly row: EntryRow;
  readonly isOld: (opId: string) => boolean;
  /** How often a change is on disks beside the one it was made on. */
  readonly copies: (opId: string) => number;
};

/** What is read of a request. */
export type Body = {
  readonly auth?: { readonly token?: string; readonly guest?: string };
  readonly r?: string;
  readonly cur?: string | null;
  readonly ops?: readonly (Sent & { i: string })[];
  readonly claim?: {
    readonly guest?: string;
    readonly r?: string;
    readonly cur?: string;
    readonly ops?: readonly (Sent & { i: string })[];
  };
};
