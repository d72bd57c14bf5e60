import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../../src/core/json.ts';
import { json } from './arbitraries.ts';
import { holds, same } from './property.ts';

const shuffled = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, shuffled(member)]),
  );
};

const withoutNulls = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (member === null ? [] : [[name, withoutNulls(member)]])),
  );
};

describe('the one text of a JSON value', () => {
  it('is the example of RFC 8785, section 3.2.2', () => {
    const value = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });
  it('sorts members as RFC 8785, section 3.2.3: by UTF-16 code unit', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6'];
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33'];
    const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
    expect(text).toBe(`{${sorted.map((name) => `${JSON.stringify(name)}:0`)}}`);
  });
  it('leaves out what is absent, undefined or null, but not a null between others in a list', () => {
    expect(canonicalJson({ a: null, b: undefined, c: [null, undefined, 1] })).toBe('{"c":[null,null,1]}');
  });
  it('has a text for nothing', () => {
    expect([canonicalJson(undefined), canonicalJson(null)]).toEqual(['null', 'null']);
  });
  it('is the same in whatever order members were written, and parses back to what was written', () => {
    holds(json, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(shuffled(value))).toBe(text);
      same(JSON.parse(text), withoutNulls(value));
    });
  });
  it('differs for values that differ by more than nulls', () => {
    holds(fc.tuple(json, json), ([a, b]) => {
      if (canonicalJson(a) === canonicalJson(b)) same(withoutNulls(a), withoutNulls(b));
    });
  });
});
