/** Where the stores in use are kept, so that two copies of this code in one app, or one that was refreshed, share them. */
const registry = Symbol.for('relevo/stores/1');
type Registry = { [registry]?: WeakMap<object, Map<string, unknown>> };

/**
 * The stores in use over one storage object of the app, by name. Each has all its rows in memory, so two
 * of one name over one storage would overwrite each other's.
 */
export const storesOver = <Shared>(owner: object): Map<string, Shared> => {
  const runtime = globalThis as typeof globalThis & Registry;
  runtime[registry] ??= new WeakMap();
  const known = runtime[registry].get(owner) ?? new Map<string, unknown>();
  runtime[registry].set(owner, known);
  return known as Map<string, Shared>;
};
