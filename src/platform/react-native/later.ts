import type { Later } from './shapes.ts';

/** Whether an answer is still to come. */
export const isLater = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/**
 * Goes on with a value: at once when it is there, else when it comes. So a synchronous storage is
 * written when the call returns, without a turn of the event loop.
 */
export const andThen = <T, R>(value: Later<T>, next: (value: T) => Later<R>): Later<R> =>
  isLater(value) ? (value.then(next as (value: unknown) => Later<R>) as PromiseLike<R>) : next(value);

/**
 * Starts all calls, and waits until every one has ended, also when some fail; then fails with the
 * first error. A call that is still under way when its successor is made could overwrite it.
 */
export const all = (calls: readonly (() => Later<unknown>)[]): Later<void> => {
  const errors: unknown[] = [];
  const fail = (error: unknown): void => {
    errors.push(error);
  };
  const pending = calls.map((call): Later<unknown> => {
    try {
      const answer = call();
      return isLater(answer) ? answer.then(undefined, fail) : undefined;
    } catch (error) {
      return fail(error);
    }
  });
  const end = (): void => {
    if (errors.length) throw errors[0];
  };
  return pending.some(isLater) ? Promise.all(pending).then(end) : end();
};

/** Makes each call when the one before it has ended; one that fails is the last. */
export const inTurn = (calls: readonly (() => Later<unknown>)[]): Later<unknown> =>
  calls.reduce<Later<unknown>>((before, call) => andThen(before, call), undefined);

/** Makes a call, and once more when it fails. */
export const orAgain = <T>(call: () => Later<T>): Later<T> => {
  try {
    const answer = call();
    return isLater(answer) ? (answer.then(undefined, call) as PromiseLike<T>) : answer;
  } catch {
    return call();
  }
};

/** Makes a call and waits for its end, whatever becomes of it. */
export const settled = (call: () => Later<unknown>): Later<void> => {
  const end = (): void => {};
  try {
    const answer = call();
    return isLater(answer) ? answer.then(end, end) : undefined;
  } catch {
    return undefined;
  }
};
