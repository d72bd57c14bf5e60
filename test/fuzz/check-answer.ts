import { isWellFormed } from '../../src/core/check-value.ts';
import { sdkErrors, serverErrors } from '../../src/core/error-registry.ts';
import { errorSchema, syncReplySchema } from '../../src/protocol/messages.ts';
import type { Answer } from './http-client.ts';
import { origin } from './site.ts';

const codes: ReadonlySet<string> = new Set([...Object.keys(sdkErrors), ...Object.keys(serverErrors)]);

/** What only the inside of the server would say: stacks, files, SQL, names of its libraries. */
const insides =
  /\n\s+at |node:internal|node_modules|\/src\/|\.[mc]?[jt]s:\d|SQLITE|SELECT |INSERT |better-sqlite|ZodError|JWTInvalid|ERR_[A-Z]{3}/;

/** A refusal says which field; it does not send back what it was sent. */
const maxRefusalBytes = 1_024;

/** What `node:http` answers by itself to bytes that are no request: to a device a failure of the network. */
const bareStatuses: ReadonlySet<number> = new Set([400, 408, 413, 417, 431]);

const listed = ['https://other.example', origin];

/** What is wrong with an answer, in a sentence; undefined when all is well. */
export const checkAnswer = (
  { status, headers, body }: Pick<Answer, 'status' | 'headers' | 'body'>,
  { method, path, canary }: { method: string; path: string; canary: string },
): string | undefined => {
  if (body.includes(canary)) return 'the answer holds what only the polite customer may see';
  if (status >= 500) return `status ${status}`;
  const allowed = headers['access-control-allow-origin'];
  const isScript = /^\/relevo(-[0-9a-f]{16})?\.js$/.test(path.split('?', 1)[0] ?? '');
  if (allowed !== undefined && !(listed.includes(String(allowed)) || (isScript && allowed === '*')))
    return `the origin ${String(allowed)} was let in`;
  if (headers['access-control-allow-credentials'] !== undefined) return 'credentials were allowed';
  if (headers['x-powered-by'] ?? headers['server']) return 'the answer names its software';
  if (method === 'HEAD' || status === 204 || status === 304)
    return body.length > 0 ? 'an answer without a body has one' : undefined;
  if (bareStatuses.has(status) && body.length === 0)
    return headers['connection'] === 'close' || status === 417
      ? undefined
      : `a bare ${status} that keeps the connection`;
  const text = body.toString('utf8');
  if (status >= 400) return checkRefusal(text);
  if (status >= 300 || status < 200) return `status ${status}`;
  return path.startsWith('/v1/') ? checkReply(text) : undefined;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const checkRefusal = (text: string): string | undefined => {
  const refusal = parse(text);
  if (typeof refusal !== 'object' || refusal === null) return `a refusal is no JSON: ${text.slice(0, 200)}`;
  const { code, message, retryable, known, ...others } = refusal as Record<string, unknown>;
  if (Object.keys(others).length > 0 || !errorSchema.safeParse(refusal).success || !isKnown(code, known))
    return `a refusal of another shape: ${text}`;
  if (typeof code !== 'string' || !codes.has(code)) return `a refusal with the unknown code ${String(code)}`;
  if (typeof message !== 'string' || typeof retryable !== 'boolean') return `a refusal of another shape: ${text}`;
  if (insides.test(message)) return `a refusal tells of the inside: ${text.slice(0, 500)}`;
  if (!isWellFormed(message)) return 'a refusal holds half a surrogate pair';
  return text.length > maxRefusalBytes ? `a refusal of ${text.length} bytes: ${text.slice(0, 200)}` : undefined;
};

/** Only whose guest was claimed is told how far that went. */
const isKnown = (code: unknown, known: unknown): boolean => known === undefined || code === 'auth/guest-claimed';

const checkReply = (text: string): string | undefined => {
  const parsed = syncReplySchema.safeParse(parse(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `a reply that devices cannot read, ${issue?.path.join('.')}: ${issue?.message}`;
  }
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/i.test(text)) return 'a reply with half a surrogate pair';
  return /"(?:__proto__|prototype|constructor)":/.test(text) ? 'a reply with the name of a prototype' : undefined;
};
