import type { StoreKey } from '../../../src/client/ports.ts';
import type { Json } from '../../../src/core/json.ts';
import { equal, keys, list, put, reopen, type StoreCase } from './harness.ts';

const deep = (levels: number): Json => {
  let value: Json = 'core';
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { in: value };
  return value;
};

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

/** Values that some storage, encoding or quoting is known to change. */
const values: readonly (readonly [what: string, value: Json])[] = [
  ['false, 0 and the empty text', [false, 0, '']],
  ['the smallest and the largest number', [5e-324, Number.MAX_VALUE, -Number.MAX_VALUE]],
  ['whole numbers at the edge of exactness', [2 ** 53 - 1, -(2 ** 53) + 1]],
  ['a fraction that is no sum of halves', [0.1 + 0.2, 1 / 3]],
  ['numbers that are written with an exponent', [1e21, 1e-7, -1.5e300]],
  ['a time in milliseconds', 1_795_729_074_917],
  ['control characters and NUL', '\u0000\u0001\b\t\n\f\r\u001F\u007F'],
  ['quotes, backslashes and an end of a statement', `'"\\\\/' ; DROP TABLE relevo; --`],
  ['line and paragraph separators', 'a\u2028b\u2029c'],
  ['an emoji of several code points', '👩‍👩‍👧‍👦🏳️‍🌈🇪🇸'],
  ['halves of surrogate pairs', ['\uD800', '\uDFFF', 'a\uDBFFb', '\uDE00\uD83D']],
  ['a composed letter and its decomposed twin', ['\u00E9', 'e\u0301']],
  ['a byte order mark', '\uFEFFtext'],
  ['the replacement character and non-characters', '\uFFFD\uFFFE\uFFFF'],
  ['marks of direction and of no width', '\u202Ea\u200Bb\u2066c\u2069'],
  ['text that reads like JSON', ['null', '{"a":1}', '[1]', '"x"', 'undefined']],
  ['text that reads like a number', ['007', '1e3', '-0', 'NaN']],
  ['a text of 64 Ki letters', 'abcdefgh'.repeat(8_192)],
  ['a text of 8 Ki emoji', '😀'.repeat(8_192)],
  ['a value nested 200 deep', deep(200)],
  ['a list of 5,000 numbers', numbers(5_000)],
  ['an object of 1,000 members', Object.fromEntries(numbers(1_000).map((n) => [`member ${n}`, n]))],
  ['members without a name, with dots and with brackets', { '': 1, 'a.b': 2, 'a[0]': 3, $: 4 }],
  ['a member named __proto__', JSON.parse('{"__proto__":{"own":1},"after":2}') as Json],
  ['members named as what every object has', { constructor: 1, toString: 2, hasOwnProperty: 3 }],
  ['members in the order in which they were given', { b: 1, a: 2, c: { z: 1, y: 2 } }],
  ['members named by numbers', { 2: 'two', 10: 'ten', '01': 'text' }],
  ['nulls inside lists and objects', [null, { a: null }, [null, [null]]]],
  ['empty lists and objects inside each other', [[], {}, [{}], { a: [], b: {} }]],
];

/** Keys that some storage, encoding or quoting is known to change or to mix up. In order. */
const keySets: readonly (readonly [what: string, keys: readonly StoreKey[]])[] = [
  [
    'negative numbers and fractions',
    [
      ['k', -1.5],
      ['k', -1],
      ['k', 0.25],
      ['k', 1],
    ],
  ],
  [
    'numbers of 13 digits, as times are',
    [
      ['k', 999_999_999_999],
      ['k', 1_795_729_074_917],
      ['k', 10_000_000_000_000],
    ],
  ],
  [
    'numbers at the edge of exactness',
    [
      ['k', -(2 ** 53) + 1],
      ['k', 2 ** 53 - 1],
    ],
  ],
  ['texts with NUL and control characters', [['a'], ['a\u0000'], ['a\u0000b'], ['a\u0001'], ['a\n']]],
  [
    'the separators of storages and of JSON',
    [[' '], ['"'], [','], ['/'], ['/journal'], [':'], ['['], ['["a"]'], ['\\'], [']']],
  ],
  ['the wildcards of SQL', [['%'], ['%a'], ['_'], ['a'], ['aa']]],
  ['an end of a statement', [["'"], ["';DELETE FROM relevo;--"]]],
  [
    'emoji and halves of surrogate pairs',
    [
      ['a', '\uD83D'],
      ['a', '😀'],
      ['a', '\uDE00'],
    ],
  ],
  ['a composed letter and its decomposed twin', [['e\u0301'], ['\u00E9']]],
  ['capitals and small letters', [['A'], ['B'], ['a'], ['b']]],
  ['blanks before, after and alone', [[''], [' '], [' a'], ['a'], ['a ']]],
  ['a part of 1,000 letters beside one of 999', [['k'.repeat(999)], ['k'.repeat(1_000)]]],
  [
    'keys of 20 parts',
    [
      [...numbers(19), 0],
      [...numbers(19), 'last'],
    ],
  ],
  ['parts named as what every object has', [['__proto__'], ['constructor'], ['hasOwnProperty'], ['prototype']]],
  ['the names that a storage uses itself', [[0], ['0'], ['journal'], ['kv'], ['relevo']]],
  [
    'a number and the text that reads like it',
    [
      ['k', 7],
      ['k', 7, 1],
      ['k', '7'],
      ['k', '7', 1],
    ],
  ],
  ['text that reads like true, null and JSON', [['[]'], ['false'], ['null'], ['true'], ['undefined'], ['{}']]],
];

const afterReopening = async (open: () => Promise<Parameters<typeof put>[0]>, value: Json) => {
  const store = await open();
  await put(store, [['v'], value], [['w'], { in: [value] }]);
  equal(await list(await reopen(store, open)), [
    [['v'], value],
    [['w'], { in: [value] }],
  ]);
};

/** What is stored is what was given, also for who opens the store next. */
export const valueCases: readonly StoreCase[] = [
  ...values.map(
    ([what, value]): StoreCase => ({
      name: `comes back as it was put, after reopening too: ${what}`,
      run: ({ open }) => afterReopening(open, value),
    }),
  ),
  ...keySets.map(
    ([what, ordered]): StoreCase => ({
      name: `keys are told apart and listed in order, after reopening too: ${what}`,
      async run({ open }) {
        const store = await open();
        await put(store, ...ordered.toReversed().map((key) => [key, `${JSON.stringify(key)}`] as const));
        equal(await keys(store), ordered, 'before');
        const again = await reopen(store, open);
        equal(
          await list(again),
          ordered.map((key) => [key, JSON.stringify(key)]),
          'after',
        );
        for (const key of ordered) equal(await again.read((tx) => tx.get(key)), JSON.stringify(key), 'read by its key');
      },
    }),
  ),
  ...keySets.map(
    ([what, ordered]): StoreCase => ({
      name: `delete takes one key and no twin of it: ${what}`,
      async run({ open }) {
        const store = await open();
        await put(store, ...ordered.map((key) => [key, 1] as const));
        for (const [at, key] of ordered.entries()) {
          await store.write(async (tx) => tx.delete(key));
          equal(await keys(store), ordered.slice(at + 1));
        }
        equal(await list(await reopen(store, open)), []);
      },
    }),
  ),
];
