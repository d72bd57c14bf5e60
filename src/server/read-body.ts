import type { z } from 'zod';
import { RelevoError } from '../core/relevo-error.ts';
import { parseJsonBody } from '../protocol/parse.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import type { HttpRequest } from './http.ts';

/** The body of a request as it came. @throws `request/encoding`, `request/too-large`, `request/malformed` */
export const readText = (request: HttpRequest): Promise<string> => {
  const encoding = request.header('content-encoding');
  // Refused before a byte is inflated: 10 KB of gzip can be 1 GB of text.
  if (encoding !== undefined && encoding !== 'identity') throw new RelevoError('request/encoding');
  return request.text(wireLimits.maxBodyBytes);
};

/** @throws `request/malformed` for what is no JSON, nests too deep, or names a member twice or like a prototype */
export const toJson = (text: string): unknown => {
  const parsed = parseJsonBody(text);
  if (!parsed.ok) throw new RelevoError(parsed.code, { detail: parsed.detail });
  return parsed.value;
};

/** @throws `request/malformed`, naming the field that is wrong and not what it holds */
export const toShape = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RelevoError('request/malformed', { detail: `${issue?.path.join('.') || 'body'}: ${issue?.message}` });
};
