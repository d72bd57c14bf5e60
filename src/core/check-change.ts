import type { Change, Fields, OrderLine } from './change.ts';
import { checkQuantity, checkValue } from './check-value.ts';
import type { ErrorCode } from './error-registry.ts';
import type { Json } from './json.ts';
import { isKey } from './key.ts';
import { limits } from './limits.ts';
import { utf8Length } from './utf8-length.ts';

/** The first refusal, or `undefined` when everything passes. */
const firstRefused = <T>(items: readonly T[], check: (item: T) => ErrorCode | undefined): ErrorCode | undefined => {
  for (const item of items) {
    const refused = check(item);
    if (refused) return refused;
  }
  return undefined;
};

const checkSize = (content: unknown): ErrorCode | undefined =>
  utf8Length(JSON.stringify(content)) > limits.maxChangeBytes ? 'change/too-large' : undefined;

const checkContent = (content: Json): ErrorCode | undefined => checkValue(content) ?? checkSize(content);

const checkFields = (fields: Fields = {}): ErrorCode | undefined =>
  firstRefused(Object.entries(fields), ([name, value]) => (isKey(name) ? checkValue(value) : 'change/bad-key')) ??
  checkSize(fields);

const checkOrderId = (id: unknown): ErrorCode | undefined =>
  typeof id === 'string' && id && id.length <= 128 ? checkValue(id) : 'change/bad-key';

/** What a page bought is whatever its tags say: only the wire's own shape is taken. */
const checkOrderLine = ({ sku, properties = {}, quantity }: OrderLine): ErrorCode | undefined =>
  checkQuantity(quantity, 1) ??
  (typeof sku !== 'string' || typeof properties !== 'object' || !properties || Array.isArray(properties)
    ? 'change/bad-value'
    : firstRefused<unknown>([sku, properties], checkValue));

/**
 * Why the content of a change may not be stored, or `undefined` when it may. Devices ask before a
 * change is accepted and the server when it arrives: the same function, so what one end took the
 * other never refuses. Sizes are those of what a page wrote (`v`, `f` or `lines`), not of what the
 * wire puts around it, which grows with time and with the number of devices.
 */
export const checkChange = (change: Change): ErrorCode | undefined => {
  switch (change.t) {
    case 'put':
      return checkContent(change.v);
    case 'patch':
      return change.f ? checkFields(change.f) : 'change/bad-value';
    case 'add':
      return checkQuantity(change.n, 1) ?? checkFields(change.f);
    case 'set':
      return checkQuantity(change.v, 0) ?? checkFields(change.f);
    case 'order':
      return (
        checkOrderId(change.orderId) ??
        (change.checkoutId === undefined ? undefined : checkOrderId(change.checkoutId)) ??
        (change.lines.length > limits.maxLines ? 'change/too-large' : firstRefused(change.lines, checkOrderLine)) ??
        checkSize(change.lines)
      );
    default:
      return undefined;
  }
};
