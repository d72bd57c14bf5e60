import { RelevoError } from '../core/relevo-error.ts';
import type { Ack } from '../protocol/messages.ts';
import { createDeferred } from './deferred.ts';
import type { Pending } from './model.ts';
import type { OutEntry } from './records.ts';

/** The outbox as the store has it, with this page's promises, and behind it what is not stored yet. */
export const matchPending = (pending: readonly Pending[], out: readonly OutEntry[]): Pending[] => {
  const mine = new Map(pending.map((one) => [one.entry.i, one]));
  const stored = out.map((entry): Pending => {
    const known = mine.get(entry.i) ?? { entry, saved: createDeferred(), synced: createDeferred(), stage: 'stored' };
    mine.delete(entry.i);
    known.entry = entry;
    return known;
  });
  const unsaved = [...mine.values()].filter(({ stage, saved, synced }) => {
    if (stage !== 'stored') return true;
    saved.resolve(); // gone from the outbox: another tab's exchange brought it to the server
    synced.resolve();
    return false;
  });
  return [...stored, ...unsaved];
};

/** Before this page's own changes those that another page of this device left as nobody's. */
export const addLimbo = (pending: readonly Pending[], limbo: readonly OutEntry[]): Pending[] => {
  const left = limbo.filter(({ i }) => !pending.some(({ entry }) => entry.i === i));
  const stage = 'new';
  return [
    ...left.map(
      (entry) => ({ entry, saved: createDeferred(), synced: createDeferred(), stage, isLimbo: true }) as const,
    ),
    ...pending,
  ];
};

/** What the server said settles the promises; what it answered is pending no more. */
export const settlePending = (pending: readonly Pending[], acks: readonly Ack[]) => {
  const byId = new Map(acks.map((ack) => [ack[0], ack]));
  const collections: string[] = [];
  const refused: string[] = [];
  const left = pending.filter(({ entry, saved, synced }) => {
    const [, status, why] = byId.get(entry.i) ?? [];
    if (!status) return true;
    collections.push(entry.c);
    saved.resolve();
    if (status === 'ok' || status === 'dup' || status === 'superseded') synced.resolve();
    else {
      const code = status === 'rejected' ? String(why) : `change/${status}`;
      synced.reject(new RelevoError(code));
      refused.push(code);
    }
    return false;
  });
  return { left, collections, refused };
};
