import { Agent, type IncomingMessage, request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

export type Shot = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  readonly ms: number;
};

/** Nothing on this server may take longer. */
export const hangMs = 5_000;

/** Sends over connections that are kept; rejects when the connection breaks or nothing comes within {@link hangMs}. */
export const createHttpClient = (port: () => number, sockets: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const once = ({ method, path, headers, body }: Shot): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const startMs = performance.now();
      const length = body === null ? {} : { 'content-length': String(body.length) };
      const sent = request({
        agent,
        host: '127.0.0.1',
        port: port(),
        method,
        path,
        headers: { ...length, ...headers },
        timeout: hangMs,
      });
      const read = (message: IncomingMessage) => {
        const chunks: Buffer[] = [];
        message.on('data', (chunk: Buffer) => chunks.push(chunk));
        message.on('error', reject);
        message.on('end', () => {
          try {
            // The headers of an answer to HEAD are those of a body that does not come.
            const encoding = method === 'HEAD' ? undefined : message.headers['content-encoding'];
            const bytes = inflate(Buffer.concat(chunks), encoding);
            const ms = performance.now() - startMs;
            resolve({ status: message.statusCode ?? 0, headers: message.headers, body: bytes, ms });
          } catch (error) {
            reject(error);
          }
        });
      };
      sent.on('response', read);
      sent.on('upgrade', (message, socket) => {
        socket.destroy();
        read(message);
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${hangMs} ms`)));
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The server closes connections that were idle for 5 s: one that is used at that moment tells nothing.
        if (sent.reusedSocket && error.code === 'ECONNRESET') error.message = stale;
        reject(error);
      });
      if (body === null) sent.end();
      else sent.end(body);
    });
  return {
    /** A connection that was closed while idle is no answer: the same is sent over another one, once. */
    send: (shot: Shot): Promise<Answer> =>
      once(shot).catch((error: Error) => {
        if (error.message !== stale) throw error;
        return once(shot);
      }),
    close: () => agent.destroy(),
  };
};

const stale = 'the connection was closed while it was idle';

const inflate = (bytes: Buffer, encoding: string | undefined): Buffer => {
  if (encoding === 'br') return brotliDecompressSync(bytes);
  return encoding === 'gzip' ? gunzipSync(bytes) : bytes;
};

export type HttpClient = ReturnType<typeof createHttpClient>;
