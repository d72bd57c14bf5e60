/** What a record has of these members. */
export const pick = <T>(
  record: { readonly [name: string]: T | undefined },
  names: readonly string[],
): Record<string, T> =>
  Object.fromEntries(
    Object.entries(record).filter(([name, value]) => value !== undefined && names.includes(name)),
  ) as Record<string, T>;
