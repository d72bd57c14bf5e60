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
  let ended: string | undefined;
  let ends = 0;
  /** How often a token came, of whomever. */
  let sets = 0;
  let isShut = false;

  const heard = (found: string | null | undefined) => {
    if (found === undefined) return found;
    isShut = false;
    return found || null;
  };

  const end = (entering?: string) => {
    ends++;
    ended = token ?? entering ?? ended;
    token = undefined;
  };

  /**
   * Asks the page; undefined = not known yet. Gives how many had signed out then, too. Rejects when its function does, or
   * does not answer in 15 s; an answer that comes later still counts (`onAnswer`). One from before somebody came or left is
   * no answer.
   */
  const ask = () =>
    new Promise<readonly [answer: string | null | undefined, ends: number]>((resolve, reject) => {
      let isLate = false;
      const cancel = clock.timer(askMs, () => {
        isLate = true;
        reject(new RelevoError('network/offline', { retryable: true, detail: 'getToken does not answer.' }));
      });
      const [asked, known] = [ends, sets];
      const answer = async () => config.getToken?.();
      answer()
        .then((found) => {
          const isOld = asked !== ends || known !== sets;
          const said = isOld || (found && (isShut || found === ended)) ? undefined : heard(found);
          if (!isLate) resolve([said, asked]);
          else if (said !== undefined) onAnswer(said, asked);
        }, reject)
        .finally(cancel);
    });

  return {
    ask,
    get ends() {
      return ends;
    },
    /** The last one known, without asking the page. */
    peek: () => token,
    set(next: string | undefined) {
      token = next;
      if (next === ended) ended = undefined;
      if (!next) return;
      sets++;
      isShut = false;
    },
    /** Its customer took the device back. Whatever the page answers signs nobody in before it has said that nobody is here: that takes `signIn()`. */
    shut() {
      end();
      isShut = true;
    },
    /** Its customer signed out. A page that goes on answering it signs nobody in: that takes `signIn()` or another token. `entering`: of whom it was signing in. */
    end,
    /** One more of somebody who is being signed out, to say with what they did last. It signs nobody in. */
    async another(sub: string | undefined): Promise<string | undefined> {
      const found = await config.getToken?.();
      if (!found || sub === undefined || subjectOf(ids, found) !== sub) return undefined;
      if (!token) ended = found;
      return found;
    },
    /** Another tab signed somebody in. If it is who signed out here, the token that this page answered then is theirs again. */
    entered(sub: string | undefined) {
      token = undefined;
      if (ended && sub !== undefined && subjectOf(ids, ended) === sub) ended = undefined;
    },
    /** The token now, asking the page when there is none; undefined = wait for the page. */
    async get(): Promise<string | undefined> {
      if (token || !config.getToken) return token;
      const [answer, asked] = await ask();
      if (answer !== undefined) onAnswer(answer, asked);
      return token;
    },
  };
};
