import type { Json } from '../core/json.ts';
import type { Batch } from './apply-changes.ts';

/** What a claim that waits was handed, and when: by servers up to 0.1.0, which applied it at the merge. */
export type Carried = readonly (Batch & { readonly atMs: number })[];

/** What a row remembers of the sign-in: in a batch without changes, of which a server of 0.1.0 makes nothing. */
export type Noted = {
  /** On what occasion its customer signed in: a retry by another device does not know. */
  readonly during?: string | undefined;
  /** The version of the customer's space: what has a later one was changed after the sign-in. */
  readonly since?: number | undefined;
};

const nothing = { replica: '', channel: '', low: 0, ops: [], atMs: 0 };

/** The changes that a waiting claim was handed and that are not applied yet. */
export const carriedIn = (carried: Json): Carried =>
  ((carried ?? []) as unknown as Carried).filter(({ ops }) => ops.length > 0);

/** What is known of a sign-in: what was noted at the first try of its merge, and what this one says. */
export const notedIn = (carried: Json, said?: string): Noted => {
  const notes = (carried ?? []) as unknown as readonly Noted[];
  const { during } = notes.findLast((note) => note.during !== undefined) ?? {};
  const { since } = notes.find((note) => note.since !== undefined) ?? {};
  // Once it is that of a checkout it stays so.
  return { during: during === 'checkout' ? during : (said ?? during), since };
};

export const keptCarried = (batches: Carried, { during, since }: Noted): Json =>
  [
    ...batches,
    { ...nothing, ...(during === undefined ? {} : { during }), ...(since === undefined ? {} : { since }) },
  ] as unknown as Json;
