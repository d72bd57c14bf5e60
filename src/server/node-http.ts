import type { IncomingMessage, ServerResponse } from 'node:http';
import { RelevoError } from '../core/relevo-error.ts';
import type { HttpReply, HttpRequest } from './http.ts';

/** A body that is no UTF-8, or that begins with a byte order mark, is not JSON by RFC 8259. */
const decoder = () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws `request/malformed` when the bytes are no UTF-8. */
export const bytesToText = (bytes: Uint8Array): string => {
  try {
    return decoder().decode(bytes);
  } catch {
    throw new RelevoError('request/malformed', { detail: 'The body is no UTF-8.' });
  }
};

const pathOf = (url: string | undefined): string => (url ?? '/').split('?', 1)[0] ?? '/';

const queryOf = (url = ''): string => url.slice(url.indexOf('?') + 1 || url.length);

/** The client's address; behind `trustProxy` proxies of one's own, what the first of them saw. */
const addressOf = (message: IncomingMessage, trustProxy: number): string | undefined => {
  if (trustProxy === 0) return message.socket.remoteAddress;
  const hops = String(message.headers['x-forwarded-for'] ?? '').split(',');
  return hops.at(-trustProxy)?.trim() || message.socket.remoteAddress;
};

export const toHttpRequest = (message: IncomingMessage, { trustProxy }: { trustProxy: number }): HttpRequest => ({
  method: message.method ?? 'GET',
  path: pathOf(message.url),
  header(name) {
    const value = message.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  },
  query: (name) => new URLSearchParams(queryOf(message.url)).get(name) ?? undefined,
  address: addressOf(message, trustProxy),
  text: (maxBytes) => readText(message, maxBytes),
});

export const brokenOff = () => new RelevoError('request/malformed', { detail: 'The body broke off.' });

const bodyWasRead = () =>
  new RelevoError('server/internal', {
    detail: 'The body was read by somebody else: mount relevo-server before any body parser.',
    retryable: true,
  });

const readText = (message: IncomingMessage, maxBytes: number): Promise<string> => {
  if (Number(message.headers['content-length'] ?? 0) > maxBytes)
    return Promise.reject(new RelevoError('request/too-large'));
  // Neither an `end` nor a `close` would come any more, and the request would wait for ever.
  if (message.readableDidRead || message.readableEnded) return Promise.reject(bodyWasRead());
  if (message.destroyed) return Promise.reject(brokenOff());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        // What still comes is not kept; the reply closes the connection.
        message.removeAllListeners('data');
        message.resume();
        reject(new RelevoError('request/too-large'));
      } else chunks.push(chunk);
    });
    message.on('end', () => {
      try {
        resolve(bytesToText(Buffer.concat(chunks)));
      } catch (error) {
        reject(error);
      }
    });
    message.on('error', () => reject(brokenOff()));
    message.on('close', () => reject(brokenOff()));
  });
};

export const sendReply = (message: IncomingMessage, response: ServerResponse, reply: HttpReply): void => {
  if (response.destroyed) return;
  const headers: Record<string, string> = { ...reply.headers };
  if (reply.body !== null) headers['content-length'] = String(Buffer.byteLength(reply.body));
  // An unread body would be taken for the next request of the connection.
  if (!message.complete) headers.connection = 'close';
  response.writeHead(reply.status, headers);
  if (message.method === 'HEAD' || reply.body === null) response.end();
  else response.end(reply.body);
};
