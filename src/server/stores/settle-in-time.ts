import { RelevoError } from '../../core/relevo-error.ts';

/** Starts a callback once after `ms`; the result cancels. */
export type Timer = (ms: number, callback: () => void) => () => void;

/** A guard that a transaction's methods pass before they work: it ends with the body. */
export type Lease = { check(): void };

/**
 * Runs a transaction's body and gives it up after `timeoutMs`. The lease ends when the body has
 * settled or was given up, so that a late body cannot write into somebody else's transaction.
 *
 * @throws `server/busy` when the body did not settle in time.
 */
export const settleInTime = async <T>(
  body: (lease: Lease) => Promise<T>,
  { timer, timeoutMs }: { timer: Timer; timeoutMs: number },
): Promise<T> => {
  let isOpen = true;
  const busy = () => new RelevoError('server/busy', { detail: 'The transaction took too long.', retryable: true });
  const lease: Lease = {
    check() {
      if (!isOpen) throw busy();
    },
  };
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = timer(timeoutMs, () => reject(busy()));
  });
  try {
    return await Promise.race([body(lease), late]);
  } finally {
    isOpen = false;
    cancel();
  }
};
