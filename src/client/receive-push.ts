import { cursorScope, cursorVersion } from '../protocol/cursor.ts';
import type { Push } from '../protocol/messages.ts';
import type { Partition } from './partition.ts';

/**
 * A push is applied only when it continues exactly what is here; else it is a reason to pull.
 * Gives what it was: rows that are shown now, a reason, or nothing new.
 */
export const receivePush = async (
  partition: Partition,
  { v, prev, cur, ent }: Push,
  options: { isBusy: boolean },
): Promise<'applied' | 'pull' | 'known'> => {
  const { epoch } = partition.device;
  if (ent && !options.isBusy && prev === cursorVersion(partition.space.cursor)) {
    if (await partition.apply(epoch, { from: prev, cur, isReset: false, acks: [], rows: ent })) return 'applied';
  }
  const { cursor } = partition.space;
  const isOther = cursor !== null && cursorScope(cursor) !== cursorScope(cur);
  return isOther || v > cursorVersion(cursor) ? 'pull' : 'known';
};
