import type { Ids } from './ports.ts';
import type { ReadTx, WriteTx } from './store.ts';

// Names the set of data; a new one tells devices that the server was restored, and to hand back what
// they hold. It is read in each request's transaction and never kept by a process: another process,
// or the command, may have begun a new one.

/** Which incarnation the data is. */
export const incarnationOf = async (tx: ReadTx): Promise<string> => (await tx.meta('incarnation')) ?? '';

/**
 * The data was put back to an earlier state: a new incarnation begins. With `isKnownHead` nothing was
 * written since, so that each space now stands where the backup was made, and devices need to offer
 * only what is newer. A server that finds it out later cannot know where it stood: they offer all.
 */
export const beginIncarnation = async (
  tx: WriteTx,
  { ids, nowMs, isKnownHead }: { ids: Ids; nowMs: number; isKnownHead: boolean },
): Promise<void> => {
  const before = await incarnationOf(tx);
  await tx.putMeta('incarnation', ids.random());
  await tx.putMeta('incarnation-before', isKnownHead ? before : '');
  await tx.putMeta('restored-at', String(nowMs));
  if (isKnownHead) await tx.keepHeads();
};

/** The version above which a device whose cursor is of incarnation `of` may hold what is lost here. */
export const restoredHead = async (tx: ReadTx, { space, of }: { space: string; of: string }): Promise<number> =>
  of !== '' && of === (await tx.meta('incarnation-before')) ? ((await tx.restoredHead(space)) ?? 0) : 0;
