import type { Kind } from './entry.ts';

/** What consent a collection's entries need. `necessary` is always on. */
export type Purpose = 'necessary' | 'personalization' | (string & {});

export type CollectionConfig = {
  /** What its entries are; `reg` unless said otherwise. Never changes once used: take a new name. */
  readonly kind?: 'reg' | 'map' | 'flag' | 'auth';
  /** `necessary` unless said otherwise. */
  readonly purpose?: Purpose;
};

type Shape = { readonly kind: Kind; readonly purpose: Purpose };

/** Receipts of merges, by their ids: rows, so that all devices of a customer hear of them. */
export const receiptsName = '~receipts';
/** What became of checkouts: the server tells all devices of the customer, and nobody else writes it. */
export const checkoutCollection = '~checkout';

const builtIn: Readonly<Record<string, Shape>> = {
  identity: { kind: 'map', purpose: 'necessary' },
  cart: { kind: 'line', purpose: 'necessary' },
  preferences: { kind: 'reg', purpose: 'necessary' },
  consent: { kind: 'reg', purpose: 'necessary' },
  browsing: { kind: 'reg', purpose: 'personalization' },
  [receiptsName]: { kind: 'auth', purpose: 'necessary' },
  [checkoutCollection]: { kind: 'auth', purpose: 'necessary' },
};

/** Names of kinds that are still to come: what is stored under them now would be of another kind then. */
export const isKeptForLater = (name: string): boolean => name === 'lists' || name === 'audit';

/** Nobody but the server writes these, whatever they are. */
export const isOfServer = (name: string): boolean => name.startsWith('~');

/** Names that a site may not give to a collection of its own. */
export const isReservedCollection = (name: string): boolean =>
  isOfServer(name) || Object.hasOwn(builtIn, name) || isKeptForLater(name);

/** The kind and purpose of a collection, built in or the site's own. */
export const collectionShape = (name: string, configured: Readonly<Record<string, CollectionConfig>> = {}): Shape => {
  const own = Object.hasOwn(configured, name) ? configured[name] : undefined;
  return (
    (Object.hasOwn(builtIn, name) && builtIn[name]) || {
      kind: own?.kind ?? 'reg',
      purpose: own?.purpose ?? 'necessary',
    }
  );
};
