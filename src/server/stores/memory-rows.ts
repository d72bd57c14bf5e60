/** How a transaction in memory reaches a table: each step can be undone, and none works after its end. */
export type MemoryRows = {
  /** `undefined` takes the row out. */
  put<V>(table: Map<string, V>, key: string, value: V | undefined): void;
  get<V>(table: Map<string, V>, key: string): V | undefined;
  /** The rows of a space, of a table that has them apart. */
  within<V>(table: Map<string, Map<string, V>>, space: string): Map<string, V>;
  /** The rows whose path begins with these parts, by path. */
  under<V>(table: Map<string, V>, prefix: string): (readonly [string, V])[];
};

/** Where a row stands. */
export const path = (...parts: (string | number)[]): string => parts.join('\n');
