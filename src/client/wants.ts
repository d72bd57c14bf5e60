import { RelevoError } from '../core/relevo-error.ts';
import type { SyncReply } from '../protocol/messages.ts';

type Answer = NonNullable<SyncReply['want']>;
export type Want = { readonly want: object; readonly of: string; settle(answer: Answer | RelevoError): void };

export type Asked = {
  readonly answer: Promise<Answer>;
  /** It is not asked any more, if it was not answered. */
  end(code: string): void;
};

/** What a page asks the server for beside its changes: it rides along with the request behind which nothing waits. */
export const createWants = () => {
  const waiting = new Set<Want>();
  /** What the latest request carries. */
  let sent: Want | undefined;
  const next = (space: string | undefined) => [...waiting].find(({ of }) => of === space);
  return {
    /** @param of The space that it is asked for. */
    ask(want: object, of: string): Asked {
      let settle = (_: Answer | RelevoError): void => {};
      const answer = new Promise<Answer>((done, fail) => {
        settle = (result) => {
          waiting.delete(asked);
          if (result instanceof RelevoError) fail(result);
          else done(result);
        };
      });
      const asked: Want = { want, of, settle: (result) => settle(result) };
      waiting.add(asked);
      return { answer, end: (code) => settle(new RelevoError(code, { retryable: true })) };
    },
    isAsking: (space: string) => !!next(space),
    next,
    /**
     * What the next request of that space asks for; none when more has to be sent before. `asked`: what was asked for when
     * its changes were looked up. Behind what is asked later they lack what was done before that.
     */
    send(space: string | undefined, asked: Want | null = next(space) ?? null): object | undefined {
      sent = asked && waiting.has(asked) && asked.of === space ? asked : undefined;
      return sent?.want;
    },
    /** What came with the answer is here now. */
    answered({ want: answer, reset, fork, gap, claim }: SyncReply): void {
      if (answer) sent?.settle(answer);
      // Whoever is told to begin anew is not answered, nor one of whose guest the server has not taken note: they ask again.
      else if (!reset && !fork && gap === undefined && claim !== 'waiting')
        sent?.settle(new RelevoError('change/unsupported', { message: 'This server knows of no checkouts.' }));
    },
  };
};
