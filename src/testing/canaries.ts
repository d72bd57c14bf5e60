import type { Price } from '../client/api.ts';

const canaryPattern = /\b(ana|ben|eve|guest)~\d+/g;
const pricePattern = /amountMinor\\*":([1-4]\d{7})\b/g;
const writers = ['guest', 'ana', 'ben', 'eve'];
const perWriter = 10_000_000;

/**
 * The canary as a price: of a line that stays in view when its customer leaves the title stays too, and what they were told
 * it costs does not.
 */
export const priceOf = (canary: string): Price => {
  const [who = '', n] = canary.split('~');
  return { amountMinor: (1 + writers.indexOf(who)) * perWriter + Number(n), currency: 'EUR' };
};

const canaryOf = (amount: number): string => `${writers[Math.floor(amount / perWriter) - 1]}~${amount % perWriter}`;

/** The canaries in a text: who wrote each of them. */
export const canariesIn = (text: string): readonly string[] => [
  ...(text.match(canaryPattern) ?? []),
  ...[...text.matchAll(pricePattern)].map(([, amount]) => canaryOf(Number(amount))),
];

/** What of others may be in a text; `isLate`: see `createOwnClaims`, `asked`: `noteSentByOld`. */
export type Allowed = { isLate?: (owner: string) => boolean; asked?: string | undefined };
