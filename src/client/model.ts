import { checkoutCollection } from '../core/collection.ts';
import type { Line } from '../core/line.ts';
import type { Deferred } from './deferred.ts';
import { createListeners } from './events.ts';
import type { Log } from './ports.ts';
import type { OutEntry, StoredRow } from './records.ts';

/** A change that this page waits for; `monoMs` when it was made here. */
export type Pending = {
  entry: OutEntry;
  readonly monoMs?: number;
  readonly saved: Deferred;
  readonly synced: Deferred;
  /** Known to this page only, on its way into the store, or committed there. */
  stage: 'new' | 'storing' | 'stored';
  /** Stored as nobody's: {@link limboKey}. */
  isLimbo?: boolean;
  /** It was committed there: when it is gone, another tab gave it its place. */
  isKept?: boolean;
  /** It was nobody's, and is where it was kept no more: another page placed it, or it left with somebody. */
  isTaken?: boolean;
  /** Nobody waits for it: the server has answered it, here or to another tab, or it left with its space. */
  isOver?: boolean;
  /** The purpose whose consent it waits for; such a change is neither stored nor sent. */
  held?: string | undefined;
  /** Of whom it waits for that, where it is known. */
  heldOf?: string | undefined;
  /** Done since somebody was told to leave who has not left yet: it waits in memory for whoever comes next. */
  isAfter?: boolean;
};

/** What the page may see of a model. */
export type Shown = Model['shown'];

/** The two layers that reads fold together: what the server confirmed, and what it does not have yet. */
export type Model = ReturnType<typeof createModel>;

export const createModel = (log: Log) => {
  let rows = new Map<string, Map<string, StoredRow>>();
  /** A guest's confirmed lines while its merge is owed. */
  let guestRows = new Map<string, StoredRow>();
  let pending: Pending[] = [];
  let of = '';
  /** Whose lines {@link guestRows} are: of the guest who is merged next. */
  let guest: string | undefined;
  let revision = 0;
  /** Receipts of the merges that this page is having undone: names that only the space has which they are of. */
  const undoing = new Set<string>();
  let isHushed = false;
  /** What is seen of changes: all, what was done since somebody was told to leave, or what was done before. */
  let sees: 'all' | 'after' | 'before' = 'all';
  let leavings = 0;
  const none: typeof rows = new Map();
  const noGuestRows: typeof guestRows = new Map();
  const revisions = new Map<string, number>();
  const {
    names,
    on: subscribe,
    emit: notify,
  }: {
    names(): Iterable<string>;
    on(collection: string, listener: () => void): () => void;
    emit(collection: string): void;
  } = createListeners((_, error) => log.warn(`relevo: a listener threw: ${error}`));

  /** Says that collections changed; `undefined` = all of them. */
  const touch = (collections?: Iterable<string>) => {
    if (isHushed) return;
    revision++;
    const changed = new Set(collections ?? [...names(), ...rows.keys()]);
    // What was paid for of a guest whose merge is owed is told there.
    if (changed.has(checkoutCollection)) changed.add('cart');
    for (const name of changed) revisions.set(name, revision);
    if (!collections) base = revision;
    for (const name of changed) if (name) notify(name);
    notify('');
  };
  let base = 0;

  /**
   * Computes when the collection has changed, else gives the same value again.
   * @param create What computes, and what it remembers: what is looked at for one who leaves is not what the page has been
   * shown, whose references stay.
   */
  const memo = <T>(collection: string, create: () => () => T): (() => T) => {
    const shown = remember(collection, create());
    let before: typeof shown | undefined;
    return () => {
      if (sees !== 'before') return shown();
      before ??= remember(collection, create());
      return before();
    };
  };

  const remember = <T>(collection: string, compute: () => T): (() => T) => {
    let at = -1;
    let saw = sees;
    let value: T;
    return () => {
      const now = Math.max(base, revisions.get(collection) ?? 0);
      if (at !== now || saw !== sees) {
        [at, saw] = [now, sees];
        value = compute();
      }
      return value;
    };
  };

  const row = (collection: string, key: string): StoredRow | undefined => rows.get(collection)?.get(key);

  return {
    undoing,
    get rows() {
      return rows;
    },
    get guestRows() {
      return guestRows;
    },
    get pending() {
      return pending;
    },
    /** The space whose rows these are. */
    get of() {
      return of;
    },
    row,
    /** A confirmed line of the cart. */
    line: (key: string) => row('cart', key)?.[1] as unknown as Line | undefined,
    setRow(collection: string, key: string, row: StoredRow | undefined) {
      const map = rows.get(collection) ?? new Map<string, StoredRow>();
      rows.set(collection, map);
      if (row) map.set(key, row);
      else map.delete(key);
    },
    replace(next: {
      of: string;
      guest?: string | undefined;
      rows: typeof rows;
      pending: Pending[];
      guestRows?: typeof guestRows;
    }) {
      ({ of, guest } = next);
      rows = next.rows;
      pending = next.pending;
      guestRows = next.guestRows ?? new Map();
      touch();
    },
    setPending(next: Pending[]) {
      pending = next;
    },
    touch,
    memo,
    /** `''` = any change. */
    subscribe,
    /** Somebody was told to leave, and it is not decided yet who that is: the page sees nothing but what it does from now on. */
    get isVeiled() {
      return sees === 'after';
    },
    /** How often that was. */
    get leavings() {
      return leavings;
    },
    veil() {
      sees = 'after';
      leavings++;
      touch();
    },
    /** What was done since is whoever's who is here now. */
    unveil() {
      sees = 'all';
      for (const one of pending) one.isAfter = false;
    },
    /**
     * What is said for one who leaves is theirs, and sees what they had, nothing that was done since; nobody who listens does.
     */
    unveiled<T>(body: () => T): T {
      const was = sees;
      if (was !== 'after') return body();
      sees = 'before';
      isHushed = true;
      try {
        return body();
      } finally {
        sees = was;
        isHushed = false;
      }
    },
    /** The model as the page may see it. */
    shown: {
      undoing,
      get rows() {
        return sees === 'after' ? none : rows;
      },
      get guestRows() {
        return sees === 'after' ? noGuestRows : guestRows;
      },
      get guest() {
        return guest;
      },
      get pending() {
        return sees === 'all' ? pending : pending.filter(({ isAfter }) => !!isAfter === (sees === 'after'));
      },
      row: (collection: string, key: string) => (sees === 'after' ? undefined : row(collection, key)),
      subscribe,
      memo,
      touch,
    },
  };
};
