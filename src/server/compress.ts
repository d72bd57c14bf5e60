import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { HttpReply } from './http.ts';

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/** Below this the headers of a compressed reply cost more than they save. */
const minBytes = 1_024;

/** A reply larger than 1 KiB in the encoding that the client prefers among br and gzip. */
export const compressReply = async (reply: HttpReply, accepted: string | undefined): Promise<HttpReply> => {
  if (reply.body === null) return reply;
  const bytes = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  const headers = { ...reply.headers, vary: [reply.headers.vary, 'Accept-Encoding'].filter(Boolean).join(', ') };
  const encoding = bytes.length > minBytes ? chooseEncoding(accepted) : undefined;
  if (!encoding) return { ...reply, headers, body: bytes };
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  const body = encoding === 'br' ? await brotli(bytes, quality) : await deflate(bytes);
  return { ...reply, headers: { ...headers, 'content-encoding': encoding }, body };
};

const chooseEncoding = (accepted = ''): 'br' | 'gzip' | undefined => {
  const names = accepted
    .toLowerCase()
    .split(',')
    .map((part) => part.trim().split(/\s*;\s*/))
    .filter(([, q]) => !/^q=0(\.0*)?$/.test(q ?? ''))
    .map(([name]) => name);
  return (['br', 'gzip'] as const).find((name) => names.includes(name));
};
