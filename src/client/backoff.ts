const firstMs = 1_000;
const longestMs = 60_000;

/**
 * How long to wait before try number `attempt` (0 = the first retry): full jitter up to 1 s, 2 s, 4 s
 * … 60 s, so that a thousand devices cut off together do not come back together. The server's own
 * wish is a floor. `jitter` is in [0, 1).
 */
export const backoffMs = (attempt: number, jitter: number, retryAfterMs = 0): number =>
  Math.max(retryAfterMs, jitter * Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 10)));
