import type { StoreKey } from '../../../src/client/ports.ts';
import type { Json } from '../../../src/core/json.ts';
import { equal, get, keys, list, put, type StoreCase, seeded, text } from './harness.ts';

const values: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1.5,
  1e300,
  '',
  'text',
  'é 😀 \u0000',
  'lone \uD800',
  [],
  [1, [2, [3]]],
  {},
  { a: { b: [null, { c: '' }] } },
];

/** The order in words, independent of any store: part by part, numbers first, then the shorter key. */
const inOrder = (a: StoreKey, b: StoreKey): number => {
  const rank = (part: string | number | undefined) => (part === undefined ? 0 : typeof part === 'number' ? 1 : 2);
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [left, right] = [a[index], b[index]];
    if (left === right) continue;
    if (rank(left) !== rank(right)) return rank(left) - rank(right);
    return (left as string) < (right as string) ? -1 : 1;
  }
  return 0;
};

const expectOrder = async (open: () => Promise<Parameters<typeof put>[0]>, expected: readonly StoreKey[]) => {
  const store = await open();
  await put(store, ...expected.toReversed().map((key) => [key, text(key)] as const));
  equal(await keys(store), expected, 'order');
};

const tree: readonly StoreKey[] = [
  ['a'],
  ['a', 1],
  ['a', 10],
  ['a', 'b'],
  ['a', 'b', 'c'],
  ['ab'],
  ['ab', 1],
  ['b', 'a'],
];
const plant = async (open: () => Promise<Parameters<typeof put>[0]>) => {
  const store = await open();
  await put(store, ...tree.map((key) => [key, text(key)] as const));
  return store;
};

/** What keys, values and ranges are. */
export const keyCases: readonly StoreCase[] = [
  {
    name: 'a new store lists nothing',
    async run({ open }) {
      equal(await list(await open()), []);
    },
  },
  {
    name: 'an absent key reads as undefined',
    async run({ open }) {
      equal(await get(await open(), ['a', 1]), undefined);
    },
  },
  {
    name: 'a value of every JSON kind comes back as it was put',
    async run({ open }) {
      const store = await open();
      await put(store, ...values.map((value, index) => [['v', index], value] as const));
      equal(
        (await list(store, ['v'])).map(([, value]) => value),
        values,
      );
    },
  },
  {
    name: 'null is a value and not an absence',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], null]);
      equal([await get(store, ['a']), (await list(store)).length], [null, 1]);
    },
  },
  {
    name: 'a second put of a key replaces the first',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], { old: true }]);
      await put(store, [['a'], { fresh: true }]);
      equal(await list(store), [[['a'], { fresh: true }]]);
    },
  },
  {
    name: 'numbers come before strings',
    run: ({ open }) => expectOrder(open, [[-1], [0], [9], [''], ['0'], ['a']]),
  },
  {
    name: 'numbers are ordered by size and not by their digits',
    run: ({ open }) =>
      expectOrder(open, [
        ['n', -10],
        ['n', -2],
        ['n', 0],
        ['n', 0.5],
        ['n', 2],
        ['n', 10],
        ['n', 2 ** 53 - 1],
      ]),
  },
  {
    name: 'strings are ordered by UTF-16 code unit',
    run: ({ open }) => expectOrder(open, [['Z'], ['a'], ['z'], ['é'], ['😀'], ['\uE000'], ['\uFFFF']]),
  },
  {
    name: 'a shorter key comes before the longer ones that start with it',
    run: ({ open }) => expectOrder(open, [['a'], ['a', 0], ['a', ''], ['a', '', ''], ['b']]),
  },
  {
    name: 'parts are compared from the left, whatever follows',
    run: ({ open }) =>
      expectOrder(open, [
        ['a', 1, 'z'],
        ['a', 2, 'a'],
        ['a', 'a'],
        ['a', 'a', 0],
        ['a', 'b'],
      ]),
  },
  {
    name: '200 random keys of mixed parts are listed in order',
    async run({ open }) {
      const store = await open();
      const random = seeded(7);
      const parts = [0, 1, 2, 10, -3, '', '0', '1', 'a', 'ab', 'b', '😀', '\uFFFF'];
      const planted = new Map<string, StoreKey>();
      while (planted.size < 200) {
        const key = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
          return parts[Math.floor(random() * parts.length)] ?? '';
        });
        planted.set(text(key), key);
      }
      await put(store, ...[...planted.values()].map((key) => [key, 1] as const));
      equal(await keys(store), [...planted.values()].sort(inOrder));
    },
  },
  {
    name: 'the number 1 and the text "1" are two keys',
    async run({ open }) {
      const store = await open();
      await put(store, [['k', 1], 'number'], [['k', '1'], 'text']);
      equal([await get(store, ['k', 1]), await get(store, ['k', '1'])], ['number', 'text']);
    },
  },
  {
    name: 'an empty text is a part like any other',
    async run({ open }) {
      const store = await open();
      await put(store, [['', ''], 1], [[''], 2]);
      equal(await list(store, ['']), [
        [[''], 2],
        [['', ''], 1],
      ]);
    },
  },
  {
    name: 'a key array that its owner changes afterwards leaves the stored key alone',
    async run({ open }) {
      const store = await open();
      const key: (string | number)[] = ['a', 1];
      await put(store, [key, 'kept']);
      key[1] = 2;
      equal(await keys(store), [['a', 1]]);
    },
  },
  {
    name: 'a prefix lists the key equal to it and all keys below it',
    async run({ open }) {
      equal(await keys(await plant(open), ['a']), tree.slice(0, 5));
    },
  },
  {
    name: 'a prefix of two parts lists only its own branch',
    async run({ open }) {
      equal(await keys(await plant(open), ['a', 'b']), [
        ['a', 'b'],
        ['a', 'b', 'c'],
      ]);
    },
  },
  {
    name: 'a prefix is whole parts: "a" lists no "ab", 1 lists no 10',
    async run({ open }) {
      const store = await plant(open);
      equal([await keys(store, ['ab']), await keys(store, ['a', 1])], [[['ab'], ['ab', 1]], [['a', 1]]]);
    },
  },
  {
    name: 'the empty prefix lists everything',
    async run({ open }) {
      equal(await keys(await plant(open)), tree);
    },
  },
  {
    name: 'a number as prefix lists no text that reads like it',
    async run({ open }) {
      const store = await open();
      await put(store, [['k', 1, 'a'], 1], [['k', '1', 'a'], 2]);
      equal([await keys(store, ['k', 1]), await keys(store, ['k', '1'])], [[['k', 1, 'a']], [['k', '1', 'a']]]);
    },
  },
  {
    name: 'a prefix that nothing starts with lists nothing',
    async run({ open }) {
      const store = await plant(open);
      equal([await list(store, ['a', 2]), await list(store, ['z']), await list(store, [0])], [[], [], []]);
    },
  },
  {
    name: 'a range reaches to the highest text and the highest number',
    async run({ open }) {
      const store = await open();
      const ends: StoreKey[] = [
        ['a', Number.MAX_VALUE],
        ['a', '\uFFFF\uFFFF'],
      ];
      await put(store, ...ends.map((key) => [key, 1] as const), [['a\u0000'], 1]);
      equal(await keys(store, ['a']), ends);
    },
  },
  {
    name: 'list pairs every key with its own value',
    async run({ open }) {
      equal(
        (await list(await plant(open))).every(([key, value]) => value === text(key)),
        true,
      );
    },
  },
  {
    name: 'delete takes one key and leaves those below it',
    async run({ open }) {
      const store = await plant(open);
      await store.write(async (tx) => tx.delete(['a', 'b']));
      equal(await keys(store, ['a']), [['a'], ['a', 1], ['a', 10], ['a', 'b', 'c']]);
    },
  },
  {
    name: 'delete of an absent key changes nothing',
    async run({ open }) {
      const store = await plant(open);
      await store.write(async (tx) => tx.delete(['a', 2]));
      equal(await keys(store), tree);
    },
  },
  {
    name: 'deleteAll takes what starts with the prefix and nothing else',
    async run({ open }) {
      const store = await plant(open);
      await store.write(async (tx) => tx.deleteAll(['a']));
      equal(await keys(store), tree.slice(5));
    },
  },
  {
    name: 'deleteAll of the empty prefix empties the store',
    async run({ open }) {
      const store = await plant(open);
      await store.write(async (tx) => tx.deleteAll([]));
      equal(await list(store), []);
    },
  },
];
