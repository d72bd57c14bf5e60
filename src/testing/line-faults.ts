import type { HttpReply } from '../client/ports.ts';
import type { Random } from './random.ts';

/** What goes wrong on a device's line, as probabilities; absent = never. */
export type Faults = {
  /** The request never arrives. */
  readonly requestLost?: number;
  /** The request acts, its answer is lost. */
  readonly replyLost?: number;
  /** The request arrives twice. */
  readonly duplicated?: number;
  /** The answer comes very late. */
  readonly delayed?: number;
  /** The request takes its time, and later ones overtake it. */
  readonly reordered?: number;
  /** Something between answers: a captive portal, an overloaded proxy, a body cut short. */
  readonly garbled?: number;
  /** The request arrives a second time, long after. */
  readonly repeatedLate?: number;
  /** The server refuses for being busy, in its own shape and with a time to wait. */
  readonly refused?: number;
  /** A live push is lost, comes twice, or comes late and so out of order. */
  readonly pushLost?: number;
  readonly pushTwice?: number;
  readonly pushLate?: number;
  /** Only one direction works, without a word about it: who waits for the other waits until its time is over. */
  readonly oneWay?: 'up' | 'down' | undefined;
};

const html = '<html><body>Please accept our terms</body></html>';

type Garble = (reply: HttpReply, random: Random) => HttpReply;

/** What stands between and answers for the server, or spoils what it said. */
export const garbles: readonly (readonly [name: string, garble: Garble])[] = [
  ['html', () => ({ status: 200, body: html, retryAfterMs: null })],
  ['status 500', () => ({ status: 500, body: 'Internal Server Error', retryAfterMs: null })],
  ['status 502', () => ({ status: 502, body: `<html><h1>502 Bad Gateway</h1></html>`, retryAfterMs: null })],
  ['status 503', () => ({ status: 503, body: 'upstream unavailable', retryAfterMs: 2_000 })],
  // A code of ours in a shape that is not, and a status of ours without the shape.
  ['status 401', () => ({ status: 401, body: '{"error":"auth/revoked"}', retryAfterMs: null })],
  ['status 403', () => ({ status: 403, body: html, retryAfterMs: null })],
  ['cut', (reply, random) => ({ ...reply, body: reply.body.slice(0, random.below(reply.body.length)) })],
  ['no body', () => ({ status: 204, body: '', retryAfterMs: null })],
  ['foreign body', () => ({ status: 200, body: '{}', retryAfterMs: null })],
];

const busy = JSON.stringify({ code: 'request/rate', message: 'Too many requests.', retryable: true });

/** `Retry-After` as transports hand it on: seconds, a day and more, and what no clock should be set by. */
export const refusals: readonly (readonly [name: string, retryAfterMs: (random: Random) => number | null])[] = [
  ['seconds', (random) => 1_000 * random.below(6)],
  ['large', (random) => random.pick([86_400_000, 3_000_000_000, Number.POSITIVE_INFINITY])],
  ['odd', (random) => random.pick([null, 0, 0.4])],
];

/** The server's own refusal, with this wish of when to come again. */
export const refusalReply = (retryAfterMs: number | null): HttpReply => ({ status: 429, body: busy, retryAfterMs });
