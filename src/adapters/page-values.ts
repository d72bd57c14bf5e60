import type { Price } from '../client/api.ts';

/** Something of a page's, of unknown shape: read member by member with `?.`, and only `toText` and its like say what it is. */
export type Loose = { readonly [member: string]: Loose | undefined };

/** One, many or none, as a list. */
export const toList = (value: Loose | undefined): readonly (Loose | undefined)[] =>
  Array.isArray(value) ? value : value ? [value] : [];

/** The first of the values that is a text or a number, as a trimmed text that is not empty. */
export const toText = (...values: readonly unknown[]): string | undefined =>
  values.map((value) => (/^(string|number)$/.test(typeof value) ? `${value}`.trim() : '')).find(Boolean);

/** The object without its undefined members. */
export const compact = <T extends object>(members: T): Compact<T> =>
  Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined)) as Compact<T>;
type Compact<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * An absolute http(s) address without its fragment, which may carry a secret (handoff links do).
 * Everything else (`javascript:`, `data:`, `blob:`) is `undefined`.
 */
export const toWebUrl = (value: unknown, base?: string): string | undefined => {
  const text = toText(value);
  try {
    const { href } = new URL(text ?? '', base);
    return text && /^https?:/.test(href) ? href.replace(/#.*/, '') : undefined;
  } catch {
    return undefined;
  }
};

// ISO 4217's exceptions from two decimals. Not taken from Intl: V8 answers with ICU's habit of display (HUF, COP,
// IDR: 0; IQD: 0 where ISO says 3), other engines with ISO, and two devices must agree on an amount.
const noDecimals = /BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|VND|VUV|XAF|XOF|XPF/;
const threeDecimals = /BHD|IQD|JOD|KWD|LYD|OMR|TND/;

// "1.299,00 €", "CHF 1'299", "$1,299": no minus and no second number. The lengths keep it linear.
const written = /^[^\d-]{0,9}(\d[\d.,'’\s]{0,24}?)([.,]\d\d?)?[^\d-]{0,9}$/;

/**
 * A price as pages write it: a number, `"1299.0000"`, `"1.299,00 €"`, `"$1,299"`. What JavaScript reads as a number is
 * that number; in other texts a last separator with one or two digits after it is the decimal one. `undefined`
 * without a three-letter currency and for what is negative, a range or no number.
 */
export const toPrice = (amount: unknown, currencyCode: unknown): Price | undefined => {
  const currency = toText(currencyCode)?.toUpperCase() ?? '';
  const text = toText(amount) ?? '-';
  const [, whole = '-', cents = ''] = written.exec(text) ?? [];
  const major = Number(text) >= 0 ? Number(text) : Number(whole.replace(/[^\d-]/g, '') + cents.replace(',', '.'));
  const amountMinor = Math.round(major * (noDecimals.test(currency) ? 1 : threeDecimals.test(currency) ? 1000 : 100));
  return /^[A-Z]{3}$/.test(currency) && Number.isSafeInteger(amountMinor) ? { amountMinor, currency } : undefined;
};
