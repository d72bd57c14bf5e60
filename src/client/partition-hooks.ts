import type { Ack } from '../protocol/messages.ts';

/** What a partition tells the engine. */
export type PartitionHooks = {
  saved(): void;
  /** Another tab signed somebody in or out: who is here now is not shown yet. */
  passed(): void;
  epoch(): void;
  /** This page followed somebody who left, or has its store back, and found changes of theirs that nobody can send any more. */
  dropped(unsynced: number): void;
  /** A store that opened late knew somebody else; this page was only a stand-in. */
  found(): void;
  refused(code: string): void;
  /** What the server says to an order that was reported; `isOfWhoLeft`: by somebody who has left since. */
  orderAnswered(orderId: string, ack: Ack, of: { isOfWhoLeft: boolean }): void;
};
