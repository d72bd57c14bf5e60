import { RelevoError } from '../core/relevo-error.ts';
import type { SyncReply } from '../protocol/messages.ts';
import { createDeferred } from './deferred.ts';

type Answer = NonNullable<SyncReply['want']>;

export type Want = {
  readonly want: object;
  /** The space that it is asked for. */
  readonly of: string;
  readonly answer: Promise<Answer>;
  settle(answer: Answer | RelevoError): void;
};

/** What a page asks the server for beside its changes: it rides along with the request behind which nothing waits. */
export const createWants = () => {
  const waiting = new Set<Want>();
  return {
    ask(want: object, of: string): Want {
      const { promise: answer, resolve, reject } = createDeferred<Answer>();
      const asked: Want = {
        want,
        of,
        answer,
        settle(result) {
          waiting.delete(asked);
          if (result instanceof RelevoError) reject(result);
          else resolve(result);
        },
      };
      waiting.add(asked);
      return asked;
    },
    isAsking: (asked: Want) => waiting.has(asked),
    next: (space: string) => [...waiting].find(({ of }) => of === space),
  };
};

/** What came with the answer to the request that carried it is here now. */
export const answerWant = (sent: Want | undefined, { want: answer, reset, fork, gap, claim }: SyncReply): void => {
  if (answer) sent?.settle(answer);
  // Whoever is told to begin anew is not answered, nor one of whose guest the server has not taken note: they ask again.
  else if (!reset && !fork && gap === undefined && claim !== 'waiting')
    sent?.settle(new RelevoError('change/unsupported', { message: 'This server knows of no checkouts.' }));
};
