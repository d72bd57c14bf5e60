import type { Json } from '../core/json.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { dayMs } from './retention-times.ts';
import type { SpaceNews } from './space-news.ts';
import type { WriteTx } from './store.ts';

/** A request that may come again: the key that it comes under, and a hash of what it asks. */
export type Once = { readonly key: string; readonly hash: string };

/** Whoever repeats a request does so within a day. */
export const onceKeptMs = dayMs;

/**
 * Does something once under a key of a site, in the transaction of its effect: asked again, the same answer and nothing
 * else.
 * @throws `request/idempotency` when something else was asked under that key
 */
export const answerOnce = async <Reply>(
  tx: WriteTx,
  { site, once, nowMs }: { readonly site: string; readonly once: Once | undefined; readonly nowMs: number },
  work: () => Promise<{ readonly reply: Reply; readonly news: SpaceNews | undefined }>,
): Promise<{ readonly reply: Reply; readonly news?: SpaceNews | undefined }> => {
  if (!once) return work();
  const known = await tx.idempotent(site, once.key);
  if (known && known.at + onceKeptMs > nowMs) {
    if (known.hash !== once.hash) throw new RelevoError('request/idempotency');
    // Written by this function alone.
    return { reply: known.reply as Reply };
  }
  const done = await work();
  const reply = done.reply as unknown as Json;
  await tx.putIdempotent(site, once.key, { hash: once.hash, reply, at: nowMs });
  return done;
};
