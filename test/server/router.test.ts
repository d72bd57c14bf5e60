import { describe, expect, it } from 'vitest';
import { createRouter, type Route } from '../../src/server/router.ts';

const route = (method: Route['method'], path: string, where?: Route['where']): Route => ({
  method,
  path,
  ...(where ? { where } : {}),
  run: () => ({ status: 200, headers: {}, body: null }),
});

const router = createRouter([
  route('GET', '/v1/customers/{customer}/{collection}'),
  route('GET', '/v1/customers/{customer}/audit'),
  route('POST', '/v1/customers/{customer}/changes'),
  route('GET', '/relevo-{hash}.js', { hash: /^[0-9a-f]{4}$/ }),
  route('GET', '/healthz'),
]);
const match = (method: string, path: string) => {
  try {
    const found = router.match(method, path);
    return [found.route.path, found.params];
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a path', () => {
  it.each([
    ['/v1/customers/ana/cart', { customer: 'ana', collection: 'cart' }],
    ['/v1/customers/a%2Fb%20%C3%BC/cart', { customer: 'a/b ü', collection: 'cart' }],
    ['/v1/customers/ana/changes', { customer: 'ana', collection: 'changes' }],
  ])('%s fits its template, whose parts are decoded after they were split', (path, params) => {
    expect(match('GET', path)).toEqual(['/v1/customers/{customer}/{collection}', params]);
  });

  it('of a literal goes before one of a template, by its method', () => {
    expect(match('GET', '/v1/customers/ana/audit')).toEqual(['/v1/customers/{customer}/audit', { customer: 'ana' }]);
    expect(match('POST', '/v1/customers/ana/changes')).toEqual([
      '/v1/customers/{customer}/changes',
      { customer: 'ana' },
    ]);
    expect(match('POST', '/v1/customers/ana/audit')).toBe('request/method');
  });

  it.each([
    ['/v1/customers/ana/cart/', 'request/not-found'],
    ['/v1/customers//cart', 'request/not-found'],
    ['/v1/customers/ana', 'request/not-found'],
    ['/v1/customers/ana/cart/x', 'request/not-found'],
    ['/healthzz', 'request/not-found'],
    ['/relevo-00zz.js', 'request/not-found'],
    ['/relevo-0000xjs', 'request/not-found'],
    ['/v1/customers/%/cart', 'request/malformed'],
    ['/v1/customers/%ff/cart', 'request/malformed'],
    ['/v1/customers/%c0%af/cart', 'request/malformed'],
  ])('%s is refused: %s', (path, code) => {
    expect(match('GET', path)).toBe(code);
  });

  it('is named by its template, which holds no id', () => {
    expect(router.templateOf('/v1/customers/%/cart')).toBe('/v1/customers/{customer}/{collection}');
    expect(router.templateOf('/relevo-0af1.js')).toBe('/relevo-{hash}.js');
    expect(router.templateOf('/else')).toBeUndefined();
  });
});
