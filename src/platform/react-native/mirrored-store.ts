import type { ReadTx, Store, WriteTx } from '../../client/ports.ts';
import { type Row, transactionOver } from '../ordered-rows.ts';
import { andThen, isLater } from './later.ts';
import type { Later } from './shapes.ts';
import type { DeviceStorage } from './storage.ts';
import { storesOver } from './stores-over.ts';

/** What a transaction leaves changed: rows by the text of their key, undefined for deleted ones. Never empty. */
export type Batch = ReadonlyMap<string, Row | undefined>;

/** Where a mirror's rows are kept. */
export type Backing = {
  /** All that is stored. The mirror owns it from now on. */
  readonly rows: Map<string, Row>;
  /**
   * Keeps a batch whole or fails. Of one that failed the next commit leaves nothing; until then a load may
   * find all of it, where the storage kept what it said it had not. Never called while another is under way.
   */
  commit(batch: Batch): Later<void>;
  /** Comes when nothing is on its way to the storage any more. Never fails. */
  settled(): Later<void>;
};

/**
 * A storage whose stores have all their rows in memory: reads come from there, and a write hands what
 * it changed to the storage in one batch. Memory keeps it only when the storage has it.
 *
 * All handles of one name share the rows and the queue. When the last is closed and its writes have
 * ended, both are let go, and the next open loads what is stored.
 *
 * @param options.owner The app's own storage: whoever is given the same one shares its stores.
 */
export const mirroredStorage = ({
  owner,
  kind,
  load,
}: {
  owner: object;
  kind: string;
  load(name: string, warn: (text: string) => void): Promise<Backing>;
}): DeviceStorage => {
  const sharedByName = storesOver<Shared>(owner);

  const enter = (name: string, warn: (text: string) => void): Shared => {
    const known = sharedByName.get(name);
    if (known) return known;
    const shared: Shared = { mirror: load(name, warn).then(createMirror), handles: 0, ended: undefined };
    sharedByName.set(name, shared);
    return shared;
  };

  return {
    kind,
    async open(name, warn = () => {}) {
      // A mirror that is being let go may still write, and what it writes must not come after a new one's.
      for (let ended = sharedByName.get(name)?.ended; ended; ended = sharedByName.get(name)?.ended) await ended;
      const shared = enter(name, warn);
      shared.handles++;
      const leave = () => {
        if (--shared.handles) return;
        shared.ended = shared.mirror.then((mirror) => mirror.drained()).then(drop, drop);
      };
      const drop = () => {
        sharedByName.delete(name);
      };
      try {
        return handleOf(await shared.mirror, kind, leave);
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
};

type Shared = { readonly mirror: Promise<Mirror>; handles: number; ended: Promise<void> | undefined };

type Mirror = ReturnType<typeof createMirror>;

const createMirror = ({ rows, commit, settled }: Backing) => {
  let last: Promise<unknown> = Promise.resolve();
  let running = 0;

  const queue = <T>(work: () => Later<T>): Promise<T> => {
    running++;
    const done = last.then(work);
    const end = () => {
      running--;
    };
    last = done.then(end, end);
    return done;
  };

  /** The rows are changed in place, with what was there before: a copy of thousands for each write would cost more. */
  const begin = () => {
    const before = new Map<string, Row | undefined>();
    let isOver = false;
    const touch = (id: string) => {
      if (isOver) throw invalidState('The transaction has ended.');
      if (!before.has(id)) before.set(id, rows.get(id));
    };
    return {
      tx: transactionOver({
        get: (id) => rows.get(id),
        values: () => rows.values(),
        set(id, row) {
          touch(id);
          return rows.set(id, row);
        },
        delete(id) {
          touch(id);
          return rows.delete(id);
        },
      }),
      end(): Later<void> {
        isOver = true;
        return before.size ? commit(new Map([...before.keys()].map((id) => [id, rows.get(id)]))) : undefined;
      },
      undo() {
        isOver = true;
        for (const [id, row] of before) row ? rows.set(id, row) : rows.delete(id);
      },
    };
  };

  const write = <T>(body: (tx: WriteTx) => Promise<T>): Promise<T> =>
    queue(async () => {
      const draft = begin();
      try {
        const result = await body(draft.tx);
        await draft.end();
        return result;
      } catch (error) {
        draft.undo();
        throw error;
      }
    });

  /** Without a turn of the event loop: what a synchronous storage takes is stored when this returns. */
  const putAll = (puts: Parameters<Store['writeNow']>[0]): Later<void> => {
    const draft = begin();
    try {
      for (const [key, value] of puts) draft.tx.put(key, value);
      const done = draft.end();
      return isLater(done) ? done.then(undefined, draft.undo) : undefined;
    } catch {
      // The end of the app: what was not saved was never reported as saved.
      return draft.undo();
    }
  };

  return {
    read: <T>(body: (tx: ReadTx) => Promise<T>): Promise<T> => queue(() => body(transactionOver(rows))),
    write,
    writeNow(puts: Parameters<Store['writeNow']>[0]) {
      if (running) queue(() => putAll(puts)).catch(() => {});
      else {
        const done = putAll(puts);
        if (isLater(done)) queue(() => done).catch(() => {});
      }
    },
    drained: async (): Promise<void> => {
      await last;
      await andThen(settled(), () => {});
    },
  };
};

const handleOf = (mirror: Mirror, kind: string, leave: () => void): Store => {
  let isClosed = false;
  const refused = () => Promise.reject(invalidState('The store is closed.'));
  return {
    kind,
    durable: true,
    read: (body) => (isClosed ? refused() : mirror.read(body)),
    write: (body) => (isClosed ? refused() : mirror.write(body)),
    writeNow(puts) {
      if (!isClosed) mirror.writeNow(puts);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      leave();
    },
  };
};

/** Named as IndexedDB names it, so that status reads the same everywhere. */
const invalidState = (message: string): Error => Object.assign(new Error(message), { name: 'InvalidStateError' });
