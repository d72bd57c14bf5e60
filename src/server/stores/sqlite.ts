import { RelevoError } from '../../core/relevo-error.ts';
import type { ReadTx, Store, WriteTx } from '../store.ts';
import { settleInTime, type Timer } from './settle-in-time.ts';
import { openFile } from './sqlite-file.ts';
import { prepareReads, prepareWrites } from './sqlite-transaction.ts';

export type SqliteStoreOptions = {
  readonly path: string;
  /** A body that has not settled after so many milliseconds is undone. Default 1,000. */
  readonly bodyTimeoutMs?: number;
  /** When a file of an older format is taken over, epoch milliseconds. Default the system's clock. */
  readonly now?: () => number;
  /** Default the process's timers. */
  readonly timer?: Timer;
  /** `OFF` loses acknowledged changes at a power cut. It exists for the test that proves that the tests would see it. */
  readonly synchronous?: 'FULL' | 'OFF';
};

type Job = { readonly run: () => Promise<void>; readonly done: () => void; readonly failed: (error: unknown) => void };

/** Bodies of one group at most: a reply waits for the whole group. */
const maxGroup = 256;

const processTimer: Timer = (ms, callback) => {
  const timeout = setTimeout(callback, ms);
  return () => clearTimeout(timeout);
};

/**
 * A store in one SQLite file. WAL and `synchronous=FULL`: a commit is on the disk when it returns.
 * Writers that arrive while the disk is busy share the next commit, so that many are answered
 * after one flush, and none before it.
 *
 * @throws Error that says why, when the file cannot be opened, is damaged, is no database of ours, or was written by a newer version.
 */
export const sqliteStore = (options: SqliteStoreOptions): Store => {
  if (options.path === '' || options.path.includes(':memory:'))
    throw new Error(
      'SQLite stores in a file: reads and writes have a connection each. In memory there is memoryStore().',
    );
  const { path, bodyTimeoutMs = 1_000, timer = processTimer, synchronous = 'FULL' } = options;
  const how = { synchronous, ...(options.now ? { now: options.now } : {}) };
  const writer = openFile(path, how);
  const reader = openFile(path, how);
  const reads = prepareReads(reader);
  const writes = prepareWrites(writer);
  const inTime = { timer, timeoutMs: bodyTimeoutMs };
  // Prepared once: these run for every body, and compiling them anew showed in profiles.
  const begin = writer.prepare('BEGIN IMMEDIATE');
  const commit = writer.prepare('COMMIT');
  const mark = writer.prepare('SAVEPOINT body');
  const keep = writer.prepare('RELEASE body');
  const undo = writer.prepare('ROLLBACK TO body');
  const beginRead = reader.prepare('BEGIN');
  const endRead = reader.prepare('COMMIT');
  const queue: Job[] = [];
  let isClosed = false;
  let flushing: Promise<void> | undefined;
  let reading: Promise<unknown> = Promise.resolve();

  const commitGroup = async (group: readonly Job[]) => {
    const alive: Job[] = [];
    try {
      begin.run();
      for (const job of group) {
        mark.run();
        try {
          await job.run();
          keep.run();
          alive.push(job);
        } catch (error) {
          undo.run();
          keep.run();
          job.failed(error);
        }
      }
      commit.run();
    } catch (cause) {
      // The disk is full, the file is locked by another process: nothing of the group was kept.
      if (writer.inTransaction) writer.exec('ROLLBACK');
      const error = new RelevoError('server/busy', { detail: 'The database did not commit.', retryable: true, cause });
      for (const job of group) job.failed(error);
      return;
    }
    for (const job of alive) job.done();
  };

  const flush = async () => {
    // One turn of the event loop gathers the requests that arrived together.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      await commitGroup(queue.splice(0, maxGroup));
      if (queue.length === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    flushing = undefined;
  };

  const closed = () => Promise.reject(new RelevoError('server/busy', { retryable: true }));

  return {
    read<T>(body: (tx: ReadTx) => Promise<T>): Promise<T> {
      if (isClosed) return closed();
      const result = reading.then(async () => {
        beginRead.run();
        try {
          return await settleInTime((lease) => body(reads(lease)), inTime);
        } finally {
          endRead.run();
        }
      });
      reading = result.catch(() => {});
      return result;
    },
    write<T>(body: (tx: WriteTx) => Promise<T>): Promise<T> {
      if (isClosed) return closed();
      return new Promise<T>((resolve, reject) => {
        let finish = () => {};
        queue.push({
          async run() {
            const result = await settleInTime((lease) => body(writes(lease)), inTime);
            finish = () => resolve(result);
          },
          done: () => finish(),
          failed: reject,
        });
        flushing ??= flush();
      });
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await flushing;
      await reading;
      reader.close();
      writer.close();
    },
  };
};
