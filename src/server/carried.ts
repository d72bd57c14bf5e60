import type { Json } from '../core/json.ts';
import type { Batch } from './apply-changes.ts';

/** What a claim that waits was handed, and when: by servers up to 0.1.0, which applied it at the merge. */
export type Carried = readonly (Batch & { readonly atMs: number })[];

/** A row's memory of what was asked: a list, or with the occasion of the sign-in. */
type Kept = { readonly batches: Carried; readonly during: string };

/** The changes that a waiting claim was handed and that are not applied yet. */
export const carriedIn = (carried: Json): Carried =>
  Array.isArray(carried) ? (carried as unknown as Carried) : ((carried as unknown as Kept | null)?.batches ?? []);

/** On what occasion its customer signed in: a retry by another device does not know. */
export const duringIn = (carried: Json): string | undefined =>
  Array.isArray(carried) ? undefined : (carried as unknown as Kept | null)?.during;

export const keptCarried = (batches: Carried, during: string | undefined): Json =>
  (during === undefined ? batches : { batches, during }) as unknown as Json;
