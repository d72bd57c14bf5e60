import type { AppliedRow, EntryRow, Store, WriteTx } from '../server/store.ts';
import { memoryStore } from '../server/stores/memory.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One change of state that a transaction made: the method's name and its arguments. */
type Redo = readonly [method: string, args: readonly unknown[]];

/** What a committed transaction wrote. */
export type Commit = {
  readonly redo: readonly Redo[];
  readonly applied: readonly (readonly [space: string, replica: string, row: AppliedRow])[];
  readonly entries: readonly (readonly [space: string, row: EntryRow, before: EntryRow | undefined])[];
};

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
  isAckedEarly = false,
}: {
  clock: VirtualClock;
  /** How long the next fsync takes. */
  fsyncMs?: () => number;
  durable(commit: Commit): void;
  /** A planted fault: `write` resolves before the fsync. */
  isAckedEarly?: boolean;
}) => {
  const log: Redo[][] = [];
  let process = start();

  function start() {
    const store = memoryStore();
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
          log.push([...commit.redo]);
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
      let synced: Promise<void> | undefined;
      const result = await store.write(async (tx) => {
        const recorded = new Proxy(tx, {
          get(target, name: keyof WriteTx) {
            const method = target[name] as (...args: unknown[]) => Promise<unknown>;
            if (!/^put|^copy|^useNonce/.test(name)) return method;
            return async (...args: unknown[]) => {
              if (name === 'putEntry') {
                const [space, row] = args as [string, EntryRow];
                entries.push([space, row, await target.entry(space, row.collection, row.key)]);
              }
              if (name === 'putApplied') applied.push(args as unknown as Commit['applied'][number]);
              redo.push([name, args]);
              return method(...args);
            };
          },
        });
        const answer = await body(recorded);
        // Queued inside the body: the order of the log is the order of the transactions.
        if (redo.length)
          synced = new Promise((done) => void waiting.push({ commit: { redo, applied, entries }, done }));
        return answer;
      });
      if (synced !== undefined) fsync();
      if (!isAckedEarly) await (synced ?? allSynced());
      return me.isAlive ? result : new Promise<never>(() => {});
    };
    const read: Store['read'] = async (body) => {
      const result = await store.read(body);
      if (!isAckedEarly) await allSynced();
      return me.isAlive ? result : new Promise<never>(() => {});
    };
    return { me, store, handle: { read, write, close: () => store.close() } satisfies Store };
  }

  return {
    store: (): Store => process.handle,
    /** What clients could be shown now, durable or not. */
    read: <T>(body: Parameters<Store['read']>[0]) => process.store.read(body) as Promise<T>,
    /** The process ends; what was not durable is gone. A new one starts over what the disk has. */
    async crash(): Promise<void> {
      process.me.isAlive = false;
      process = start();
      await process.store.write(async (tx) => {
        for (const redo of log)
          for (const [name, args] of redo)
            await (tx[name as keyof WriteTx] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
      });
    },
  };
};
