import type { StoreKey } from '../../../src/client/ports.ts';
import { equal, get, keys, put, type StoreCase } from './harness.ts';

const plant = async (open: () => Promise<Parameters<typeof put>[0]>, planted: readonly StoreKey[]) => {
  const store = await open();
  await put(store, ...planted.map((key) => [key, JSON.stringify(key)] as const));
  return store;
};

/** What a range takes and what it leaves. Each was a way to lose a neighbour's rows. */
const ranges: readonly (readonly [
  what: string,
  prefix: StoreKey,
  inside: readonly StoreKey[],
  outside: readonly StoreKey[],
])[] = [
  [
    'a space is not one whose name goes on',
    ['row', 'g_1'],
    [['row', 'g_1', 'cart', 'a']],
    [
      ['row', 'g_10', 'cart', 'a'],
      ['row', 'g_1a', 'cart', 'a'],
    ],
  ],
  [
    'a collection is not one whose name goes on',
    ['row', 's', 'cart'],
    [['row', 's', 'cart', 'a']],
    [
      ['row', 's', 'cart2', 'a'],
      ['row', 's', 'cartoon'],
    ],
  ],
  [
    'a table is not the same space in another',
    ['out', 's'],
    [
      ['out', 's', 1, 'x'],
      ['out', 's', 2, 'y'],
    ],
    [
      ['row', 's', 'cart', 'a'],
      ['space', 's'],
    ],
  ],
  [
    'a number is not its digits',
    ['k', 1],
    [
      ['k', 1],
      ['k', 1, 'a'],
    ],
    [
      ['k', '1'],
      ['k', '1', 'a'],
      ['k', 10],
      ['k', 1.5],
    ],
  ],
  [
    'a text is not its number',
    ['k', '1'],
    [['k', '1', 'a']],
    [
      ['k', 1],
      ['k', 1, 'a'],
      ['k', '10'],
    ],
  ],
  [
    'the empty text is a part',
    ['k', ''],
    [
      ['k', ''],
      ['k', '', 1],
    ],
    [['k'], ['k', ' '], ['k', 0]],
  ],
  [
    'zero is a part',
    ['k', 0],
    [
      ['k', 0],
      ['k', 0, 0],
    ],
    [['k'], ['k', -1], ['k', '0']],
  ],
  [
    'it reaches to the highest text',
    ['k'],
    [
      ['k', '\uFFFF\uFFFF'],
      ['k', '\uDBFF\uDFFF'],
    ],
    [['k\u0000'], ['l']],
  ],
  [
    'it reaches to the highest number',
    ['k'],
    [
      ['k', Number.MAX_VALUE],
      ['k', -Number.MAX_VALUE],
    ],
    [['j'], ['l']],
  ],
  ['a wildcard of SQL is a letter', ['%'], [['%'], ['%', 'a']], [['a'], ['%a'], ['_']]],
  ['a blank is a letter', ['a '], [['a '], ['a ', 1]], [['a'], ['a', ' ']]],
  ['a capital is another letter', ['K'], [['K', 1]], [['k', 1]]],
  ['half of an emoji is not the emoji', ['\uD83D'], [['\uD83D', 1]], [['😀', 1]]],
  [
    'a decomposed letter is not its composed twin',
    ['e\u0301'],
    [['e\u0301', 1]],
    [
      ['\u00E9', 1],
      ['e', 1],
    ],
  ],
  ['a longer prefix than any key takes nothing', ['a', 'b', 'c', 'd'], [], [['a'], ['a', 'b'], ['a', 'b', 'c']]],
];

/** Ranges by prefix: of a listing, and of a deletion. */
export const rangeCases: readonly StoreCase[] = [
  ...ranges.map(
    ([what, prefix, inside, outside]): StoreCase => ({
      name: `list by prefix: ${what}`,
      async run({ open }) {
        const store = await plant(open, [...outside, ...inside]);
        const found = await keys(store, prefix);
        equal([...found].map(String).sort(), [...inside].map(String).sort());
        for (const key of outside) equal(await get(store, key), JSON.stringify(key), 'neighbour');
      },
    }),
  ),
  ...ranges.map(
    ([what, prefix, inside, outside]): StoreCase => ({
      name: `deleteAll by prefix: ${what}`,
      async run({ open }) {
        const store = await plant(open, [...outside, ...inside]);
        await store.write(async (tx) => tx.deleteAll(prefix));
        for (const key of outside) equal(await get(store, key), JSON.stringify(key), 'neighbour');
        for (const key of inside) equal(await get(store, key), undefined, 'inside');
        equal((await keys(store)).length, outside.length);
      },
    }),
  ),
  {
    name: 'the outbox is listed in the order of its numbers, and of one number by id',
    async run({ open }) {
      const ordered: StoreKey[] = [
        ['out', 's', 9, 'b'],
        ['out', 's', 10, 'a'],
        ['out', 's', 10, 'b'],
        ['out', 's', 1_795_729_074_917, 'A'],
      ];
      const store = await plant(open, [ordered[2] ?? [], ordered[0] ?? [], ordered[3] ?? [], ordered[1] ?? []]);
      equal(await keys(store, ['out', 's']), ordered);
    },
  },
  {
    name: '0 and −0 are one key',
    async run({ open }) {
      const store = await open();
      await put(store, [['k', 0], 'first']);
      await put(store, [['k', -0], 'second']);
      equal(
        [(await keys(store)).length, await get(store, ['k', 0]), await get(store, ['k', -0])],
        [1, 'second', 'second'],
      );
    },
  },
  {
    name: 'a listing does not grow or shrink while it is read: it is of one moment',
    async run({ open }) {
      const store = await plant(open, [
        ['a', 1],
        ['a', 2],
      ]);
      const listed = await store.write(async (tx) => {
        const before = await tx.list(['a']);
        tx.put(['a', 3], 3);
        tx.delete(['a', 1]);
        return before.map(([key]) => key);
      });
      equal(
        [listed, await keys(store)],
        [
          [
            ['a', 1],
            ['a', 2],
          ],
          [
            ['a', 2],
            ['a', 3],
          ],
        ],
      );
    },
  },
];
