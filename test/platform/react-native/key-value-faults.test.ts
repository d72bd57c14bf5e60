import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/client/ports.ts';
import { keyValueStorage } from '../../../src/platform/react-native/key-value-storage.ts';
import { seeded } from '../../contracts/store/harness.ts';
import { asyncStorage, type Disk } from '../../contracts/store/storage-doubles.ts';
import { randomHistory, stateOf, statesAfter, turn, write } from './histories.ts';
import { type Fault, type SteppedStorage, steppedStorage } from './stepped-storage.ts';

const name = 'relevo:1:pk_test';

/** Lets everything happen, in the order of the calls, until nothing waits. */
const runDry = async ({ pending, step }: SteppedStorage): Promise<void> => {
  await turn();
  while (pending()) {
    step(0);
    await turn();
  }
};

const outcome = async <T>(stepped: SteppedStorage, promise: Promise<T>): Promise<T | undefined> => {
  const settled = promise.catch(() => undefined);
  await runDry(stepped);
  return settled;
};

const reopened = async (disk: Disk): Promise<string> =>
  stateOf(await keyValueStorage(asyncStorage(new Map(disk))).open(name));

/** The calls of an open: the journal, 64 buckets, and two for parts of journals that were cut off. */
const openCalls = 67;

describe.each<{ fault: Fault; calls: 'one' | 'five' }>([
  { fault: 'rejects', calls: 'one' },
  { fault: 'rejects late', calls: 'one' },
  { fault: 'throws', calls: 'one' },
  { fault: 'rejects', calls: 'five' },
  { fault: 'rejects late', calls: 'five' },
  { fault: 'throws', calls: 'five' },
])('AsyncStorage of which $calls in a row $fault', ({ fault, calls }) => {
  it.each([
    { seed: 51, hasMulti: true, maxPartLength: 500_000 },
    { seed: 52, hasMulti: false, maxPartLength: 500_000 },
    { seed: 53, hasMulti: true, maxPartLength: 200 },
    { seed: 54, hasMulti: false, maxPartLength: 200 },
  ])('keeps what was saved and nothing else, whichever call it is: %o', async ({ seed, hasMulti, maxPartLength }) => {
    let lastCall = openCalls;
    let rejections = 0;
    for (let bad = openCalls; bad <= lastCall; bad++) {
      const random = seeded(seed);
      const history = randomHistory(random, { length: 10 });
      const disk: Disk = new Map();
      const badCalls = calls === 'one' ? 1 : 5;
      const stepped = steppedStorage(disk, {
        hasMulti,
        faultOf: (call) => (call >= bad && call < bad + badCalls ? fault : undefined),
      });
      const store = (await outcome(stepped, keyValueStorage(stepped.storage, { maxPartLength }).open(name))) as Store;
      let known = '[]';
      let possible: string[] = [known];
      for (const transaction of history) {
        const [, next] = (await statesAfter([transaction], known)) as [string, string];
        const isSaved = await outcome(
          stepped,
          write(store, transaction).then(() => true),
        );
        if (!isSaved) rejections++;
        if (isSaved) known = next;
        // Until the next commit a storage may hold, whole, what it rejected.
        possible = isSaved ? [known] : [...possible, next];
        const found = await reopened(disk);
        expect({ bad, isWhole: possible.includes(found) }).toEqual({ bad, isWhole: true });
        const state = await outcome(stepped, stateOf(store));
        expect({ bad, isKept: state === known }).toEqual({ bad, isKept: true });
      }
      lastCall = stepped.calls() - 1;
    }
    expect({ rejections: rejections > 5, calls: lastCall > openCalls + 15 }).toEqual({ rejections: true, calls: true });
  });

  it('has nothing of what was deleted, whichever call fails behind the commit', async () => {
    let saved = 0;
    for (let behind = 0; behind < 4; behind++) {
      const disk: Disk = new Map();
      let bad = Number.POSITIVE_INFINITY;
      const stepped = steppedStorage(disk, { faultOf: (call) => (call === bad ? fault : undefined) });
      const store = (await outcome(stepped, keyValueStorage(stepped.storage).open(name))) as Store;
      await outcome(
        stepped,
        store.write(async (tx) => tx.put(['who'], 'ana')),
      );
      bad = stepped.calls() + behind;
      const isSaved = await outcome(
        stepped,
        store.write(async (tx) => tx.delete(['who'])).then(() => true),
      );
      if (!isSaved) continue;
      saved++;
      expect({ behind, has: [...disk.values()].join().includes('ana') }).toEqual({ behind, has: false });
    }
    expect(saved).toBeGreaterThan(1);
  });

  it('rejects an open that it fails, leaves what is stored alone, and opens the next time', async () => {
    const disk: Disk = new Map();
    const first = await keyValueStorage(asyncStorage(disk)).open(name);
    await first.write(async (tx) => tx.put(['a'], 1));
    await turn();
    const before = [...disk];
    for (let bad = 0; bad < openCalls; bad += 16) {
      const stepped = steppedStorage(disk, { faultOf: (call) => (call === bad ? fault : undefined) });
      const storage = keyValueStorage(stepped.storage);
      expect(await outcome(stepped, storage.open(name))).toBe(undefined);
      expect([...disk]).toEqual(before);
      const store = (await outcome(stepped, storage.open(name))) as Store;
      expect(await outcome(stepped, stateOf(store))).toBe('[[["a"],1]]');
    }
  });
});
