import type { WriteTx } from '../../../src/client/ports.ts';
import { equal, errorOf, get, list, put, reopen, type StoreCase } from './harness.ts';
import { abortAfter, stepTwice, thrown } from './writers.ts';

/** A body's way through all that a transaction can do, and where it may stop. */
const steps: readonly (readonly [what: string, step: (tx: WriteTx) => unknown])[] = [
  ['a put', (tx) => tx.put(['new'], 1)],
  ['a put over a stored row', (tx) => tx.put(['old', 1], 'changed')],
  ['a read of its own put', (tx) => tx.get(['new'])],
  ['a delete', (tx) => tx.delete(['old', 2])],
  ['a listing', (tx) => tx.list([])],
  ['a deleteAll', (tx) => tx.deleteAll(['old'])],
  ['a put into what it deleted', (tx) => tx.put(['old', 1], 'back')],
  ['a read of what it deleted', (tx) => tx.get(['old', 2])],
];

const stored = [
  [['old', 1], 'kept'],
  [['old', 2], 'kept'],
  [['seed'], 1],
] as const;

const last = (...done: readonly unknown[]): unknown => done.at(-1);

/** What a body sees of its own acts, in their order. */
const ownActs: readonly (readonly [what: string, act: (tx: WriteTx) => unknown, seen: unknown])[] = [
  ['a put is read', (tx) => last(tx.put(['x'], 1), tx.get(['x'])), 1],
  ['a put over a row is read', (tx) => last(tx.put(['old', 1], 2), tx.get(['old', 1])), 2],
  ['a deleted row is absent', (tx) => last(tx.delete(['old', 1]), tx.get(['old', 1])), undefined],
  [
    'a row that was deleted and put again is the later',
    (tx) => last(tx.delete(['old', 1]), tx.put(['old', 1], 3), tx.get(['old', 1])),
    3,
  ],
  [
    'a row that was put and deleted is absent',
    (tx) => last(tx.put(['x'], 1), tx.delete(['x']), tx.get(['x'])),
    undefined,
  ],
  [
    'deleteAll takes what the body itself put',
    (tx) => last(tx.put(['old', 3], 1), tx.deleteAll(['old']), tx.list(['old'])),
    [],
  ],
  [
    'what is put after deleteAll stays',
    (tx) => last(tx.deleteAll(['old']), tx.put(['old', 3], 1), tx.list(['old'])),
    [[['old', 3], 1]],
  ],
  [
    'deleteAll twice with a put between takes that put',
    (tx) => last(tx.deleteAll(['old']), tx.put(['old', 3], 1), tx.deleteAll(['old']), tx.list(['old'])),
    [],
  ],
  [
    'a listing has puts in their place and not at the end',
    (tx) => last(tx.put(['old', 1.5], 'between'), tx.list(['old'])),
    [
      [['old', 1], 'kept'],
      [['old', 1.5], 'between'],
      [['old', 2], 'kept'],
    ],
  ],
  ['a listing lacks what was deleted', (tx) => last(tx.delete(['old', 1]), tx.list(['old'])), [[['old', 2], 'kept']]],
];

const seedAnd = async (open: () => Promise<Parameters<typeof put>[0]>) => {
  const store = await open();
  await put(store, ...stored);
  return store;
};

/** All or nothing, and one after the other. */
export const atomicityCases: readonly StoreCase[] = [
  ...[['before anything', undefined] as const, ...steps].map(
    ([what], at): StoreCase => ({
      name: at
        ? `a body that throws after ${what} leaves every row as it was, after reopening too`
        : `a body that throws ${what} leaves every row as it was`,
      async run({ open }) {
        const store = await seedAnd(open);
        const error = await errorOf(
          store.write(async (tx) => {
            for (const [, step] of steps.slice(0, at)) await step(tx);
            throw thrown;
          }),
        );
        equal([error === thrown, await list(store)], [true, stored]);
        equal(await list(await reopen(store, open)), stored);
      },
    }),
  ),
  ...ownActs.map(
    ([what, act, seen]): StoreCase => ({
      name: `inside a body: ${what}`,
      async run({ open }) {
        equal(await (await seedAnd(open)).write(async (tx) => act(tx)), seen);
      },
    }),
  ),
  {
    name: 'a body whose promise rejects after several reads keeps nothing',
    async run({ open }) {
      const store = await seedAnd(open);
      const body = (tx: WriteTx) =>
        tx.get(['seed']).then(async () => {
          tx.put(['seed'], 2);
          await tx.list([]);
          return Promise.reject(thrown);
        });
      equal([(await errorOf(store.write(body))) === thrown, await get(store, ['seed'])], [true, 1]);
    },
  },
  {
    name: 'a body that throws no Error but a text rejects with it and keeps nothing',
    async run({ open }) {
      const store = await seedAnd(open);
      const error = await errorOf(
        store.write(async (tx) => {
          tx.put(['seed'], 2);
          return Promise.reject('a text');
        }),
      );
      equal([error, await get(store, ['seed'])], ['a text', 1]);
    },
  },
  {
    name: 'reads of a body that are begun at once answer each with its own row',
    async run({ open }) {
      const store = await open();
      await put(store, ...Array.from({ length: 50 }, (_, n) => [['n', n], n] as const));
      const seen = await store.read((tx) => Promise.all(Array.from({ length: 50 }, (_, n) => tx.get(['n', n]))));
      equal(
        seen,
        Array.from({ length: 50 }, (_, n) => n),
      );
    },
  },
  {
    name: 'a body may read one row after another through 300 rounds and still commits as one',
    async run({ open }) {
      const store = await open();
      await stepTwice(store, 'x', 300);
      equal(String(await get(store, ['log'])).length, 300);
    },
  },
  {
    name: 'a body may list, and read every row of its listing',
    async run({ open }) {
      const store = await seedAnd(open);
      const sum = await store.write(async (tx) => {
        let count = 0;
        for (const [key] of await tx.list([])) if ((await tx.get(key)) !== undefined) count++;
        tx.put(['count'], count);
        return count;
      });
      equal([sum, await get(store, ['count'])], [3, 3]);
    },
  },
  {
    name: 'an abort gives back what a deleteAll of 1,000 rows took',
    async run({ open }) {
      const store = await open();
      await put(store, ...Array.from({ length: 1_000 }, (_, n) => [['n', n], n] as const));
      await abortAfter(store, (tx) => tx.deleteAll(['n']));
      equal(
        (await list(store, ['n'])).map(([, value]) => value),
        Array.from({ length: 1_000 }, (_, n) => n),
      );
    },
  },
  {
    name: 'deleteAll takes 3,000 rows and leaves the one beside them',
    async run({ open }) {
      const store = await open();
      await put(store, [['o'], 1], ...Array.from({ length: 3_000 }, (_, n) => [['n', n], n] as const));
      await store.write(async (tx) => tx.deleteAll(['n']));
      equal(await list(await reopen(store, open)), [[['o'], 1]]);
    },
  },
  {
    name: 'one transaction takes 200 rows of 4 KiB and gives them back whole',
    async run({ open }) {
      const store = await open();
      const rows = Array.from({ length: 200 }, (_, n) => [['n', n], `${n}:${'x'.repeat(4_096)}`] as const);
      await put(store, ...rows);
      equal(await list(await reopen(store, open)), rows);
    },
  },
  {
    name: 'a row that is put over with a shorter one leaves nothing of the longer',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], 'long'.repeat(1_000)]);
      await put(store, [['a'], 'short']);
      equal(await list(await reopen(store, open)), [[['a'], 'short']]);
    },
  },
  {
    name: 'a strict write that aborts keeps nothing',
    async run({ open }) {
      const store = await seedAnd(open);
      await errorOf(
        store.write(
          async (tx) => {
            tx.deleteAll([]);
            await tx.get(['seed']);
            throw thrown;
          },
          { durability: 'strict' },
        ),
      );
      equal(await list(store), stored);
    },
  },
  {
    name: 'strict and relaxed writes keep their order among each other',
    async run({ open }) {
      const store = await open();
      await Promise.all(
        Array.from({ length: 12 }, (_, n) =>
          store.write(async (tx) => tx.put(['log'], `${(await tx.get(['log'])) ?? ''}${n % 2 ? 's' : 'r'}`), {
            durability: n % 2 ? 'strict' : 'relaxed',
          }),
        ),
      );
      equal(await get(store, ['log']), 'rs'.repeat(6));
    },
  },
  {
    name: 'a write gives back an object, a list and nothing as the body gave them',
    async run({ open }) {
      const store = await open();
      equal(await store.write(async () => ({ a: [1] })), { a: [1] });
      equal(await store.write(async () => [undefined]), [undefined]);
      equal(await store.write(async () => undefined), undefined);
    },
  },
];
