import type { HttpReply } from '../../src/client/ports.ts';
import type { Line } from '../../src/testing/virtual-network.ts';

export type Answer = { readonly status: number; readonly body: string; readonly retryAfterMs?: number };

/** The server's own refusal, in its own shape. */
export const refusal = (status: number, code: string, retryAfterMs?: number): Answer => ({
  status,
  body: JSON.stringify({ code, message: code, retryable: status === 429 || status >= 500 }),
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

/** Puts somebody between a device and its server, before a page is opened: `undefined` lets the request through. */
export const standIn = (line: Line, answer: (path: string, body: string) => Answer | undefined): void => {
  const { post } = line.transport;
  Object.assign(line.transport, {
    post: async (path: string, body: string, options: { timeoutMs: number }): Promise<HttpReply> => {
      const own = answer(path, body);
      return own ? { retryAfterMs: null, ...own } : post(path, body, options);
    },
  });
};
