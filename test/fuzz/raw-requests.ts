import { connect } from 'node:net';
import type { Random } from '../../src/testing/random.ts';
import { checkAnswer } from './check-answer.ts';
import { hangMs } from './http-client.ts';

/** Bytes that no HTTP client would write, in the pieces in which they are sent. */
export const rawRequest = (random: Random, body: Buffer): readonly Buffer[] => {
  const text = body.toString('latin1');
  const head = (lines: readonly string[], first = 'POST /v1/sync HTTP/1.1', host: readonly string[] = ['Host: x']) =>
    `${[first, ...host, ...lines].join('\r\n')}\r\n\r\n`;
  const length = (value: string | number) => head([`Content-Length: ${value}`]) + text;
  const whole = length(text.length);
  const chunked = (chunks: string, header = 'Transfer-Encoding: chunked') => head([header]) + chunks;
  const hex = text.length.toString(16);
  const good = `${hex}\r\n${text}\r\n0\r\n\r\n`;
  const withLength = [`Content-Length: ${text.length}`];
  const shapes: readonly (() => string)[] = [
    () => length(random.pick([0, 1, text.length - 1, text.length + 1, text.length * 100])),
    () =>
      length(
        random.pick(['-1', '+5', '0x10', '1e3', ' ', '5, 5', '99999999999999999999', '5;x', '262145', '26214400']),
      ),
    () => head(['Content-Length: 5', `Content-Length: ${text.length}`]) + text,
    () => chunked(good),
    () =>
      chunked(
        random.pick([`${hex}\r\n${text}`, `zz\r\n${text}`, `-1\r\n\r\n`, `ffffffffffffffff1\r\n${text}`, '0\r\n']),
      ),
    () => chunked(`${hex};${'x'.repeat(20_000)}\r\n${text}\r\n0\r\n\r\n`),
    () => chunked(`${hex}\r\n${text}\r\n0\r\n${'x-trailer: 1\r\n'.repeat(2_000)}\r\n`),
    () => chunked(`${'1\r\n \r\n'.repeat(2_000)}0\r\n\r\n`),
    () =>
      chunked(
        good,
        random.pick([
          'Transfer-Encoding: xchunked',
          'Transfer-Encoding: chunked, identity',
          'Transfer-Encoding : chunked',
          'Transfer-Encoding:\r\n chunked',
          'transfer-encoding: Chunked',
        ]),
      ),
    () => head([`Content-Length: ${good.length}`, 'Transfer-Encoding: chunked']) + good,
    () => head(['Content-Length: 4', 'Transfer-Encoding: chunked']) + good,
    () =>
      head(
        withLength,
        random.pick([
          'POST /v1/sync',
          'POST /v1/sync HTTP/1.0',
          'POST /v1/sync HTTP/2.0',
          'POST /v1/sync http/1.1',
          'POST  /v1/sync HTTP/1.1',
          'POST\t/v1/sync\tHTTP/1.1',
          'FOO /v1/sync HTTP/1.1',
          'POST http://x/v1/sync HTTP/1.1',
          'POST * HTTP/1.1',
          'OPTIONS * HTTP/1.1',
          'CONNECT x:80 HTTP/1.1',
          `POST /${'a'.repeat(20_000)} HTTP/1.1`,
          'POST /v1/sy\u0000nc HTTP/1.1',
          'POST /v1/s\u00ffnc HTTP/1.1',
          'post /v1/sync HTTP/1.1',
          'PRI * HTTP/2.0',
        ]),
      ) + text,
    () =>
      head(
        withLength,
        undefined,
        random.pick([[], ['Host: a', 'Host: b'], ['Host:'], ['Host: \u0000'], [`Host: ${'x'.repeat(9_000)}`]]),
      ) + text,
    () => head([...Array.from({ length: 3_000 }, (_, n) => `a${n}: b`), ...withLength]) + text,
    () => head([`X-Big: ${'x'.repeat(random.pick([8_000, 16_000, 17_000, 70_000]))}`, ...withLength]) + text,
    () =>
      head(
        [
          random.pick([
            'no colon here',
            ': no name',
            'a b: c',
            'x: a\u0000b',
            'x: a\rb',
            ' folded: x',
            '\u00ff: x',
            'Content-Encoding: gzip\u00a0',
          ]),
        ],
        undefined,
      ) + text,
    () => head(withLength).replaceAll('\r\n', '\n') + text,
    () => `\r\n\r\n\r\n${whole}`,
    () => whole + whole,
    () => whole + random.pick(['GARBAGE\r\n\r\n', '\u0000'.repeat(64), 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n']),
    () => whole.slice(0, random.below(whole.length)),
    () => head([...withLength, 'Connection: close, keep-alive, upgrade', 'Upgrade: websocket']) + text,
    () => head([...withLength, `Expect: ${random.pick(['100-continue', 'nothing'])}`]) + text,
    () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0012\u0004\u0000\u0000\u0000\u0000\u0000',
    () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'.padEnd(300, '\u0007'),
    () => String.fromCharCode(...Array.from({ length: 1 + random.below(400) }, () => random.below(256))),
  ];
  const bytes = Buffer.from(random.pick(shapes)(), 'latin1');
  if (random.chance(0.6)) return [bytes];
  const at = random.below(bytes.length + 1);
  return [bytes.subarray(0, at), bytes.subarray(at)];
};

export type RawOutcome = { readonly statuses: readonly number[]; readonly finding: string | undefined };

/**
 * Writes bytes to a connection of their own, ends it, and judges what comes back. An answer that takes longer than
 * `quietMs` is not waited for: the rest of the load is judged for hanging.
 */
export const sendRaw = (
  pieces: readonly Buffer[],
  { port, canary, quietMs = 60 }: { port: number; canary: string; quietMs?: number },
): Promise<RawOutcome> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: false });
    const late = setTimeout(() => {
      socket.destroy();
      resolve({ statuses: [], finding: `a connection that was ended is open after ${hangMs} ms` });
    }, hangMs);
    socket.on('data', (chunk) => chunks.push(chunk));
    // Refused bytes are not read: the system may answer them with a reset.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(late);
      resolve(judge(Buffer.concat(chunks), canary));
    });
    socket.on('connect', () => {
      for (const piece of pieces) socket.write(piece);
      // Not at once: a server drops what it was asked when the other end has gone.
      socket.setTimeout(quietMs, () => socket.end());
    });
  });

const judge = (bytes: Buffer, canary: string): RawOutcome => {
  const statuses: number[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    const head = rest.subarray(0, Math.max(0, end)).toString('latin1');
    const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(head)?.[1]);
    if (end < 0 || !status) {
      // Half an answer, when the connection was ended before it had come whole.
      return { statuses, finding: bytes.includes(canary) ? 'the answer holds the canary' : undefined };
    }
    const headers = Object.fromEntries(
      head
        .split('\r\n')
        .slice(1)
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const length = Number(headers['content-length'] ?? 0);
    const body = rest.subarray(end + 4, end + 4 + length);
    rest = rest.subarray(end + 4 + length);
    if (status === 100) continue;
    statuses.push(status);
    if (body.length < length) return { statuses, finding: undefined };
    const finding = checkAnswer({ status, headers, body }, { method: 'RAW', path: '/v1/sync', canary });
    // Which of the requests in the bytes was a beacon or another address is not known: only a reply is read as one.
    if (finding && (status >= 400 || body.includes(canary))) return { statuses, finding };
  }
  return { statuses, finding: undefined };
};
