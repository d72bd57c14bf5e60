import type { Json } from '../core/json.ts';
import type { Batch } from './apply-changes.ts';

/** What a claim that waits was handed, and when: by servers up to 0.1.0, which applied it at the merge. */
export type Carried = readonly (Batch & { readonly atMs: number })[];

/** A row's memory of the occasion of the sign-in: a batch without changes, of which a server of 0.1.0 makes nothing. */
type Occasion = Carried[number] & { readonly during: string };

const nothing = { replica: '', channel: '', low: 0, ops: [], atMs: 0 };

/** The changes that a waiting claim was handed and that are not applied yet. */
export const carriedIn = (carried: Json): Carried =>
  ((carried ?? []) as unknown as Carried).filter(({ ops }) => ops.length > 0);

/** On what occasion its customer signed in: a retry by another device does not know. */
export const duringIn = (carried: Json): string | undefined =>
  ((carried ?? []) as unknown as Partial<Occasion>[]).findLast(({ during }) => during !== undefined)?.during;

export const keptCarried = (batches: Carried, during: string | undefined): Json =>
  [...batches, ...(during === undefined ? [] : [{ ...nothing, during }])] as unknown as Json;
