import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RelevoError } from '../../core/relevo-error.ts';
import type { HttpReply, HttpRequest } from '../http.ts';

export type SdkFile = {
  readonly hash: string;
  readonly integrity: string;
  readonly etag: string;
  readonly bytes: Uint8Array;
};

// The packed server carries the script beside its own code; in the repository it is two folders up.
const places = ['./relevo.js', './dist/relevo.js', '../relevo.js', '../dist/relevo.js', '../../../dist/relevo.js'];

/** The built script tag, when there is one. */
export const findSdkFile = (): SdkFile | undefined => {
  const path = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((place) => existsSync(place));
  if (path === undefined) return undefined;
  const bytes = readFileSync(path);
  const digest = createHash('sha384').update(bytes).digest();
  const hash = digest.toString('hex').slice(0, 16);
  return { bytes, hash, integrity: `sha384-${digest.toString('base64')}`, etag: `"${hash}"` };
};

/** `GET /relevo.js`, asked for anew each time, and `GET /relevo-<hash>.js`, kept for ever. */
export const createSdkRoute =
  (file: SdkFile | undefined) =>
  (request: HttpRequest): HttpReply => {
    const isPinned = file !== undefined && request.path === `/relevo-${file.hash}.js`;
    if (!file || !(isPinned || request.path === '/relevo.js')) throw new RelevoError('request/not-found');
    const headers = {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': isPinned ? 'public, max-age=31536000, immutable' : 'public, max-age=0, must-revalidate',
      etag: file.etag,
      // A script with an integrity attribute is fetched with CORS.
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    };
    const isKnown = request.header('if-none-match')?.includes(file.etag) === true;
    return isKnown ? { status: 304, headers, body: null } : { status: 200, headers, body: file.bytes };
  };
