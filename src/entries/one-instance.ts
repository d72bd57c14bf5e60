import type { Relevo, RelevoOptions } from '../client/api.ts';

/** Stored names carry the format: another format is another database, never an upgrade of this one. */
const format = 1;

/** Where instances are kept, so that two copies of this code in one page or app share them. */
const registry = Symbol.for('relevo');
type Registry = { [registry]?: Map<string, Relevo> };

/** What an instance is told apart by: the name of all it stores, and its server. */
export type InstanceOf = { readonly name: string; readonly endpoint: string };

/**
 * One instance for each endpoint and site. The second call gives the first instance, with a warning;
 * after its `stop()` the next call starts a new one.
 */
export const oneInstance = (options: RelevoOptions, start: (of: InstanceOf) => Relevo): Relevo => {
  const runtime = globalThis as typeof globalThis & Registry;
  const { endpoint, site } = options ?? {};
  runtime[registry] ??= new Map();
  const instances = runtime[registry];
  const name = `relevo:${format}:${site}`;
  const key = `${name}@${endpoint}`;
  const first = instances.get(key);
  if (first) {
    console.warn('relevo: there is an instance for this site already; it is given again.');
    return first;
  }
  const relevo = start({ name, endpoint: String(endpoint) });
  instances.set(key, relevo);
  const { stop } = relevo;
  return Object.assign(relevo, {
    stop: () => {
      instances.delete(key);
      return stop();
    },
  });
};
