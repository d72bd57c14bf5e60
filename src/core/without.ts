/** A record less some of its members. */
export const without = <T>(record: { readonly [key: string]: T }, keys: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
