import type { ErrorCode } from './error-registry.ts';
import { isPrototypeName } from './key.ts';
import { limits } from './limits.ts';

// In Unicode mode a whole pair is one character, so this class matches only halves. No lookbehind: Safari below 16.4 refuses the script.
const lone = /[\uD800-\uDFFF]/u;

/** Whether a text survives UTF-8: a lone surrogate comes back from a database as other characters. */
export const isWellFormed = (text: string): boolean => !lone.test(text);

/** Why a quantity may not be added (`least` 1) or set (`least` 0), or `undefined` when it may. */
export const checkQuantity = (quantity: unknown, least: 0 | 1): ErrorCode | undefined =>
  Number.isInteger(quantity) && (quantity as number) >= least && (quantity as number) <= limits.maxChangeQuantity
    ? undefined
    : 'change/bad-quantity';

/**
 * Why a value may not be stored, or `undefined` when it may. The same check runs before a change
 * is accepted on the device and when it arrives at the server, so both ends refuse the same things.
 * Depth is bounded before anything recurses further (`JSON.stringify` overflows at depth 5,000), and
 * so is the number of members: a few objects that name each other twice are a tree without end.
 *
 * Refuses what would not come back as it went: `undefined` in arrays, functions, dates, cycles,
 * sparse arrays and such with names, numbers that are not finite, `-0` or beyond 2^53, lone
 * surrogates, prototype names. A getter that throws is refused as `change/bad-value`. An absent
 * member may be `undefined`.
 */
export const checkValue = (value: unknown): ErrorCode | undefined => {
  let left = limits.maxChangeBytes;
  const check = (part: unknown, depth: number): ErrorCode | undefined => {
    if (part === null || typeof part === 'boolean') return undefined;
    if (typeof part === 'string') return checkText(part);
    if (typeof part === 'number') {
      return Math.abs(part) <= Number.MAX_SAFE_INTEGER && !Object.is(part, -0) ? undefined : 'change/bad-value';
    }
    if (typeof part !== 'object') return 'change/bad-value';
    if (depth >= limits.maxDepth) return 'change/too-deep';
    const isArray = Array.isArray(part);
    const names = Object.keys(part);
    if (!isArray && !isPlain(part)) return 'change/bad-value';
    if (isArray && (part.length !== names.length || names.some((name, index) => name !== `${index}`)))
      return 'change/bad-value';
    left -= names.length;
    if (names.length > limits.maxMembers || left < 0) return 'change/too-large';
    for (const name of names) {
      const member = (part as Record<string, unknown>)[name];
      const refused = checkName(name) ?? (member === undefined && !isArray ? undefined : check(member, depth + 1));
      if (refused) return refused;
    }
    return undefined;
  };
  try {
    return check(value, 0);
  } catch {
    return 'change/bad-value';
  }
};

const isPlain = (value: object): boolean => {
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === null || Object.getPrototypeOf(proto) === null;
};

const checkText = (text: string): ErrorCode | undefined =>
  text.length > limits.maxStringLength ? 'change/too-large' : isWellFormed(text) ? undefined : 'change/bad-text';

const checkName = (name: string): ErrorCode | undefined =>
  isPrototypeName(name) || name.length > 128 ? 'change/bad-key' : checkText(name);
