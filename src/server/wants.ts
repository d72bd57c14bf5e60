import type { Sha256 } from '../core/hash.ts';
import type { SyncReply, SyncRequest } from '../protocol/messages.ts';
import type { SpaceWriter } from './space-writer.ts';
import { undoMerge } from './undo-merge.ts';

/** What a request wants done beside its changes, in their transaction; answered under the same name. */
export const answerWants = async (
  space: SpaceWriter,
  { want, sha256 }: { readonly want: SyncRequest['want']; readonly sha256: Sha256 },
): Promise<SyncReply['want']> => {
  if (want?.undo === undefined) return undefined;
  return { undo: { receipt: (await undoMerge(space, { id: want.undo, sha256 })) as WireReceipt } };
};

type WireReceipt = NonNullable<NonNullable<SyncReply['want']>['undo']>['receipt'];

/** Whether it takes a transaction that writes. */
export const isWriting = (want: SyncRequest['want']): boolean => want?.signout === true || want?.undo !== undefined;
