import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/client/ports.ts';
import { keyValueStorage } from '../../../src/platform/react-native/key-value-storage.ts';
import type { KeyValueLike } from '../../../src/platform/react-native/shapes.ts';
import { get, list, put, seeded } from '../../contracts/store/harness.ts';
import { asyncStorage, type Disk } from '../../contracts/store/storage-doubles.ts';
import { randomHistory, stateOf, statesAfter, type Transaction, turn, write } from './histories.ts';
import { steppedStorage } from './stepped-storage.ts';

const name = 'relevo:1:pk_test';
const journalKey = `${name}/journal`;

/** What the storage held at one moment, and how many transactions had resolved by then. */
type Moment = { readonly disk: Disk; readonly resolved: number };

const reopen = async (storage: KeyValueLike, maxPartLength: number): Promise<string> => {
  const warnings: string[] = [];
  const store = await keyValueStorage(storage, { maxPartLength }).open(name, (text) => warnings.push(text));
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

/** Parts of texts of which the text's head does not know. */
const straysOn = (disk: Disk): string[] =>
  [...disk.keys()].filter((key) => {
    const [, whole, slot, part] = /^(.*)\/([01])\/(\d+)$/.exec(key) ?? [];
    if (whole === undefined) return false;
    const [, usedSlot, parts] = /^1\.(.)\.(\d+)\./.exec(disk.get(whole) ?? '') ?? [];
    return slot !== usedSlot || Number(part) >= Number(parts);
  });

/** How many transactions the reopened state holds: those that had resolved, or these and the next one whole. */
const expectWhole = async (
  { disk, resolved }: Moment,
  states: readonly string[],
  maxPartLength: number,
): Promise<void> => {
  const after = new Map(disk);
  const state = await reopen(asyncStorage(after), maxPartLength);
  await turn();
  expect(straysOn(after)).toEqual([]);
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
      for (const moment of moments) await expectWhole(moment, states, maxPartLength);
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
        await expectWhole(moment, states, maxPartLength);
        disk = moment.disk;
        state = await reopen(asyncStorage(new Map(disk)), maxPartLength);
        longest = Math.max(longest, state.length);
      }
      expect(longest).toBeGreaterThan(300);
    },
  );
});

describe('an app whose storage is cleared while it runs', () => {
  type Known = { readonly cursor: number | null; readonly rows: number };

  /** What a start finds: rows of the server, up to which cursor, and whether it was warned. */
  const start = async (disk: Disk): Promise<Known & { warned: boolean }> => {
    const warnings: string[] = [];
    const store = await keyValueStorage(asyncStorage(disk)).open(name, (text) => warnings.push(text));
    const rows = await list(store, ['row']);
    const space = (await get(store, ['space', 's'])) as { cursor: number | null } | undefined;
    await turn();
    return { cursor: space?.cursor ?? null, rows: rows.length, warned: warnings.length > 0 };
  };

  /** One row more, and the cursor that says so. */
  const arrive = (store: Store, at: number) =>
    put(
      store,
      [
        ['row', 's', 'cart', `line-${at}`],
        [at, {}],
      ],
      [['space', 's'], { cursor: at }],
    );

  const expectNoHole = ({ cursor, rows }: Known, label: object) =>
    expect({ ...label, cursor, rows }).toEqual({ ...label, cursor, rows: cursor ?? 0 });

  it.each([false, true])(
    'has all of it again with its next commit, killed at any step or not (deleting: %j)',
    async (isDeleting) => {
      const before: Disk = new Map();
      const first = await keyValueStorage(asyncStorage(before)).open(name);
      for (let at = 1; at <= 40; at++) await arrive(first, at);
      await turn();
      for (let kill = 0; ; kill++) {
        const disk = new Map(before);
        const stepped = steppedStorage(disk);
        const running = (async () => {
          const store = await keyValueStorage(stepped.storage).open(name);
          disk.clear();
          await arrive(store, 41);
          if (isDeleting) await store.write(async (tx) => tx.delete(['no', 'row']));
          await store.read(async () => {});
        })();
        let steps = 0;
        for (await turn(); stepped.pending() && steps < kill; await turn(), steps++) stepped.step(0);
        const found = await start(new Map(disk));
        expectNoHole(found, { kill });
        if (stepped.pending()) continue;
        await running;
        expect({ found, enough: kill > 100 }).toEqual({ found: { cursor: 41, rows: 41, warned: false }, enough: true });
        break;
      }
    },
  );

  it('never has rows missing under a cursor that says they are there, whichever keys went and when', async () => {
    const random = seeded(71);
    let damaged = 0;
    for (let at = 1; at <= 25; at++) {
      const whole: Disk = new Map();
      const store = await keyValueStorage(asyncStorage(whole)).open(name);
      for (let row = 1; row <= at; row++) await arrive(store, row);
      await turn();
      for (const key of [...whole.keys(), 'all']) {
        const disk = new Map(whole);
        const running = await keyValueStorage(asyncStorage(disk)).open(name);
        if (key === 'all') disk.clear();
        else disk.delete(key);
        const more = Math.floor(random() * 3);
        for (let row = at + 1; row <= at + more; row++) await arrive(running, row);
        await turn();
        const found = await start(new Map(disk));
        expectNoHole(found, { at, key, more });
        if (found.warned) damaged++;
        // And what a start made of it is whole for the next.
        expect(await start(disk)).toMatchObject(found.warned ? { cursor: null, rows: 0 } : found);
        expect(await start(disk)).toMatchObject({ warned: false });
      }
    }
    expect(damaged).toBeGreaterThan(100);
  });
});
