import type { Collection, Relevo } from '../../src/client/api.ts';

type Subscribe = (listener: () => void) => () => void;
type Part = { subscribe: Subscribe };

/** The same instance, with a count of the listeners that were given to it and not yet taken back. */
export const counted = (relevo: Relevo): { readonly relevo: Relevo; readonly listeners: () => number } => {
  const present = new Set<object>();
  const held = (off: () => void) => {
    const one = {};
    present.add(one);
    return () => {
      present.delete(one);
      off();
    };
  };
  const part = <P extends Part>(of: P): P =>
    Object.create(of, { subscribe: { value: (listener: () => void) => held(of.subscribe(listener)) } });
  const overrides: Partial<Relevo> = {
    cart: part(relevo.cart),
    browsing: part(relevo.browsing),
    preferences: part(relevo.preferences),
    identity: part(relevo.identity),
    collection: <T>(...how: Parameters<Relevo['collection']>) =>
      part(relevo.collection(...how)) as unknown as Collection<T>,
    subscribe: (listener) => held(relevo.subscribe(listener)),
    on: (event, handler) => held(relevo.on(event, handler)),
  };
  const members = Object.entries(overrides).map(([name, value]) => [name, { value }]);
  return { relevo: Object.create(relevo, Object.fromEntries(members)), listeners: () => present.size };
};
