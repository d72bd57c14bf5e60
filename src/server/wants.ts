import type { SyncReply, SyncRequest } from '../protocol/messages.ts';
import type { SpaceWriter } from './space-writer.ts';
import { undoMerge } from './undo-merge.ts';

/** What a request wants done beside its changes, in their transaction; answered under the same name. */
export const answerWants = async (space: SpaceWriter, want: SyncRequest['want']): Promise<SyncReply['want']> =>
  want?.undo === undefined ? undefined : { undo: { receipt: (await undoMerge(space, want.undo)) as WireReceipt } };

type WireReceipt = NonNullable<NonNullable<SyncReply['want']>['undo']>['receipt'];

/** Whether it takes a transaction that writes. */
export const isWriting = (want: SyncRequest['want']): boolean => want?.signout === true || want?.undo !== undefined;
