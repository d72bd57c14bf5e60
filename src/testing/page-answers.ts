import type { VirtualClock } from './virtual-clock.ts';

/** How a page answers who is here: at once, not yet, with an error, or later with what it knew when it was asked. */
export type Answers = {
  readonly how: 'at once' | 'undefined' | 'rejects' | 'slow';
  /** How late it is when it is slow. */
  readonly ms: number;
};

export const answerAs = (
  { how, ms }: Answers,
  token: string | null,
  { timer }: Pick<VirtualClock, 'timer'>,
): string | null | undefined | Promise<string | null> => {
  if (how === 'undefined') return undefined;
  if (how === 'rejects') return Promise.reject(new Error('The shop does not say.'));
  return how === 'slow' ? new Promise((done) => void timer(ms, () => done(token))) : token;
};
