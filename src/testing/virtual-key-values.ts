import type { Store } from '../client/ports.ts';
import { type Row, transactionOver } from '../platform/ordered-rows.ts';
import { parseBucket, parseJournal } from '../platform/react-native/bucket-texts.ts';
import { keyValueStorage } from '../platform/react-native/key-value-storage.ts';
import { longTexts } from '../platform/react-native/long-texts.ts';
import type { KeyValueLike } from '../platform/react-native/shapes.ts';
import { keysOf, readStored } from '../platform/react-native/stored-buckets.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';
import {
  type DiskCopy,
  type DiskFaults,
  type DiskUser,
  diskFailure,
  type KillPoint,
  type VirtualDisk,
} from './virtual-disk.ts';

type Texts = ReadonlyMap<string, string>;

const storeName = 'relevo:1:pk_world';
const never = () => new Promise<never>(() => {});

/**
 * An app's storage of keys, without transactions: each call for one key is whole, and an app may end
 * before or after any of them. Relevo's own journal over it is the real one; each process loads anew.
 * A power cut takes back the last calls.
 */
export const createVirtualKeyValues = ({ clock, random }: { clock: VirtualClock; random: Random }): VirtualDisk => {
  let texts: Texts = new Map();
  /** What a power cut may leave, oldest first. */
  let states: Texts[] = [texts];
  let faults: DiskFaults = {};
  let countdown = 0;
  let hangCountdown = 0;
  let underWay = 0;
  const hanging = new Set<() => void>();
  const killPoints = new Map<DiskUser, { left: number; when: KillPoint['when'] }>();

  const set = (next: Texts) => {
    texts = next;
    states = [next];
  };

  const change = (key: string, value: string | undefined) => {
    const next = new Map(texts);
    if (value === undefined) next.delete(key);
    else next.set(key, value);
    texts = next;
    if (random.chance(0.1)) states = [];
    states.push(next);
    if (states.length > 12) states.shift();
  };

  const begin = async () => {
    if (faults.slowMs) await new Promise<void>((done) => void clock.timer(random.below(faults.slowMs ?? 0), done));
    if (hangCountdown > 0 && --hangCountdown === 0) await new Promise<void>((done) => void hanging.add(done));
    if (faults.failing) throw diskFailure(faults.failing);
    if (countdown > 0 && --countdown === 0) throw diskFailure('UnknownError');
  };

  const checkSpace = (key: string, value: string) => {
    if (faults.quotaBytes === undefined) return;
    let bytes = value.length;
    for (const [other, text] of texts) if (other !== key) bytes += text.length;
    if (bytes > faults.quotaBytes) throw diskFailure('QuotaExceededError');
  };

  /** The storage as one process has it: the same object all its life, by which its stores know of each other. */
  const storages = new WeakMap<DiskUser, KeyValueLike>();
  const storageOf = (user: DiskUser): KeyValueLike => {
    const storage = storages.get(user) ?? createStorage(user);
    storages.set(user, storage);
    return storage;
  };

  const createStorage = (user: DiskUser): KeyValueLike => {
    const isKilled = (when: KillPoint['when']): boolean => {
      const point = killPoints.get(user);
      if (!point || point.left > 0 || point.when !== when) return false;
      killPoints.delete(user);
      user.kill();
      return true;
    };
    const call = async (act: () => void): Promise<void> => {
      if (!user.isAlive()) return never();
      underWay++;
      try {
        await begin();
        // A call that was under way when its process ended acts or does not.
        if (!user.isAlive() || isKilled('before')) return never();
        act();
      } finally {
        underWay--;
      }
      if (isKilled('after')) return never();
      const point = killPoints.get(user);
      if (point) point.left--;
    };
    return {
      async getItem(key) {
        if (!user.isAlive()) return never();
        if (faults.slowMs || faults.failing) await begin();
        return texts.get(key) ?? null;
      },
      setItem: (key, value) =>
        call(() => {
          checkSpace(key, value);
          change(key, value);
        }),
      removeItem: (key) => call(() => change(key, undefined)),
    };
  };

  return {
    async open(user): Promise<Store> {
      const { open } = faults;
      if (open === 'fails') throw diskFailure('SecurityError');
      if (open === 'hangs') await new Promise<void>((done) => void hanging.add(done));
      else if (open) await new Promise<void>((done) => void clock.timer(open.lateMs, done));
      return keyValueStorage(storageOf(user)).open(storeName);
    },
    setFaults(next) {
      faults = next;
      for (const go of hanging) go();
      hanging.clear();
      countdown = next.failNth ?? 0;
      hangCountdown = next.hangNth ?? 0;
    },
    armKill(user, { writes, when }) {
      // A transaction is several calls: the point may be between any two of them.
      killPoints.set(user, { left: writes * 3 + random.below(3), when });
    },
    heal() {
      this.setFaults({});
      killPoints.clear();
    },
    async rows() {
      const reader: KeyValueLike = {
        getItem: (key) => texts.get(key) ?? null,
        setItem: () => {},
        removeItem: () => {},
      };
      const { buckets, last } = await readStored(longTexts(reader, 500_000), keysOf(storeName), () => {});
      const rows = new Map<string, Row>(buckets.flatMap((bucket) => [...bucket]));
      for (const [id, row] of last ?? []) row ? rows.set(id, row) : rows.delete(id);
      return transactionOver(rows).list([]);
    },
    rowsNow() {
      const { journal, buckets } = keysOf(storeName);
      // None is so long here that it lies in parts.
      const found = (key: string) => ({ text: texts.get(key)?.replace(/^[^:]*:/, '') ?? '[]' });
      const rows = new Map<string, Row>(buckets.flatMap((key) => [...(parseBucket(found(key)) ?? [])]));
      for (const [id, row] of parseJournal(found(journal).text)?.batch ?? []) row ? rows.set(id, row) : rows.delete(id);
      return [...rows.values()];
    },
    isWriting: () => underWay > 0,
    text: () => JSON.stringify([...texts]),
    copy: (): DiskCopy => texts as DiskCopy,
    restore: (copy) => set(copy as Texts),
    wipe: () => set(new Map()),
    // There is no connection that could be lost.
    disconnect() {},
    powerCut() {
      const left = random.pick(states);
      const isLoss = left !== texts;
      set(left);
      return isLoss;
    },
  };
};
