import { RelevoError } from '../core/relevo-error.ts';
import type { Ack, SyncReply } from '../protocol/messages.ts';
import { createDeferred } from './deferred.ts';
import type { Pending } from './model.ts';
import { unnumbered } from './outbox.ts';
import type { OutEntry } from './records.ts';
import type { Done } from './tables.ts';

/** A change that nobody waits for yet. */
export const pendingOf = (entry: OutEntry, more: Partial<Pending> = {}): Pending => ({
  entry,
  saved: createDeferred(),
  synced: createDeferred(),
  stage: 'new',
  ...more,
});

/** The outbox as the store has it, with this page's promises, and behind it what is not stored yet. */
export const matchPending = (
  pending: readonly Pending[],
  { out, done, isSame }: { out: readonly OutEntry[]; done: readonly Done[]; isSame: boolean },
): Pending[] => {
  const fates = new Map(done.map(([id, code]) => [id, code]));
  const mine = new Map(pending.map((one) => [one.entry.i, one]));
  const once = new Set<string>();
  const stored = out.flatMap((entry): Pending[] => {
    // Placed while its store gave way to memory it may stand in two places.
    if (once.has(entry.i)) return [];
    once.add(entry.i);
    const known = mine.get(entry.i) ?? pendingOf(entry, { stage: 'stored' });
    mine.delete(entry.i);
    // Another tab withdrew it: what is left is its number.
    if (entry.x.t === 'nop' && known.entry.x.t !== 'nop') settle(known, 'sync/abandoned');
    return [Object.assign(known, { entry, isTaken: false })];
  });
  const unsaved = [...mine.values()].filter((one) => {
    const isKnown = fates.has(one.entry.i);
    // One on its way into the store may have been sent from another one meanwhile.
    if (one.stage !== 'stored' && !isKnown) return true;
    if (isKnown || !isSame || one.isTaken) {
      settle(one, isKnown ? fates.get(one.entry.i) : 'sync/abandoned');
      one.isOver = true;
      return false;
    }
    // It left with the disk, or long ago: sent again, its id tells whether the server has it.
    Object.assign(one, { entry: { ...unnumbered(one.entry), again: true }, stage: 'new' });
    return true;
  });
  return [...stored, ...unsaved];
};

/** Whoever waits for it hears that it is done, or with which code it is not. */
export const settle = ({ saved, synced }: Pending, code: string | undefined): void => {
  if (code) {
    const error = new RelevoError(code);
    saved.reject(error);
    synced.reject(error);
  } else {
    saved.resolve();
    synced.resolve();
  }
};

/** Before this page's own changes those that another page of this device left as nobody's, and may have sent from memory. */
export const addLimbo = (pending: readonly Pending[], limbo: readonly OutEntry[]): Pending[] => {
  const left = limbo.filter(({ i }) => !pending.some(({ entry }) => entry.i === i));
  return [...left.map((entry) => pendingOf({ ...entry, again: true }, { isLimbo: true, isKept: true })), ...pending];
};

/** The code that an acknowledgement refuses its change with; none when the server has it. */
const refusalOf = (status: Ack[1], why: Ack[2]): string | undefined => {
  if (status === 'ok' || status === 'dup' || status === 'superseded') return undefined;
  return status === 'rejected' ? String(why) : `change/${status}`;
};

/** What acknowledgements say, for other tabs. */
export const doneBy = (acks: readonly Ack[]): Done[] =>
  acks.map(([id, status, why]) => {
    const code = refusalOf(status, why);
    return code ? [id, code] : [id];
  });

/** What a claim brought. What came after one that was merged already is nobody's yet: it moves on with the rest. */
export const hadByClaim = ({ claimAcks = [] }: SyncReply): readonly Ack[] =>
  claimAcks.filter(([, , why]) => why !== 'auth/guest-claimed');

/** What the server said settles the promises; what it answered is pending no more. */
export const settlePending = (pending: readonly Pending[], acks: readonly Ack[]) => {
  const byId = new Map(acks.map((ack) => [ack[0], ack]));
  const collections: string[] = [];
  const refused: string[] = [];
  const left = pending.filter((one) => {
    const { entry, saved } = one;
    const [, status, why] = byId.get(entry.i) ?? [];
    if (!status) return true;
    one.isOver = true;
    collections.push(entry.c);
    saved.resolve();
    const code = refusalOf(status, why);
    settle(one, code);
    if (code) refused.push(code);
    return false;
  });
  return { left, collections, refused };
};
