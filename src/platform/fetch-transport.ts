import type { LiveSocket, Transport } from '../client/ports.ts';

type FetchTransportOptions = {
  readonly endpoint: string;
  readonly sendBeacon?: (url: string, body: string) => boolean;
};

const connectTimeoutMs = 10_000;

/** Seconds or an HTTP date (RFC 9110, section 10.2.3) as milliseconds from now; null when it is neither. */
const parseRetryAfter = (header: string | null): number | null => {
  if (!header) return null;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
};

/**
 * The network wherever there are `fetch` and `WebSocket`: pages and React Native. A string body travels
 * as `text/plain`, without custom headers and without cookies: a browser asks no permission first (no
 * preflight), and the credentials are in the body. Redirects are refused, since the body would be sent on
 * to wherever they point (React Native follows them all the same: its `fetch` knows no `redirect`).
 *
 * @param endpoint The sync server, absolute: `https://sync.shop.example`, a path included if it has one.
 * @param sendBeacon Sends what has to outlive the page, and says whether it will. Without it a request does its best.
 */
export const fetchTransport = ({ endpoint, sendBeacon }: FetchTransportOptions): Transport => {
  const base = endpoint.replace(/\/+$/, '');
  const send = (path: string, body: string, more: RequestInit): Promise<Response> =>
    fetch(base + path, { method: 'POST', body, credentials: 'omit', cache: 'no-store', redirect: 'error', ...more });

  return {
    async post(path, body, { timeoutMs }) {
      const abort = new AbortController();
      // Over the whole exchange: a body may stall as well as the headers.
      const timer = setTimeout(() => abort.abort(), timeoutMs);
      try {
        const reply = await send(path, body, { signal: abort.signal });
        return {
          status: reply.status,
          body: await reply.text(),
          retryAfterMs: parseRetryAfter(reply.headers.get('retry-after')),
        };
      } finally {
        clearTimeout(timer);
      }
    },

    beacon(path, body) {
      // False when the page's quota for such requests is used up.
      if (!sendBeacon?.(base + path, body)) send(path, body, { keepalive: true }).catch(() => {});
    },

    connect(ticket, on): LiveSocket {
      let socket: WebSocket | undefined;
      let over = false;
      const end = () => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        // WebKit may never report the close of a dead connection (bug 247943), so it is not waited for.
        socket?.close();
        void Promise.resolve().then(on.close);
      };
      const timer = setTimeout(end, connectTimeoutMs);
      try {
        socket = new WebSocket(`${base.replace(/^http/i, 'ws')}/v1/live`, ['relevo.v1', `t.${ticket}`]);
        socket.onopen = () => {
          // React Native on Android does not hear `close` while it connects, and opens all the same.
          if (over) return socket?.close();
          clearTimeout(timer);
          on.open();
        };
        socket.onmessage = ({ data }) => {
          if (typeof data === 'string') on.message(data);
        };
        socket.onclose = end;
      } catch {
        end();
      }
      return {
        send(text) {
          if (socket?.readyState === 1) socket.send(text);
        },
        close: end,
      };
    },
  };
};
