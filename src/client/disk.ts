import { createOneTimer } from './one-timer.ts';
import type { Clock, Ports, ReadTx, Store, WriteOptions, WriteTx } from './ports.ts';

/** How long a page waits for its store to open, and for an answer, before it goes on in memory; and between tries to get it back. */
const openTimeoutMs = 2_000;
const answerTimeoutMs = 10_000;
const lateMs = 50;
const reopenMs = 60_000;

export type Disk = ReturnType<typeof createDisk>;

/**
 * The store in use: the device's own, or memory when that cannot be had. The engine never waits for
 * a store longer than two seconds; one that opens later is handed to `adopt`, which moves what
 * memory holds into it. A full one is trimmed before it is given up. `changed` is told when the kind of store changes.
 */
export const createDisk = (
  ports: Ports,
  on: {
    /** `isNew`: it has another reason to be in memory than before, or none. */
    changed(isNew: boolean): void;
    adopt(found: Store, memory: Store): Promise<void>;
    refill(memory: Store): Promise<void>;
    /** Makes room in a store; false when there is nothing that may go. */
    trim(store: Store): Promise<boolean>;
  },
) => {
  let store: Store | undefined;
  let degraded: string | undefined;
  const reopening = createOneTimer(ports.clock);
  let isClosed = false;

  const use = (next: Store, reason?: string) => {
    const isNew = reason !== degraded;
    store = next;
    degraded = reason;
    on.changed(isNew);
  };

  /** One store takes the place of another: what comes meanwhile waits, else it would be in neither. */
  let turning: Promise<void> | undefined;
  const turn = (body: () => Promise<void>): Promise<void> => {
    turning ??= body().finally(() => {
      turning = undefined;
    });
    return turning;
  };

  const adopt = async (found: Store) => {
    if (isClosed) return found.close();
    try {
      await turn(() => inRoom(current(), () => on.adopt(found, current())).then(() => use(found)));
    } catch (error) {
      found.close();
      reopenLater(error);
    }
  };

  const openLater = () => {
    if (!isClosed) ports.openStore().then(adopt, reopenLater);
  };

  const reopenLater = (error: unknown) => {
    use(store ?? ports.memoryStore(), reasonOf(error));
    reopening.set(reopenMs, openLater);
  };

  let opened: Promise<void> | undefined;
  const open = () => {
    opened = new Promise<void>((done) => {
      let isLate = false;
      const cancel = deadline(ports.clock, openTimeoutMs, () => {
        isLate = true;
        use(ports.memoryStore(), 'storage does not open');
        done();
      });
      const settle = (next: () => unknown) => {
        cancel();
        next();
        done();
      };
      ports.openStore().then(
        (found) => (isLate ? adopt(found) : settle(() => use(found))),
        (error) => (isLate ? reopenLater(error) : settle(() => reopenLater(error))),
      );
    });
    return opened;
  };

  /** The store failed while in use: everything known goes into memory, and sync goes on. */
  const degrade = async (error: unknown) => {
    const broken = current();
    if (!broken.durable || isClosed) throw error;
    await turn(async () => {
      const memory = ports.memoryStore();
      await on.refill(memory);
      broken.close();
      store = memory;
      reopenLater(error);
    });
  };

  /** In time. What finds no room is tried once more after `full` has given some of what the server keeps anyway. */
  const inRoom = <T>(full: Store, act: () => Promise<T>): Promise<T> =>
    inTime(
      ports.clock,
      act().catch(async (error) => {
        if ((error as Error | undefined)?.name !== 'QuotaExceededError' || !(await on.trim(full))) throw error;
        return act();
      }),
    );

  /** What fails on the device's store is done again in memory. */
  const safely = async <T>(act: (store: Store) => Promise<T>): Promise<T> => {
    await opened;
    for (let other = turning; other; other = turning) await other.catch(() => {});
    const used = current();
    try {
      return await inRoom(used, () => act(used));
    } catch (error) {
      if (used === current()) await degrade(error);
      return act(current());
    }
  };

  const current = (): Store => {
    store ??= ports.memoryStore();
    return store;
  };

  return {
    open,
    get kind() {
      return current().kind;
    },
    get durable() {
      return current().durable;
    },
    get degraded() {
      return degraded;
    },
    read: <T>(body: (tx: ReadTx) => Promise<T>) => safely((store) => store.read(body)),
    write: <T>(body: (tx: WriteTx) => Promise<T>, options?: WriteOptions) =>
      safely((store) => store.write(body, options)),
    writeNow: (puts: Parameters<Store['writeNow']>[0]) => current().writeNow(puts),
    close: () => {
      isClosed = true;
      reopening.cancel();
      current().close();
    },
  };
};

/**
 * `ms` in which the runtime could work: a busy or sleeping one hears of its deadline too late, and gets another. In two
 * halves: one that wakes just when its time is up has the second before it.
 */
const deadline = (clock: Clock, ms: number, callback: () => void): (() => void) => {
  let cancel = clock.timer(ms / 2, () => {
    const dueAt = clock.monotonic() + ms / 2;
    cancel = clock.timer(ms / 2, () => {
      if (clock.monotonic() - dueAt < lateMs) callback();
      else cancel = clock.timer(ms, callback);
    });
  });
  return () => cancel();
};

const inTime = <T>(clock: Clock, answer: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const cancel = deadline(clock, answerTimeoutMs, () => reject(new Error('storage does not answer')));
    answer.then(resolve, reject).finally(() => cancel());
  });

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
