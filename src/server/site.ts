import { type CollectionConfig, collectionShape } from '../core/collection.ts';
import { limits } from '../core/limits.ts';

/** How a guest's cart becomes part of the customer's; `lineage` takes the larger quantity of each line. */
export const mergePolicies = ['lineage', 'max', 'sum', 'guest', 'customer'] as const;
export type MergePolicy = (typeof mergePolicies)[number];

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
};

export const defaultSpaceLimits: SpaceLimits = {
  maxSpaceBytes: 1_048_576,
  maxEntryBytes: 65_536,
  maxLines: limits.maxLines,
  maxViews: limits.maxViews,
  maxDevices: 20,
};

/** What the sync core must know about a site. Origins and tokens are the HTTP side's business. */
export type SiteRules = {
  readonly mergeCart: MergePolicy;
  readonly collections: Readonly<Record<string, CollectionConfig>>;
  readonly limits: SpaceLimits;
};

/** The collections that need consent to `purpose`. */
export const collectionsOfPurpose = (site: SiteRules, purpose: string): string[] =>
  ['browsing', ...Object.keys(site.collections)].filter(
    (name) => collectionShape(name, site.collections).purpose === purpose,
  );
