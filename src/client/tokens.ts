import type { Config } from './options.ts';
import type { Ids } from './ports.ts';

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

/** The customer's token: in memory only, never stored. */
export const createTokens = (config: Config, on: { answer(answer: string | null): void }) => {
  let token: string | undefined;
  return {
    /** The last one known, without asking the page. */
    peek: () => token,
    set(next: string | undefined) {
      token = next;
    },
    /** The token now, asking the page when there is none; undefined = wait for the page. Rejects when the page's function does. */
    async get(): Promise<string | undefined> {
      if (token || !config.getToken) return token;
      const answer = await config.getToken();
      if (answer !== undefined) on.answer(answer || null);
      return token;
    },
  };
};
