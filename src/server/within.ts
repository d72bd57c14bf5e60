import type { Clock } from './ports.ts';

/** What `work` gives, or `error` when it takes longer than `ms`. The work goes on all the same. */
export const within = <T>(
  work: Promise<T>,
  { clock, ms, error }: { clock: Pick<Clock, 'timer'>; ms: number; error: () => Error },
): Promise<T> => {
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.timer(ms, () => reject(error()));
  });
  return Promise.race([work, late]).finally(() => cancel());
};
