import { createHash } from 'node:crypto';
import { type DescribedRoute, openApiDocument } from '../openapi.ts';
import type { Route } from '../router.ts';

/** `GET /openapi.json`: what can be asked here, for whoever writes a client. Open to everybody, as docs/CHANNELS.md is. */
export const createOpenApiRoute = (routes: readonly DescribedRoute[]): Route => {
  const body = JSON.stringify(openApiDocument(routes));
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'public, max-age=0, must-revalidate',
    etag,
    'access-control-allow-origin': '*',
  };
  return {
    method: 'GET',
    path: '/openapi.json',
    run: (request) =>
      request.header('if-none-match')?.includes(etag)
        ? { status: 304, headers, body: null }
        : { status: 200, headers, body },
  };
};
