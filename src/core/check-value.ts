import type { ErrorCode } from './error-registry.ts';
import { isPrototypeName } from './key.ts';
import { limits } from './limits.ts';

// In Unicode mode a whole pair is one character, so this class matches only halves. No lookbehind: Safari below 16.4 refuses the script.
const lone = /[\uD800-\uDFFF]/u;

/** Whether a text survives UTF-8: a lone surrogate comes back from a database as other characters. */
export const isWellFormed = (text: string): boolean => !lone.test(text);

const isPlain = (value: object): boolean => {
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === null || Object.getPrototypeOf(proto) === null;
};

const checkString = (text: string): ErrorCode | undefined =>
  text.length > limits.maxStringLength ? 'change/too-large' : isWellFormed(text) ? undefined : 'change/bad-text';

const checkMember = (name: string): ErrorCode | undefined =>
  isPrototypeName(name) || name.length > 128 ? 'change/bad-key' : checkString(name);

/**
 * Why a value may not be stored, or `undefined` when it may. The same check runs before a change
 * is accepted on the device and when it arrives at the server, so both ends refuse the same things.
 * Depth is bounded before anything recurses further: `JSON.stringify` overflows at depth 5,000.
 *
 * Refuses: what is not JSON (`undefined` inside arrays, functions, dates, cycles, sparse arrays),
 * numbers that are not finite or are `-0`-unsafe beyond 2^53, lone surrogates, prototype names.
 * A getter that throws is refused as `change/bad-value`.
 */
export const checkValue = (value: unknown, depth = 0): ErrorCode | undefined => {
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'string') return checkString(value);
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? undefined : 'change/bad-value';
  if (typeof value !== 'object') return 'change/bad-value';
  if (depth >= limits.maxDepth) return 'change/too-deep';
  try {
    const isArray = Array.isArray(value);
    if (!isArray && !isPlain(value)) return 'change/bad-value';
    const names = Object.keys(value);
    if (names.length > limits.maxMembers || (isArray && value.length !== names.length)) return 'change/bad-value';
    for (const name of names) {
      const member = (value as Record<string, unknown>)[name];
      const refused = checkMember(name) ?? (member === undefined && !isArray ? undefined : checkValue(member, depth + 1));
      if (refused) return refused;
    }
  } catch {
    return 'change/bad-value';
  }
  return undefined;
};
