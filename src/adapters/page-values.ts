import type { Price } from '../client/api.ts';

/** What a page wrote, before anything is known of it. */
export type Loose = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null;

/** One, many or none, as a list. */
export const toList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value == null ? [] : [value];

/** The first of the values that is a text or a number, as a trimmed text that is not empty. */
export const toText = (...values: readonly unknown[]): string | undefined => {
  for (const value of values) {
    const text = typeof value === 'string' || typeof value === 'number' ? `${value}`.trim() : '';
    if (text) return text;
  }
  return undefined;
};

/**
 * An absolute http(s) address without its fragment, which may carry a secret (handoff links do).
 * Everything else (`javascript:`, `data:`, `blob:`) is `undefined`.
 */
export const toWebUrl = (value: unknown, base?: string): string | undefined => {
  const text = toText(value);
  try {
    const url = new URL(text ?? '', base);
    url.hash = '';
    return text && /^https?:$/.test(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
};

// ISO 4217's exceptions from two decimals. Not taken from Intl: V8 answers with ICU's habit of display (HUF, COP,
// IDR: 0; IQD: 0 where ISO says 3), other engines with ISO, and two devices must agree on an amount.
const noDecimals = /^(BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF)$/;
const threeDecimals = /^(BHD|IQD|JOD|KWD|LYD|OMR|TND)$/;
const fourDecimals = /^(CLF|UYW)$/;
const minorDigits = (currency: string): number =>
  noDecimals.test(currency) ? 0 : threeDecimals.test(currency) ? 3 : fourDecimals.test(currency) ? 4 : 2;

// "1.299,00", "1'299.00", "1 299": digits and separators, with a few other characters (a currency) on either side.
const written = /^[^\d-]{0,9}(\d[\d.,'’\s]{0,24})[^\d]{0,9}$/;

const toDecimal = (text: string): string => {
  if (/^\d+(\.\d+)?$/.test(text)) return text;
  const digits = (written.exec(text)?.[1] ?? '').replace(/[^\d.,]/g, '').replace(/[.,]+$/, '');
  const [, whole = digits, separator = '', rest = ''] = /^(.*)([.,])(\d+)$/.exec(digits) ?? [];
  const isDecimal = rest.length < 3 || (/[.,]/.test(whole) && !whole.includes(separator));
  return `${whole.replace(/[.,]/g, '')}${isDecimal ? '.' : ''}${rest}`;
};

/**
 * A price as pages write it: a number, `"1299.00"`, `"1.299,00 €"`, `"$1,299"`. A text that is a plain JavaScript
 * number is read as such; else the last separator is the decimal one when fewer than three digits follow or another
 * separator comes before. `undefined` without a three-letter currency and for what is negative, a range or no number.
 */
export const toPrice = (amount: unknown, currencyCode: unknown): Price | undefined => {
  const currency = toText(currencyCode)?.toUpperCase() ?? '';
  const decimal = toDecimal(toText(amount) ?? '');
  if (!/^[A-Z]{3}$/.test(currency) || !/^\d/.test(decimal)) return undefined;
  // Shifting the point in the text is exact; 1.005 * 1000 is 1004.9999….
  const amountMinor = Math.round(Number(`${decimal}e${minorDigits(currency)}`));
  return Number.isSafeInteger(amountMinor) ? { amountMinor, currency } : undefined;
};
