import type { EntryRow, SpaceRow } from './store.ts';

/** What a transaction changed in a space, for the live channel. */
export type SpaceNews = {
  readonly before: number;
  readonly row: SpaceRow;
  readonly rows: readonly EntryRow[];
  readonly incarnation: string;
};
