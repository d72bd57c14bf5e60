import { gzipSync } from 'node:zlib';
import type { Random } from '../../src/testing/random.ts';
import type { Shot } from './http-client.ts';
import { origin } from './site.ts';

const invalidUtf8 = ['ff', 'c0af', 'eda080', 'f8888080', 'c3', 'f0908d', '80', 'fe'];

/** A body with its bytes spoilt. */
export const spoil = (random: Random, body: Buffer, earlier: readonly Buffer[]): Buffer => {
  const at = random.below(body.length + 1);
  const insert = (bytes: Buffer) => Buffer.concat([body.subarray(0, at), bytes, body.subarray(at)]);
  switch (random.below(11)) {
    case 0: {
      const copy = Buffer.from(body);
      for (let n = random.below(8); n >= 0; n--) {
        const flipped = random.below(copy.length);
        copy[flipped] = (copy[flipped] ?? 0) ^ (1 << random.below(8));
      }
      return copy;
    }
    case 1:
      return body.subarray(0, at);
    case 2:
      return insert(Buffer.from(random.pick(invalidUtf8), 'hex'));
    case 3:
      return Buffer.concat([Buffer.from('efbbbf', 'hex'), body]);
    case 4:
      return Buffer.concat([Buffer.from('fffe', 'hex'), Buffer.from(body.toString('utf8'), 'utf16le')]);
    case 5:
      return gzipSync(body);
    case 6:
      return Buffer.concat([body, body]);
    case 7:
      return insert(Buffer.from(Array.from({ length: 1 + random.below(64) }, () => random.below(256))));
    case 8: {
      const other = earlier.length > 0 ? random.pick(earlier) : body;
      return Buffer.concat([body.subarray(0, at), other.subarray(random.below(other.length + 1))]);
    }
    case 9:
      return Buffer.alloc(random.pick([0, 1, 262_143, 262_144, 262_145, 400_000]), random.pick([' ', '[', '"', '\0']));
    default: {
      const pad = random.pick([262_144, 262_145, 300_000]) - body.length;
      return Buffer.concat([body, Buffer.alloc(Math.max(0, pad), ' ')]);
    }
  }
};

const origins = [
  origin,
  'null',
  'https://shop.example.evil',
  'https://evil/?shop.example',
  'HTTPS://SHOP.EXAMPLE',
  'https://shop.example.',
  'https://shop.example:444',
  'http://shop.example',
  'https://other.example',
  'https://xn--shop.example',
  '',
  'x'.repeat(4_000),
  'https://shop.example, https://evil.example',
];
const paths = [
  '/',
  '/v1',
  '/v1/sync/',
  '/v1//sync',
  '/V1/SYNC',
  '/v1/sync?x=1',
  '/v1/sync%00',
  '/v1/%73ync',
  '/v1/../v1/sync',
  '/..%2f..%2fetc%2fpasswd',
  '/v1/live',
  '/v1/beacon?',
  '/relevo.js',
  '/relevo-0123456789abcdef.js',
  '/relevo-../../x.js',
  '/healthz',
  '/dev/token',
  '/metrics',
  '/v1/customers/polite-customer/cart',
  '/__proto__',
  '/constructor',
  `/${'a'.repeat(8_000)}`,
  '/v1/sync?'.padEnd(8_000, '?'),
];
const methods = ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'POST', 'PROPFIND', 'M-SEARCH', 'QUERY', 'LINK'];

const oddHeaders: readonly ((random: Random) => Record<string, string>)[] = [
  (random) => ({ origin: random.pick(origins) }),
  (random) => ({ origin: random.pick(origins), 'access-control-request-method': 'POST' }),
  (random) => ({
    'content-type': random.pick(['text/plain', 'application/json', 'multipart/form-data', '', '*/*', 'a;'.repeat(900)]),
  }),
  (random) => ({ 'content-encoding': random.pick(['gzip', 'br', 'identity', 'GZIP', 'deflate, gzip', '']) }),
  (random) => ({
    'accept-encoding': random.pick(['br', 'gzip', 'br;q=0, gzip', '*', 'br;q=x', ';;,', 'gzip;q=0', 'x,'.repeat(800)]),
  }),
  (random) => ({
    authorization: random.pick([
      'Bearer',
      'Bearer ',
      'Basic eDp4',
      'bearer a.b.c',
      `Bearer ${'x'.repeat(8_000)}`,
      'Bearer a b',
    ]),
  }),
  () => ({ cookie: 'session=1; '.repeat(50), 'x-forwarded-for': '1.2.3.4, ::1', forwarded: 'for=1.1.1.1' }),
  (random) => ({ expect: random.pick(['100-continue', '200-ok', 'x']) }),
  (random) => ({
    upgrade: random.pick(['h2c', 'websocket', 'x']),
    connection: 'Upgrade, HTTP2-Settings',
    'http2-settings': 'AAMAAABk',
  }),
  (random) =>
    Object.fromEntries(Array.from({ length: random.pick([10, 100, 500]) }, (_, n) => [`x-flood-${n}`, 'x'.repeat(10)])),
  () => ({ __proto__x: '1', constructor: '1', 'x-http-method-override': 'DELETE', range: 'bytes=0-1' }),
  () => ({ 'if-none-match': '*', 'if-match': 'x', te: 'trailers' }),
  () => ({ host: 'evil.example', referer: 'https://evil.example/', 'x-original-url': '/v1/sync' }),
];

/** A request whose line and headers are odd. */
export const oddHead = (random: Random, shot: Shot): Shot => {
  const headers = { ...shot.headers, ...random.pick(oddHeaders)(random) };
  const how = random.below(4);
  if (how > 1) return { ...shot, headers };
  const method = random.pick(methods);
  const body = ['GET', 'HEAD', 'OPTIONS'].includes(method) && random.chance(0.8) ? null : shot.body;
  return { ...shot, method, body, headers, path: how === 0 ? random.pick(paths) : shot.path };
};
