import fc from 'fast-check';
import type { Counter } from '../../src/core/counter.ts';
import type { EntryState } from '../../src/core/entry.ts';
import type { FieldMap } from '../../src/core/field-map.ts';
import type { Json } from '../../src/core/json.ts';
import type { Register } from '../../src/core/register.ts';
import type { Stamp } from '../../src/core/stamp.ts';

// Few stamps, few names: equal ones must meet. `toString` is a name like any other, if the code reads own members only.

// Entries come out of JSON texts: their objects have the usual prototype.
const plain = { noNullPrototype: true } as const;

export const stamps: fc.Arbitrary<Stamp> = fc.tuple(
  fc.nat(2),
  fc.nat(1),
  fc.constantFrom('a', 'b', 'toString'),
  fc.constantFrom(0, 2, 10),
);

export const json: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 2, noUnicodeString: false })
  .map((value) => JSON.parse(JSON.stringify(value)));
const smallJson: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(
  null,
  0,
  1,
  'x',
  [],
  {},
  { a: null },
  { a: 1 },
  { b: 1, a: 2 },
);

export const registers: fc.Arbitrary<Register> = fc.record({ v: smallJson, h: stamps }, plain);

const fieldNames = fc.constantFrom('sku', 'title', 'toString');
export const fieldMaps: fc.Arbitrary<FieldMap> = fc.dictionary(fieldNames, fc.tuple(smallJson, stamps), {
  maxKeys: 3,
  ...plain,
});

const counts = fc.dictionary(fc.constantFrom('a', 'b', 'toString'), fc.nat(5), { maxKeys: 3, ...plain });
export const counters: fc.Arbitrary<Counter> = fc.record(
  {
    p: counts,
    s: counts,
    b: fc.tuple(fc.nat(3), stamps, fc.nat(2)),
    w: counts,
    o: fc.array(fc.nat(3), { maxLength: 3 }),
    floor: fc.constant(0),
  },
  plain,
);

export const entries: { readonly [K in keyof EntryState]: fc.Arbitrary<EntryState[K]> } = {
  reg: registers,
  auth: registers,
  map: fieldMaps,
  ctr: counters,
  flag: fc.record({ n: fc.nat(9) }, plain),
  line: fc.record({ q: counters, d: fieldMaps }, plain),
};
