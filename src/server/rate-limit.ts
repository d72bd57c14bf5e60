import type { Clock, RateLimit } from './ports.ts';

/** A bucket holds `burst` tries and fills by `perSecond`. */
export type Bucket = { readonly burst: number; readonly perSecond: number };

export type Buckets = { readonly customer: Bucket; readonly address: Bucket; readonly site: Bucket };

export const defaultBuckets: Buckets = {
  customer: { burst: 120, perSecond: 20 },
  address: { burst: 600, perSecond: 100 },
  site: { burst: 20_000, perSecond: 5_000 },
};

/** Names remembered at once; the longest unused are full again anyway. */
const maxNames = 100_000;

/** Token buckets in memory. A restart fills them, which a limit against floods can bear. */
export const createRateLimit = (clock: Pick<Clock, 'now'>, buckets: Buckets = defaultBuckets): RateLimit => {
  const levels = new Map<string, { tries: number; atMs: number }>();
  return {
    take(kind, name) {
      const { burst, perSecond } = buckets[kind];
      const key = `${kind}\n${name}`;
      const now = clock.now();
      const level = levels.get(key) ?? { tries: burst, atMs: now };
      const tries = Math.min(burst, level.tries + (Math.max(0, now - level.atMs) / 1_000) * perSecond);
      const isAllowed = tries >= 1;
      // Taken out and put in again: the map's order is the order of last use.
      levels.delete(key);
      levels.set(key, { tries: isAllowed ? tries - 1 : tries, atMs: now });
      if (levels.size > maxNames) {
        const [oldest] = levels.keys();
        if (oldest !== undefined) levels.delete(oldest);
      }
      return isAllowed ? 0 : Math.ceil(((1 - tries) / perSecond) * 1_000);
    },
  };
};
