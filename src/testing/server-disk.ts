import { RelevoError } from '../core/relevo-error.ts';
import type { AppliedRow, EntryRow, ReplicaRow, Store, WriteTx } from '../server/store.ts';
import { memoryStore } from '../server/stores/memory.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One change of state that a transaction made: the method's name and its arguments. */
type Redo = readonly [method: string, args: readonly unknown[]];

/** What a committed transaction wrote. */
export type Commit = {
  readonly redo: readonly Redo[];
  readonly applied: readonly (readonly [space: string, replica: string, row: AppliedRow])[];
  readonly entries: readonly (readonly [space: string, row: EntryRow, before: EntryRow | undefined])[];
  /** What was forgotten for good. */
  readonly dropped: readonly Dropped[];
};

export type Dropped = {
  readonly space: string;
  readonly entry?: EntryRow | undefined;
  readonly replica?: ReplicaRow | undefined;
  /** The whole space. */
  readonly isAll?: true;
};

/** A transaction as the log has it; one that was cut off has fewer changes than it says. */
type LogRecord = { readonly size: number; readonly redo: readonly Redo[] };

/** What a backup holds: the log up to then. */
export type Backup = readonly LogRecord[];
/** A transaction that tells what it is about to change. */
const recording = (tx: WriteTx, told: (name: string, args: readonly unknown[]) => unknown): WriteTx =>
  new Proxy(tx, {
    get(target, name: keyof WriteTx) {
      const method = target[name] as (...args: unknown[]) => Promise<unknown>;
      if (!/^put|^copy|^useNonce|^keep|^drop/.test(name)) return method;
      return async (...args: unknown[]) => {
        await told(name, args);
        return method(...args);
      };
    },
  });

export type ServerDisk = ReturnType<typeof createServerDisk>;

/**
 * The server's store with a disk under it: transactions take effect one after the other, a batch of
 * them becomes durable with one fsync, and only then their `write` resolves. A crash loses what was
 * not durable; those who waited never hear.
 *
 * @param options.durable Told of each transaction, in order, when the disk has it.
 */
export const createServerDisk = ({
  clock,
  fsyncMs = () => 2,
  durable,
  random,
  isAckedEarly = false,
  isTornApplied = false,
  hasTimeouts = false,
}: {
  clock: VirtualClock;
  /** How long the next fsync takes. */
  fsyncMs?: () => number;
  durable(commit: Commit): void;
  /** What of the last, unsynced records is on the medium after a crash. */
  random?: Random;
  /** A planted fault: `write` resolves before the fsync. */
  isAckedEarly?: boolean;
  /** A planted fault: recovery applies what there is of a record that was cut off. */
  isTornApplied?: boolean;
  /** A transaction that never ends is given up. */
  hasTimeouts?: boolean;
}) => {
  let log: LogRecord[] = [];
  let isFull = false;
  let onWritten: (() => void) | undefined;
  let process = start();

  function start() {
    const store = memoryStore(hasTimeouts ? { timer: clock.timer } : {});
    const me = { isAlive: true };
    let waiting: { commit?: Commit; done: () => void }[] = [];
    let isSyncing = false;

    const fsync = () => {
      if (isSyncing) return;
      isSyncing = true;
      clock.timer(fsyncMs(), () => {
        if (!me.isAlive) return;
        isSyncing = false;
        const batch = waiting;
        waiting = [];
        for (const { commit } of batch) {
          if (!commit) continue;
          log.push({ size: commit.redo.length, redo: commit.redo });
          durable(commit);
        }
        for (const { done } of batch) done();
      });
    };

    /** Nobody is told what a crash could still take back. */
    const allSynced = () =>
      waiting.length ? new Promise<void>((done) => void waiting.push({ done })) : Promise.resolve();

    const write = async <T>(body: (tx: WriteTx) => Promise<T>): Promise<T> => {
      const redo: Redo[] = [];
      const applied: Commit['applied'][number][] = [];
      const entries: Commit['entries'][number][] = [];
      const dropped: Dropped[] = [];
      let synced: Promise<void> | undefined;
      const result = await store.write(async (tx) => {
        const recorded = recording(tx, async (name, args) => {
          if (name === 'putEntry') {
            const [space, row] = args as [string, EntryRow];
            entries.push([space, row, await tx.entry(space, row.collection, row.key)]);
          }
          if (name === 'putApplied') applied.push(args as unknown as Commit['applied'][number]);
          const [space, ...rest] = args as [string, string, string];
          if (name === 'dropEntry') dropped.push({ space, entry: await tx.entry(space, ...rest) });
          if (name === 'dropReplica') dropped.push({ space, replica: await tx.replica(space, rest[0]) });
          if (name === 'dropSpace') dropped.push({ space, isAll: true });
          redo.push([name, args]);
        });
        const answer = await body(recorded);
        if (isFull && redo.length)
          throw new RelevoError('server/busy', { detail: 'The virtual disk is full.', retryable: true });
        // Queued inside the body: the order of the log is the order of the transactions.
        if (redo.length)
          synced = new Promise((done) => void waiting.push({ commit: { redo, applied, entries, dropped }, done }));
        return answer;
      });
      if (synced !== undefined) {
        fsync();
        if (onWritten) clock.timer(0, onWritten);
        onWritten = undefined;
      }
      if (!isAckedEarly) await (synced ?? allSynced());
      return me.isAlive ? result : new Promise<never>(() => {});
    };
    const read: Store['read'] = async (body) => {
      const result = await store.read(body);
      if (!isAckedEarly) await allSynced();
      return me.isAlive ? result : new Promise<never>(() => {});
    };
    return {
      me,
      store,
      unsynced: () => waiting.flatMap(({ commit }) => commit ?? []),
      handle: { read, write, close: () => store.close() } satisfies Store,
    };
  }

  /** Record by record; one that is not whole is the end. */
  const recover = async () => {
    const good = log.filter(({ size, redo }) => redo.length === size);
    const applied = isTornApplied ? log : good;
    log = [...good];
    process = start();
    await process.store.write(async (tx) => {
      for (const { redo } of applied)
        for (const [name, args] of redo)
          await (tx[name as keyof WriteTx] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
    });
  };

  return {
    store: (): Store => process.handle,
    /** What clients could be shown now, durable or not. */
    read: <T>(body: Parameters<Store['read']>[0]) => process.store.read(body) as Promise<T>,
    /**
     * The process ends, and a new one starts over what the disk has: all that was durable, some of the
     * records written since, and of the next one a piece, which is no record.
     */
    async crash(): Promise<{ isTorn: boolean }> {
      process.me.isAlive = false;
      const written = process.unsynced();
      const whole = random ? random.below(written.length + 1) : 0;
      for (const commit of written.slice(0, whole)) {
        log.push({ size: commit.redo.length, redo: commit.redo });
        durable(commit);
      }
      const torn = random ? written[whole] : undefined;
      const size = torn?.redo.length ?? 0;
      if (torn) log.push({ size, redo: torn.redo.slice(0, random?.below(size)) });
      await recover();
      return { isTorn: !!torn };
    },
    /** Calls once, as soon as a transaction is written and not yet durable. */
    atNextWrite(act: () => void) {
      onWritten = act;
    },
    /** No fault strikes any more. */
    heal() {
      onWritten = undefined;
      isFull = false;
    },
    /** While it is full no transaction commits, and nobody is told that one did. */
    setFull(next: boolean) {
      isFull = next;
    },
    get isFull() {
      return isFull;
    },
    backup: (): Backup => [...log],
    /** An older state is put back: what came after it is gone, also what was acknowledged. */
    async restore(backup: Backup, first: (tx: WriteTx) => Promise<void> = async () => {}): Promise<void> {
      process.me.isAlive = false;
      log = [...backup];
      await recover();
      const redo: Redo[] = [];
      await process.store.write((tx) => first(recording(tx, (name, args) => redo.push([name, args]))));
      log.push({ size: redo.length, redo });
    },
  };
};
