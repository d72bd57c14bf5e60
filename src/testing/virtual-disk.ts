import type { Store, StoreKey, WriteTx } from '../client/ports.ts';
import type { Json } from '../core/json.ts';
import { type Row, transactionOver } from '../platform/ordered-rows.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A page as its device's disk sees it. */
/** `isMidway`: without a word, the default; a page that is left hears of it first. */
export type DiskUser = { isAlive(): boolean; kill(isMidway?: boolean): void };

export type DiskFaults = {
  /** Every transaction waits up to so long before it begins; those behind it wait too. */
  readonly slowMs?: number;
  /** Every transaction fails so. */
  readonly failing?: 'UnknownError' | 'InvalidStateError' | 'QuotaExceededError';
  /** The nth transaction from now fails, once; 1 = the next. */
  readonly failNth?: number;
  /** The nth transaction from now never comes to an end by itself; those behind it wait for it. */
  readonly hangNth?: number;
  /** What would be larger fails, until there is room again. */
  readonly quotaBytes?: number;
  readonly open?: 'fails' | 'hangs' | { readonly lateMs: number };
};

/** Before or after which write of its page a process ends, counted from now; 0 = the next. */
export type KillPoint = { readonly writes: number; readonly when: 'before' | 'after' };

/** What a disk holds, put back by `restore` on a disk of the same kind. */
export type DiskCopy = ReadonlyMap<string, unknown>;

export type VirtualDisk = {
  open(user: DiskUser): Promise<Store>;
  setFaults(faults: DiskFaults): void;
  armKill(user: DiskUser, point: KillPoint): void;
  /** Nothing goes wrong any more. */
  heal(): void;
  /** What is on the disk now, as a page that opens it would find it. */
  rows(): Promise<readonly (readonly [StoreKey, Json])[]>;
  /** The same without waiting; what a killed app left half written may be missing. */
  rowsNow(): readonly (readonly [StoreKey, Json])[];
  /** A call is under way: what a commit deleted may stand on the medium still. A transaction goes there whole. */
  isWriting(): boolean;
  /** All that is on the medium, as one text. */
  text(): string;
  copy(): DiskCopy;
  /** The disk holds something else now; handles that are open stay so. */
  restore(copy: DiskCopy): void;
  /** Emptied under open handles, as when a customer clears the data of a site: they go on over what is there now. */
  wipe(): void;
  /** The connection is lost: what is under way is undone, and done once more over another connection. */
  disconnect(): void;
  /** The power fails: one of the states since the last flush is what is left. True when something is gone. */
  powerCut(): boolean;
};

/** A storage's own error of that name. */
export const diskFailure = (name: string) => Object.assign(new Error('the virtual disk fails'), { name });
const never = () => new Promise<never>(() => {});

/**
 * A device's disk that several pages share: whole transactions, one after the other, and everything
 * that a browser's storage is known to do wrong. A process that ends loses what it had not
 * committed; a power cut also loses committed transactions that were not flushed, the last ones
 * first and each whole, never one that was `strict`.
 */
export const createVirtualDisk = ({ clock, random }: { clock: VirtualClock; random: Random }): VirtualDisk => {
  let rows = new Map<string, Row>();
  /** What a power cut may leave, oldest first; the first one is on the medium for sure. */
  let states: Map<string, Row>[] = [rows];
  let last: Promise<unknown> = Promise.resolve();
  let faults: DiskFaults = {};
  let countdown = 0;
  let hangCountdown = 0;
  /** How often connections were lost. */
  let disconnects = 0;
  const hanging = new Set<() => void>();
  const killPoints = new Map<DiskUser, { left: number; when: KillPoint['when'] }>();

  const queue = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };

  const commit = (next: Map<string, Row>, isStrict: boolean) => {
    if (faults.quotaBytes !== undefined && JSON.stringify([...next.values()]).length > faults.quotaBytes)
      throw diskFailure('QuotaExceededError');
    rows = next;
    if (isStrict || random.chance(0.3)) states = [];
    states.push(next);
    if (states.length > 8) states.shift();
  };

  const set = (next: Map<string, Row>) => {
    rows = next;
    states = [next];
  };

  const begin = async (isUsable: () => boolean) => {
    if (faults.slowMs) {
      const ms = random.below(faults.slowMs);
      await new Promise<void>((done) => void clock.timer(ms, done));
    }
    if (hangCountdown > 0 && --hangCountdown === 0) await new Promise<void>((done) => void hanging.add(done));
    if (!isUsable()) throw diskFailure('InvalidStateError');
    if (faults.failing) throw diskFailure(faults.failing);
    if (countdown > 0 && --countdown === 0) throw diskFailure('UnknownError');
  };

  const handle = (user: DiskUser): Store => {
    let isClosed = false;
    let connection = disconnects;
    // The browser's store opens a connection that was closed under it again, and finds what is there now.
    const isUsable = () => {
      if (!faults.open) connection = disconnects;
      return connection === disconnects && !isClosed;
    };

    const isKilled = (when: KillPoint['when']): boolean => {
      const point = killPoints.get(user);
      if (!point || point.left > 0 || point.when !== when) return false;
      killPoints.delete(user);
      user.kill();
      return true;
    };

    const write = <T>(body: (tx: WriteTx) => Promise<T>, isStrict: boolean): Promise<T> =>
      queue(async (): Promise<T | typeof gone> => {
        if (!user.isAlive()) return gone;
        await begin(isUsable);
        if (!user.isAlive()) return gone;
        for (;;) {
          const draft = new Map(rows);
          const result = await body(transactionOver(draft));
          if (!user.isAlive() || isKilled('before')) return gone;
          // Lost meanwhile: what was done is undone, and done once more over another connection.
          if (connection !== disconnects) {
            if (isUsable()) continue;
            throw diskFailure('AbortError');
          }
          commit(draft, isStrict);
          if (isKilled('after')) return gone;
          const point = killPoints.get(user);
          if (point) point.left--;
          return result;
        }
      }).then((result) => (result === gone ? never() : result));

    return {
      kind: 'indexeddb',
      durable: true,
      read: (body) =>
        queue(async () => {
          if (!user.isAlive()) return gone;
          await begin(isUsable);
          return user.isAlive() ? body(transactionOver(rows)) : gone;
        }).then((result) => (result === gone ? never() : result)),
      write: (body, options) => write(body, options?.durability === 'strict'),
      writeNow(puts) {
        // Begun before the page ends, it is finished by the browser.
        queue(async () => {
          await begin(isUsable);
          const draft = new Map(rows);
          for (const [key, value] of puts) transactionOver(draft).put(key, value);
          commit(draft, false);
        }).catch(() => {});
      },
      close() {
        isClosed = true;
      },
    };
  };

  return {
    async open(user: DiskUser): Promise<Store> {
      const { open } = faults;
      // One that was blocked goes through when what blocks it is gone.
      if (open === 'fails') throw diskFailure('SecurityError');
      if (open === 'hangs') await new Promise<void>((done) => void hanging.add(done));
      else if (open) await new Promise<void>((done) => void clock.timer(open.lateMs, done));
      return handle(user);
    },
    setFaults(next: DiskFaults) {
      faults = next;
      for (const go of hanging) go();
      hanging.clear();
      countdown = next.failNth ?? 0;
      hangCountdown = next.hangNth ?? 0;
    },
    armKill(user: DiskUser, { writes, when }: KillPoint) {
      killPoints.set(user, { left: writes, when });
    },
    heal() {
      this.setFaults({});
      killPoints.clear();
    },
    rows: async () => [...rows.values()],
    rowsNow: () => [...rows.values()],
    isWriting: () => false,
    text: () => JSON.stringify([...rows.values()]),
    copy: () => rows,
    restore: (copy) => set(new Map(copy as Map<string, Row>)),
    wipe() {
      disconnects++;
      set(new Map());
    },
    disconnect() {
      disconnects++;
    },
    powerCut() {
      const left = random.pick(states);
      const isLoss = left !== rows;
      set(left);
      return isLoss;
    },
  };
};

const gone = Symbol('the page is gone');
