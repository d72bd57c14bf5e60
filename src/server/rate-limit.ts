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
  // Levels are milliseconds of filling, so that whole times stay whole numbers.
  const levels = new Map<string, { readonly levelMs: number; readonly atMs: number }>();
  return {
    take(kind, name) {
      const { burst, perSecond } = buckets[kind];
      const costMs = 1_000 / perSecond;
      const key = `${kind}\n${name}`;
      const now = clock.now();
      const before = levels.get(key) ?? { levelMs: burst * costMs, atMs: now };
      const levelMs = Math.min(burst * costMs, before.levelMs + Math.max(0, now - before.atMs));
      const isAllowed = levelMs >= costMs;
      // Taken out and put in again: the map's order is the order of last use.
      levels.delete(key);
      levels.set(key, { levelMs: isAllowed ? levelMs - costMs : levelMs, atMs: now });
      if (levels.size > maxNames) {
        const [oldest] = levels.keys();
        if (oldest !== undefined) levels.delete(oldest);
      }
      return isAllowed ? 0 : Math.ceil(costMs - levelMs);
    },
  };
};
