import { RelevoError } from '../core/relevo-error.ts';
import type { HttpRequest } from './http.ts';
import type { Clock, RateLimit } from './ports.ts';

/** A bucket holds `burst` tries and fills by `perSecond`. */
export type Bucket = { readonly burst: number; readonly perSecond: number };

export type Buckets = {
  readonly customer: Bucket;
  readonly address: Bucket;
  readonly site: Bucket;
  /** Of one server key, or of a site's webhooks. Default {@link defaultBuckets}. */
  readonly key?: Bucket;
};

export const defaultBuckets: Required<Buckets> = {
  customer: { burst: 120, perSecond: 20 },
  address: { burst: 600, perSecond: 100 },
  site: { burst: 20_000, perSecond: 5_000 },
  key: { burst: 2_000, perSecond: 500 },
};

/** Names remembered at once; the longest unused are full again anyway. */
const maxNames = 100_000;

/** Token buckets in memory. A restart fills them, which a limit against floods can bear. */
export const createRateLimit = (clock: Pick<Clock, 'now'>, buckets: Buckets = defaultBuckets): RateLimit => {
  // Levels are milliseconds of filling, so that whole times stay whole numbers.
  const levels = new Map<string, { readonly levelMs: number; readonly atMs: number }>();
  return {
    take(kind, name) {
      const { burst, perSecond } = buckets[kind] ?? defaultBuckets[kind];
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

/** @throws `request/rate` when the bucket is empty. */
export const takeRate = (rateLimit: RateLimit | undefined, ...[kind, name]: Parameters<RateLimit['take']>): void => {
  const waitMs = rateLimit?.take(kind, name) ?? 0;
  if (waitMs > 0) throw new RelevoError('request/rate', { retryable: true, retryAfterMs: waitMs });
};

/** Of the address that a request came from, where that is known. @throws `request/rate` */
export const takeAddress = (rateLimit: RateLimit | undefined, { address }: Pick<HttpRequest, 'address'>): void => {
  if (address !== undefined) takeRate(rateLimit, 'address', address);
};
