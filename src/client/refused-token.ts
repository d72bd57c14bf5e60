import type { Clock } from './ports.ts';
import type { Tokens } from './tokens.ts';

const askAgainMs = 60_000;

/**
 * Which token is sent. When a fresh one was refused too, the page is not asked again before a minute has passed, or it
 * comes back into view.
 */
export const createRefusedToken = (clock: Clock, tokens: Tokens) => {
  /** In a row. */
  let refusals = 0;
  let refusedAt = 0;
  let used: string | undefined;
  return {
    /** `undefined`: the page has to answer first. */
    async take(): Promise<string | undefined> {
      const isRefused = refusals > 1 && clock.monotonic() - refusedAt < askAgainMs;
      used = isRefused ? tokens.peek() : await tokens.get();
      return used;
    },
    /** The server does not take it; gives whether another one is worth asking for at once. */
    refuse(): boolean {
      // A newer one may have come while this was on its way.
      if (tokens.peek() === used) tokens.set(undefined);
      refusedAt = clock.monotonic();
      return refusals++ === 0;
    },
    forget(): void {
      refusals = 0;
    },
  };
};
