import { type CollectionConfig, collectionShape } from '../core/collection.ts';
import { limits } from '../core/limits.ts';
import { own } from '../core/own.ts';
import { isNeverMerged } from './never-merged.ts';

/** How a guest's cart becomes part of the customer's; `lineage` takes the larger quantity of each line. */
export const cartPolicies = ['lineage', 'max', 'sum', 'guest', 'customer', 'separate', 'none'] as const;
export type CartPolicy = (typeof cartPolicies)[number];

/** The same of an entry of any other collection that both have; `both` keeps the older one beside the newer. */
export const entryPolicies = ['customer', 'guest', 'newest', 'both', 'none'] as const;
export type EntryPolicy = (typeof entryPolicies)[number];

/** By collection; those not named go by {@link cartPolicyOf} and {@link entryPolicyOf}. */
export type MergePolicies = { readonly cart?: CartPolicy } & {
  readonly [collection: string]: CartPolicy | EntryPolicy;
};

export const cartPolicyOf = ({ cart = 'lineage' }: MergePolicies): CartPolicy => cart;

/**
 * Preferences and traits were said by the customer; of everything else the later counts. A collection whose name speaks of
 * what is never merged stays behind, unless the site says otherwise.
 */
export const entryPolicyOf = (policies: MergePolicies, collection: string): EntryPolicy => {
  const named = own(policies, collection) as EntryPolicy | undefined;
  if (named) return named;
  if (isNeverMerged(collection)) return 'none';
  return collection === 'preferences' || collection === 'identity' ? 'customer' : 'newest';
};

/** Whether a collection may have that policy: two are kept of drafts alone, each a value of its own and no view. */
export const isPolicyOf = (
  collection: string,
  policy: unknown,
  collections: SiteRules['collections'] = {},
): boolean => {
  if (collection === 'cart') return (cartPolicies as readonly unknown[]).includes(policy);
  if (!(entryPolicies as readonly unknown[]).includes(policy)) return false;
  return policy !== 'both' || (collection !== 'browsing' && collectionShape(collection, collections).kind === 'reg');
};

/** What one space may hold. */
export type SpaceLimits = {
  /** All states of a space, bytes of JSON. Default 1 MiB. */
  readonly maxSpaceBytes: number;
  /** One state, bytes of JSON. Each change of an entry costs its whole size. Default 64 KiB. */
  readonly maxEntryBytes: number;
  /** Default 200. */
  readonly maxLines: number;
  /** Default 500; the oldest is evicted. */
  readonly maxViews: number;
  /** Default 20; the longest unseen is forgotten. */
  readonly maxDevices: number;
  /** Live replicas. Default 64; one more retires the longest idle. */
  readonly maxReplicas: number;
  /** A replica not heard of for so long is retired. Default 90; fractions are fine. */
  readonly replicaIdleDays: number;
  /** What was deleted is remembered for so long. Default 90. */
  readonly deletedDays: number;
  /** A guest not heard of for so long is forgotten. Default 90. */
  readonly guestIdleDays: number;
  /** An add that arrives so late is set aside and not counted. Default 30. */
  readonly oldAddDays: number;
  /** What a merge brought stays apart for so long: until then it can be told from the rest. Default 30. */
  readonly mergeShareDays: number;
};

export const defaultSpaceLimits: SpaceLimits = {
  maxSpaceBytes: 1_048_576,
  maxEntryBytes: 65_536,
  maxLines: limits.maxLines,
  maxViews: limits.maxViews,
  maxDevices: 20,
  maxReplicas: 64,
  replicaIdleDays: 90,
  deletedDays: 90,
  guestIdleDays: 90,
  oldAddDays: 30,
  mergeShareDays: 30,
};

/** What the sync core must know about a site. Origins and tokens are the HTTP side's business. */
export type SiteRules = {
  readonly merge: MergePolicies;
  readonly collections: Readonly<Record<string, CollectionConfig>>;
  readonly limits: SpaceLimits;
};

/** The collections that need consent to `purpose`. */
export const collectionsOfPurpose = (site: SiteRules, purpose: string): string[] =>
  ['browsing', ...Object.keys(site.collections)].filter(
    (name) => collectionShape(name, site.collections).purpose === purpose,
  );
