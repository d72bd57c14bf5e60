import type { Ids } from './ports.ts';
import type { ReadTx, WriteTx } from './store.ts';

// Names the set of data; a new one tells devices that the server was restored, and to hand back what
// they hold. It is read in each request's transaction and never kept by a process: another process,
// or the command, may have begun a new one.

/** Which incarnation the data is. */
export const incarnationOf = async (tx: ReadTx): Promise<string> => (await tx.meta('incarnation')) ?? '';

const remembered = async (tx: ReadTx): Promise<readonly string[]> =>
  ((await tx.meta('incarnations')) ?? '').split(' ').filter(Boolean);

/** Whether this data ever was of incarnation `of`, or has heard of it. */
export const isRemembered = async (tx: ReadTx, of: string): Promise<boolean> =>
  (await tx.meta('incarnation-before')) === of || (await remembered(tx)).includes(of);

/** That one is no news any more. */
export const remember = async (tx: WriteTx, of: string): Promise<void> => {
  const known = await remembered(tx);
  if (!known.includes(of)) await tx.putMeta('incarnations', [...known, of].join(' '));
};

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
  await remember(tx, before);
  await tx.putMeta('incarnation', ids.random());
  await tx.putMeta('incarnation-before', isKnownHead ? before : '');
  await tx.putMeta('restored-at', String(nowMs));
  if (isKnownHead) await tx.keepHeads();
};

/** The version above which a device whose cursor is of incarnation `of` may hold what is lost here. */
export const restoredHead = async (tx: ReadTx, { space, of }: { space: string; of: string }): Promise<number> =>
  of !== '' && of === (await tx.meta('incarnation-before')) ? ((await tx.restoredHead(space)) ?? 0) : 0;
