import type { Browsing, Cart, Change, Collection, Relevo, RelevoOptions } from '../client/api.ts';

export type * from '../client/api.ts';
export type { Receipt } from '../core/receipt.ts';
export { RelevoError } from '../core/relevo-error.ts';

/** Resolves never: on a server nothing is saved or synced. */
const never = new Promise<never>(() => {});

/**
 * What `createRelevo` is where pages are rendered on a server: the same shape, empty, without network,
 * timers or storage, and safe at module level. Rendering with it gives the markup of an empty cart.
 *
 * @example createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo' }).cart.count // 0
 */
export const createRelevo = (_: RelevoOptions): Relevo => {
  const none: readonly never[] = Object.freeze([]);
  const off = () => () => {};
  const write = (): Change => ({ key: '', saved: never, synced: never });
  const cart: Cart = {
    lines: none,
    parked: none,
    count: 0,
    add: write,
    setQuantity: write,
    remove: write,
    update: write,
    clear: () => [],
    unpark: write,
    find: () => undefined,
    bind: off,
    subscribe: off,
  };
  const browsing: Browsing = {
    view: write,
    recent: () => none,
    remove: write,
    clear: () => [],
    pause: off,
    subscribe: off,
  };
  const collection: Collection<never> = {
    get: () => undefined,
    set: write,
    patch: write,
    delete: write,
    entries: () => none,
    subscribe: off,
  };
  return {
    ready: Promise.resolve(),
    cart,
    checkout: { begin: () => never, complete: () => never, abandon: () => never },
    browsing,
    preferences: collection as unknown as Relevo['preferences'],
    identity: {
      current: Object.freeze({ kind: 'guest', anonymousId: '', deviceId: '', traits: {} }),
      set: write,
      subscribe: off,
    },
    consent: { current: Object.freeze({}), set: () => [] },
    status: Object.freeze({
      isReady: false,
      connection: 'offline',
      pending: 0,
      held: {},
      lastSyncedAt: null,
      storage: 'none',
    }),
    collection: <T>() => collection as unknown as Collection<T>,
    capture: () => {},
    signIn: () => never,
    signOut: () => never,
    undoMerge: () => never,
    subscribe: off,
    on: off,
    flush: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
};
