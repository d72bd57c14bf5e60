/**
 * A record's own member. Plain indexing reads through to `Object.prototype`: a replica or a field
 * named `toString` is a valid key, and `record.toString ?? 0` is a function.
 */
export const own = <T>(record: { readonly [key: string]: T }, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
