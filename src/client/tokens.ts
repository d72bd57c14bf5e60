import { RelevoError } from '../core/relevo-error.ts';
import type { Config } from './options.ts';
import type { Clock, Ids } from './ports.ts';

export type Tokens = ReturnType<typeof createTokens>;

/**
 * Whose token it is, read without verifying (the server verifies): only to recognise that the
 * customer of this device came back. `undefined` when the text is no JWT with a `sub`.
 */
export const subjectOf = (ids: Ids, token: string): string | undefined => {
  try {
    const bytes = ids.decodeBase64((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/'));
    const utf8 = bytes.replace(/[\s\S]/g, (byte) => `%${(byte.charCodeAt(0) + 256).toString(16).slice(1)}`);
    const { sub } = JSON.parse(decodeURIComponent(utf8)) as { sub?: unknown };
    return typeof sub === 'string' ? sub : undefined;
  } catch {
    return undefined;
  }
};

const askMs = 15_000;

/** The customer's token: in memory only, never stored. */
export const createTokens = (
  { config, clock, ids }: { config: Config; clock: Clock; ids: Ids },
  onAnswer: (answer: string | null, ends: number) => void,
) => {
  let token: string | undefined;
  const ended = new Set<string>();
  let ends = 0;
  /** How often a token came, of whomever. */
  let sets = 0;
  let isShut = false;
  let calls = 0;
  /** The latest call that was answered. */
  let answered = 0;
  /** Ends the waiting for an answer that is none any more: a page that never answers holds nobody up. */
  const waiting = new Set<() => void>();
  const giveUp = () => {
    for (const end of waiting) end();
  };
  /** While somebody is being signed in by hand. */
  let entering: Promise<unknown> | undefined;

  const heard = (found: string | null | undefined) => {
    if (found === undefined) return found;
    isShut = false;
    return found || null;
  };

  /**
   * Asks the page; undefined = not known yet. Gives how many had signed out then, too. Rejects when its function does, or
   * does not answer in 15 s; an answer that comes later still counts (`onAnswer`). One from before somebody came or left is
   * no answer, nor is one to a call before one that was answered. One that comes while somebody is being signed in by hand
   * waits: it counts if that fails.
   */
  const ask = () =>
    new Promise<readonly [answer: string | null | undefined, ends: number]>((resolve, reject) => {
      let isLate = false;
      const cancel = clock.timer(askMs, () => {
        isLate = true;
        waiting.delete(end);
        reject(new RelevoError('auth/no-answer', { retryable: true }));
      });
      const [asked, known, call] = [ends, sets, ++calls];
      const end = () => resolve([undefined, asked]);
      waiting.add(end);
      const isOld = () => asked !== ends || known !== sets || call < answered;
      const answer = async () => config.getToken?.();
      answer()
        .then((found) => {
          const accept = () => (isOld() || (found && (isShut || ended.has(found))) ? undefined : heard(found));
          const tell = (): void => {
            // Somebody else may be being signed in by then.
            if (entering) return void entering.then(tell);
            const said = accept();
            if (said !== undefined) onAnswer(said, asked);
          };
          const isToTell = isLate || !!entering;
          const said = isToTell ? undefined : accept();
          if (found !== undefined && !isOld()) answered = call;
          if (isToTell) tell();
          // Nothing, of one that came too late.
          resolve([said, asked]);
        }, reject)
        .finally(() => {
          waiting.delete(end);
          cancel();
        });
    });

  /** Their token is theirs again, should they be back. */
  const allow = (sub: string | undefined) => {
    for (const one of ended) if (sub !== undefined && subjectOf(ids, one) === sub) ended.delete(one);
  };

  return {
    ask,
    get ends() {
      return ends;
    },
    /** The last one known, without asking the page. */
    peek: () => token,
    set(next: string | undefined) {
      token = next;
      if (!next) return;
      ended.delete(next);
      sets++;
      isShut = false;
      giveUp();
    },
    /** Somebody is being signed in by hand. */
    enters(done: Promise<unknown>) {
      // Not `allSettled`: the Promise of Hermes up to 0.12 has none.
      const mine = Promise.all([entering, done.catch(() => {})]).then(() => {
        if (entering === mine) entering = undefined;
      });
      entering = mine;
    },
    /** Whatever the page answers signs nobody in before it has said that nobody is here: that takes `signIn()`. */
    doubt() {
      isShut = true;
    },
    /** Its customer took the device back. Whatever the page answers signs nobody in before it has said that nobody is here: that takes `signIn()`. */
    shut() {
      this.end();
      isShut = true;
    },
    /** One more of somebody who is being signed out, to say with what they did last. It signs nobody in. */
    async another(sub: string | undefined): Promise<string | undefined> {
      const found = sub === undefined ? undefined : await config.getToken?.();
      if (!found || subjectOf(ids, found) !== sub) return undefined;
      if (!token) ended.add(found);
      return found;
    },
    /**
     * Somebody is told to leave. A page that goes on answering their token, or that of whom it was signing in, signs nobody
     * in by it: that takes `signIn()` or another token. It still serves to see them off.
     */
    bar(entering?: string) {
      ends++;
      for (const one of [token, entering]) if (one) ended.add(one);
      giveUp();
    },
    /** Its customer signed out. */
    end() {
      this.bar();
      token = undefined;
    },
    /** Another tab signed somebody in. If it is who signed out here, the token that this page answered then is theirs again. */
    entered(sub: string | undefined) {
      token = undefined;
      sets++;
      allow(sub);
    },
    allow,
    /** The token now, asking the page when there is none; undefined = wait for the page. */
    async get(): Promise<string | undefined> {
      if (token || !config.getToken) return token;
      const [answer, asked] = await ask();
      if (answer !== undefined) onAnswer(answer, asked);
      return token;
    },
  };
};
