import type { Change } from '../core/change.ts';
import { checkChange } from '../core/check-change.ts';
import type { ErrorCode } from '../core/error-registry.ts';
import { isKey, isPrototypeName } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import { type KnownOp, knownOpSchema, type Op, type SyncRequest, syncRequestSchema } from './messages.ts';
import { protocolVersion } from './version.ts';
import { wireLimits } from './wire-limits.ts';

// For the server alone: devices take the types of messages.ts, never the schema library.

export type RequestRefusal = {
  readonly ok: false;
  readonly code: 'request/malformed' | 'request/too-large' | 'request/version';
  /** Which field, in words; names of fields only, never what they held. */
  readonly detail: string;
};
export type ParsedRequest = { readonly ok: true; readonly request: SyncRequest } | RequestRefusal;

/** A refused change is acknowledged with `status` and `code`, and its number is used up: the queue goes on. */
export type ParsedOp =
  | { readonly ok: true; readonly op: KnownOp }
  | { readonly ok: false; readonly status: 'rejected' | 'unsupported'; readonly code: ErrorCode };

// A value of the allowed depth sits at most eight levels into a request: claim, ops, the change, an
// order's lines, the line, its properties, one property. What is deeper cannot be meant.
const maxBodyDepth = limits.maxDepth + 8;

const refuse = (code: RequestRefusal['code'], detail: string): RequestRefusal => ({ ok: false, code, detail });

const noJson = refuse('request/malformed', 'The body is no JSON.');
const twice = 'An object names a member twice.';

/**
 * The body of a request as it came in. Besides what {@link parseSyncRequest} refuses, this refuses
 * text that is no JSON and objects that name a member twice: of `{"n":1,"n":2}` two readers may
 * each believe another half.
 */
export const parseSyncBody = (text: string): ParsedRequest => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return noJson;
  }
  return parseSyncRequest(body, countNames(text));
};

/** Any other body: JSON that does not nest too deep, and names no member twice or like a prototype. */
export const parseJsonBody = (text: string): { readonly ok: true; readonly value: unknown } | RequestRefusal => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return noJson;
  }
  const counted = inspect(value);
  if (typeof counted === 'string') return refuse('request/malformed', counted);
  return counted === countNames(text) ? { ok: true, value } : refuse('request/malformed', twice);
};

/**
 * A sync request from parsed JSON. Depth and prototype names are checked before the schema library
 * sees it: `z.record` drops an own `__proto__` silently, and deep recursion would be a 5xx.
 * The changes' heads (number, id, age, place) are checked here; their content by {@link parseOp},
 * one by one, so that a refused change does not block those behind it.
 *
 * @param names how many member names the text had, when it is known
 */
export const parseSyncRequest = (body: unknown, names?: number): ParsedRequest => {
  const { v, ops, claim, offer } = (body ?? {}) as {
    v?: unknown;
    ops?: unknown;
    claim?: { ops?: unknown } | null;
    offer?: unknown;
  };
  if (Number.isInteger(v) && v !== protocolVersion) {
    return refuse('request/version', `This server speaks version ${protocolVersion}.`);
  }
  // First of all: everything after this looks at each change, and a body holds 80,000 empty ones.
  if (lengthOf(ops) + lengthOf(claim?.ops) + lengthOf(offer) > wireLimits.maxBatchChanges) {
    return refuse('request/too-large', `A request carries at most ${wireLimits.maxBatchChanges} changes and rows.`);
  }
  const counted = inspect(body);
  if (typeof counted === 'string') return refuse('request/malformed', counted);
  if (names !== undefined && names !== counted) return refuse('request/malformed', twice);
  const parsed = syncRequestSchema.safeParse(body);
  if (parsed.success) return { ok: true, request: parsed.data };
  const issue = parsed.error.issues[0];
  return refuse('request/malformed', `${issue?.path.join('.') || 'body'}: ${issue?.message}`);
};

const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);

const knownTypes: ReadonlySet<string> = new Set(knownOpSchema.options.map((option) => option.shape.t.value));

/** One change of a parsed request, its content checked by the same rules that devices apply before they accept it. */
export const parseOp = (op: Op): ParsedOp => {
  if (!knownTypes.has(op.t)) return { ok: false, status: 'unsupported', code: 'change/unsupported' };
  const rejected = (code: ErrorCode): ParsedOp => ({ ok: false, status: 'rejected', code });
  if (!isKey(op.c) || !isKey(op.k)) return rejected('change/bad-key');
  const parsed = knownOpSchema.safeParse(op);
  if (!parsed.success)
    return rejected(isQuantity(op.t, parsed.error.issues[0]?.path) ? 'change/bad-quantity' : 'request/malformed');
  const refused = checkChange(parsed.data as Change);
  return refused ? rejected(refused) : { ok: true, op: parsed.data };
};

const isQuantity = (type: string, path: readonly PropertyKey[] = []): boolean =>
  ['add.n', 'set.v', 'order.quantity'].includes(`${type}.${String(path[path.length - 1])}`);

/** How many member names a value holds, or why it is refused. Iterative: the value may nest 200,000 deep. */
const inspect = (body: unknown): number | string => {
  let names = 0;
  const open: [value: object, depth: number][] = [];
  const push = (value: unknown, depth: number) => {
    if (typeof value === 'object' && value !== null) open.push([value, depth]);
  };
  push(body, 1);
  for (let next = open.pop(); next; next = open.pop()) {
    const [value, depth] = next;
    if (depth > maxBodyDepth) return `The body nests deeper than ${maxBodyDepth}.`;
    if (Array.isArray(value)) {
      for (const item of value) push(item, depth + 1);
      continue;
    }
    for (const [name, member] of Object.entries(value)) {
      if (isPrototypeName(name)) return 'A member has the name of a prototype.';
      names++;
      push(member, depth + 1);
    }
  }
  return names;
};

/** How many member names a JSON text holds: its strings that a colon follows. */
const countNames = (text: string): number => {
  const strings = text.match(/"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?/g) ?? [];
  return strings.reduce((names, string) => names + (string.endsWith(':') ? 1 : 0), 0);
};
