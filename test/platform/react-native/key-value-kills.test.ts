import { describe, expect, it } from 'vitest';
import { keyValueStorage } from '../../../src/platform/react-native/key-value-storage.ts';
import type { KeyValueLike } from '../../../src/platform/react-native/shapes.ts';
import { seeded } from '../../contracts/store/harness.ts';
import { asyncStorage, type Disk } from '../../contracts/store/storage-doubles.ts';
import { randomHistory, stateOf, statesAfter, type Transaction, turn, write } from './histories.ts';
import { steppedStorage } from './stepped-storage.ts';

const name = 'relevo:1:pk_test';
const journalKey = `${name}/journal`;

/** What the storage held at one moment, and how many transactions had resolved by then. */
type Moment = { readonly disk: Disk; readonly resolved: number };

const reopen = async (storage: KeyValueLike): Promise<string> => {
  const warnings: string[] = [];
  const store = await keyValueStorage(storage).open(name, (text) => warnings.push(text));
  expect(warnings).toEqual([]);
  return stateOf(store);
};

/** One life of an app, and every moment at which it could have been killed. */
const live = async (
  disk: Disk,
  history: readonly Transaction[],
  { random, hasMulti, maxPartLength }: { random: () => number; hasMulti: boolean; maxPartLength: number },
): Promise<Moment[]> => {
  const { storage, pending, step } = steppedStorage(disk, { hasMulti });
  const moments: Moment[] = [];
  let resolved = 0;
  let journal = disk.get(journalKey) ?? '';
  const life = (async () => {
    const store = await keyValueStorage(storage, { maxPartLength }).open(name);
    // Some are waited for, some are begun together.
    for (const transaction of history) {
      const written = write(store, transaction).then(() => resolved++);
      if (random() < 0.5) await written;
    }
    await store.read(async () => {});
  })();
  await turn();
  while (pending()) {
    step(Math.floor(random() * pending()));
    moments.push({ disk: new Map(disk), resolved });
    const written = disk.get(journalKey) ?? '';
    if (written !== journal) {
      journal = written;
      // A storage that is no database may keep the beginning of a text only.
      const torn = written.slice(0, random() * written.trimEnd().length);
      moments.push({ disk: new Map(disk).set(journalKey, torn), resolved });
    }
    await turn();
  }
  await life;
  expect(resolved).toBe(history.length);
  return moments;
};

/** How many transactions the reopened state holds: those that had resolved, or these and the next one whole. */
const expectWhole = async ({ disk, resolved }: Moment, states: readonly string[]): Promise<void> => {
  const state = await reopen(asyncStorage(new Map(disk)));
  const possible = states.slice(resolved, resolved + 2);
  // The texts themselves would fill pages.
  expect({ resolved, isWhole: possible.includes(state) }).toEqual({ resolved, isWhole: true });
};

describe.each([
  { over: 'with multiSet', hasMulti: true, maxPartLength: 500_000 },
  { over: 'without multiSet', hasMulti: false, maxPartLength: 500_000 },
  { over: 'with multiSet, its texts in parts', hasMulti: true, maxPartLength: 120 },
  { over: 'without multiSet, its texts in parts', hasMulti: false, maxPartLength: 120 },
])('an app over AsyncStorage $over', ({ hasMulti, maxPartLength }) => {
  it.each([1, 2, 3, 4, 5])(
    'killed between any two steps of history %i, loses nothing that was saved and has no part of a transaction',
    async (seed) => {
      const random = seeded(seed);
      const history = randomHistory(random, { length: 25 });
      const states = await statesAfter(history);
      const moments = await live(new Map(), history, { random, hasMulti, maxPartLength });
      expect(moments.length).toBeGreaterThan(200);
      for (const moment of moments) await expectWhole(moment, states);
    },
  );

  it.each([11, 12, 13, 14])(
    'killed in life after life of history %i, also while it opens, stays whole',
    async (seed) => {
      const random = seeded(seed);
      let disk: Disk = new Map();
      let state = '[]';
      let longest = 0;
      for (let life = 0; life < 12; life++) {
        const history = randomHistory(random, { length: 6 });
        const states = await statesAfter(history, state);
        const moments = await live(new Map(disk), history, { random, hasMulti, maxPartLength });
        const moment = moments[Math.floor(Math.sqrt(random()) * moments.length)] as Moment;
        await expectWhole(moment, states);
        disk = moment.disk;
        state = await reopen(asyncStorage(new Map(disk)));
        longest = Math.max(longest, state.length);
      }
      expect(longest).toBeGreaterThan(300);
    },
  );
});
