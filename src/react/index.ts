// The hooks of React and React Native. Nothing of the DOM is touched here, and nothing but React imported.
export { RelevoProvider, type RelevoProviderProps, useRelevo } from './provider.ts';
export type { IsEqual } from './select.ts';
export type { CartSnapshot, CurrentIdentity } from './sources.ts';
export { useCart, useCartLine } from './use-cart.ts';
export { type CollectionOptions, useCollection, useEntry } from './use-collection.ts';
export { useIdentity } from './use-identity.ts';
export { type SetValue, usePreference } from './use-preference.ts';
export { type RecentOptions, useRecent } from './use-recent.ts';
export { useReady, useSyncStatus } from './use-sync-status.ts';
