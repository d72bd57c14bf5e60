import { describe, expect, it } from 'vitest';
import { isOwnOrigin, listedOrigins, localOrigins } from '../../src/server/origins.ts';

describe('listed origins', () => {
  const isListed = listedOrigins(['https://shop.example', 'null']);
  it.each<[string, boolean]>([
    ['https://shop.example', true],
    ['https://shop.example:8443', false],
    ['http://shop.example', false],
    ['https://SHOP.example', false],
    ['https://shop.example.evil.example', false],
    ['https://evil-shop.example', false],
    ['', false],
  ])('take %j: %s', (origin, isTaken) => {
    expect(isListed(origin)).toBe(isTaken);
  });
  it('never take null, which every sandboxed frame sends, listed or not', () => {
    expect(isListed('null')).toBe(false);
  });
});

describe("an app's own origin", () => {
  it.each<[string, string | undefined, boolean]>([
    ['https://sync.example', 'sync.example', true],
    ['http://sync.example', 'sync.example', true],
    ['https://sync.example', 'sync.example:443', true],
    ['http://sync.example:8080', 'sync.example:8080', true],
    ['https://sync.example:8080', 'sync.example', false],
    ['https://evil.example', 'sync.example', false],
    ['https://sync.example', undefined, false],
    ['https://sync.example', '', false],
    ['no address', 'sync.example', false],
    ['https://sync.example', 'not a host', false],
  ])('%s at the host %s: %s', (origin, host, isOwn) => {
    expect(isOwnOrigin(origin, host)).toBe(isOwn);
  });
});

describe('local origins', () => {
  it.each([
    'http://localhost',
    'https://localhost',
    'http://localhost:4000',
    'http://127.0.0.1:5173',
    'http://[::1]:80',
    'http://[::1]',
    'http://localhost:65535',
  ])('are taken: %s', (origin) => {
    expect(localOrigins(origin)).toBe(true);
  });
  it.each([
    'http://localhost.evil.example',
    'http://evil.example?http://localhost',
    'xhttp://localhost',
    'http://localhost:',
    'http://localhost:port',
    'http://localhost:123456',
    'http://localhost/',
    'ftp://localhost',
    'httpss://localhost',
    'http://127.0.0.2',
    'http://127x0.0.1',
    'http://192.168.0.1:4000',
    'null',
    '',
  ])('are no others: %j', (origin) => {
    expect(localOrigins(origin)).toBe(false);
  });
});
