/** A JSON value: what may be stored, synced and compared. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one text of a JSON value, by RFC 8785 (JSON Canonicalization Scheme): members sorted by
 * UTF-16 code unit, no white space, numbers as ECMAScript prints them. Members that are absent,
 * `undefined` or `null` are left out, so that a shop which sends `{ gift: null }` and one which
 * sends nothing mean the same line. No Unicode normalisation: "é" composed and decomposed differ.
 *
 * @example canonicalJson({ b: 1, a: null }) // '{"b":1}'
 */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null))}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, member]) => member != null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members}}`;
};
