import type { Random } from '../../src/testing/random.ts';
import { polite } from './site.ts';
import { anyValue, type Caller, type Fields } from './valid-requests.ts';

/** Written into the text as it stands: what `JSON.stringify` cannot write. */
const raw = (text: string) => `«${text}»`;

/** A tree as JSON text, with the raw parts put in. */
export const toText = (tree: unknown): string =>
  (JSON.stringify(tree) ?? 'undefined').replace(/"«([^»]*)»"/g, (_, part: string) => JSON.parse(`"${part}"`) as string);

const numbers: readonly unknown[] = [
  0,
  raw('-0'),
  -1,
  0.5,
  1e308,
  raw('1e400'),
  raw('-1e400'),
  raw('1e-400'),
  raw('NaN'),
  raw('0x10'),
  raw('01'),
  2 ** 31,
  2 ** 32,
  2 ** 53 - 1,
  raw('9007199254740993'),
  2 ** 63,
  raw('123456789012345678901234567890'),
  999,
  1_000,
  1_000_000,
  1_000_001,
  100_000_000,
  Number.MIN_VALUE,
];
const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__proto__.x', 'valueOf', 'then'];
const strings: readonly string[] = [
  '',
  ' ',
  'x',
  '1',
  'true',
  'null',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a\udc00b',
  '\ufeff',
  '\u202e',
  '\u00e9',
  'e\u0301',
  '👜',
  '../../etc/passwd',
  "' OR 1=1 --",
  '{{7*7}}',
  '%00%n%s',
  '<script>',
  '\r\nx-injected: 1',
  'c_abcdefgh',
  'g:guest_of_polite',
  'srv:abcdefgh',
  ...names,
  ...Object.values(polite),
];
const sizes = [128, 129, 160, 161, 256, 257, 4_096, 4_097, 16_384, 16_385, 65_536];
const counts = [64, 100, 101, 200, 201, 256, 257, 2_000, 25_600];
const depths = [7, 8, 9, 15, 16, 17, 800, 5_001, 60_000];

const nested = (random: Random): unknown => {
  const depth = random.pick(depths);
  const isArray = random.chance(0.5);
  return raw(
    JSON.stringify(
      isArray ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    ).slice(1, -1),
  );
};

const repeated = (random: Random): string => {
  const unit = random.pick(['x', 'é', '👜', '"', '\\', '\u0001']);
  return unit.repeat(Math.floor(random.pick(sizes) / unit.length));
};

const wide = (random: Random): unknown => {
  const count = random.pick(counts);
  const isList = random.chance(0.5);
  return isList ? Array(count).fill(0) : Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]));
};

const oddName = (random: Random): string => (random.chance(0.9) ? random.pick(names) : repeated(random));

/** A value that has no business where it is put. */
export const oddValue = (random: Random): unknown => {
  const kind = random.below(20);
  if (kind < 6) return random.pick(numbers);
  if (kind < 12) return random.pick(strings);
  if (kind === 12) return repeated(random);
  if (kind === 13) return nested(random);
  if (kind === 14) return wide(random);
  if (kind === 15) return { [oddName(random)]: anyValue(random) };
  if (kind === 16) return { [random.pick(names)]: { [random.pick(names)]: 1 } };
  if (kind === 17) return [0, 0, '', 0];
  return random.pick([null, true, false, [], {}, [[]], [null], { length: -1 }]);
};

const withName = (tree: Fields, name: string, value: unknown): Fields => {
  const copy: Fields = { ...tree };
  Object.defineProperty(copy, name, { value, enumerable: true, configurable: true, writable: true });
  return copy;
};

/** A tree with one place changed: replaced, removed, renamed, added to, doubled. */
export const mutate = (random: Random, tree: unknown): unknown => {
  if (typeof tree !== 'object' || tree === null) return oddValue(random);
  const members = Object.keys(tree);
  const how = random.below(14);
  if (how === 0 || (members.length === 0 && how < 9)) return oddValue(random);
  if (Array.isArray(tree)) {
    const at = random.below(tree.length);
    if (how === 1) return [...tree, ...tree];
    if (how === 2) return tree.toSpliced(at, 1);
    if (how === 3) return [...tree].reverse();
    if (how === 4) return tree.concat(oddValue(random));
    if (how === 5) return Array(random.pick([10, 100, 101, 1_000])).fill(tree[0] ?? null);
    return tree.map((item, n) => (n === at ? mutate(random, item) : item));
  }
  const fields = tree as Fields;
  const name = members.length > 0 ? random.pick(members) : 'x';
  if (how === 1) return Object.fromEntries(Object.entries(fields).filter(([member]) => member !== name));
  if (how === 2) return withName(fields, oddName(random), oddValue(random));
  if (how === 3) return withName(fields, name, oddValue(random));
  if (how === 4) return withName(fields, random.pick(members.length > 0 ? members : ['x']), fields[name]);
  return withName(fields, name, mutate(random, fields[name]));
};

/** A request with one of its changes broken: the others are applied. */
export const mutateOneChange = (random: Random, request: Fields): Fields => {
  const list = request['ops'];
  if (!Array.isArray(list) || list.length === 0) return mutate(random, request) as Fields;
  const at = random.below(list.length);
  return { ...request, ops: list.map((item: unknown, n) => (n === at ? mutateContent(random, item as Fields) : item)) };
};

/** Head fields stay in nine of ten, so that it is the content that is judged. */
const mutateContent = (random: Random, item: Fields): unknown => {
  if (random.chance(0.1)) return mutate(random, item);
  const names = Object.keys(item).filter((name) => !['q', 'i', 'a', 'at'].includes(name));
  const name = random.pick(names);
  return withName(item, name, mutate(random, item[name]));
};

/** The fields that say who asks, where it stands and under which number, made another's or made up. */
export const mutateStanding = (random: Random, request: Fields, caller: Caller, foreign: readonly string[]): Fields => {
  const cur = request['cur'];
  const signed = typeof cur === 'string' ? cur : (caller.cur ?? 'i.0.0.1.abcdefghijklmnopqrstuv');
  const parts = signed.split('.');
  const at = (index: number, value: string) => parts.map((part, n) => (n === index ? value : part)).join('.');
  const cursors = [
    ...foreign,
    at(3, String(caller.version + 1)),
    at(3, '-1'),
    at(3, '999999999999999'),
    at(3, '9'.repeat(30)),
    at(1, '1'),
    at(2, '1'),
    at(0, 'another-incarnation'),
    at(4, 'A'.repeat(22)),
    signed.slice(0, -1),
    `${signed}.`,
    '',
    'x'.repeat(257),
  ];
  switch (random.below(6)) {
    case 0:
    case 1:
      return { ...request, cur: random.pick(cursors) };
    case 2:
      return {
        ...request,
        r: random.pick([polite.replica, '__proto__', 'constructor', 'toString_', 'replica_of_another']),
      };
    case 3:
      return { ...request, device: random.pick([polite.device, polite.listener, '__proto__', 'constructor']) };
    case 4:
      return { ...request, low: random.pick([0, 2 ** 53 - 1, caller.version + 1_000, 1]) };
    default:
      return { ...request, site: random.pick(['pk_b', 'pk_a', 'PK_A', '__proto__', 'constructor', '', 'pk_a/']) };
  }
};

/** A text with one name said twice. */
export const doubleName = (random: Random, text: string): string => {
  const found = [...text.matchAll(/"([a-zA-Z]{1,8})":/g)];
  if (found.length === 0) return text;
  const { 0: whole, index } = random.pick(found);
  return `${text.slice(0, index)}${whole}${random.pick(['1', 'null', '"x"', '{}'])},${text.slice(index)}`;
};
