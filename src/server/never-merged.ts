/** How to reach somebody, where they live, what they were given off: words that are in no other word. */
const anywhere =
  'email|(?:^|-)e-mail|address(?!ed|ing)|coupon|voucher|telephone|telefon|(?:zip|post(?:al)?)-?code|(?:promo(?:tion)?|discount|gift)-?(?:code|card)';
/** The same, of words that are in others as well: `headphones`, `streetwear`, `zipper`. */
const whole = 'mails?|phones?|tel|fax|street|zip|iban';
/** Words that mean a screen or a table as well: of somebody only alone, `mobile`, and with what is said of a number. */
const number = '(?:mobile|cell)s?(?:-?(?:phone|number|no|nr)s?)*';
/** What such a name is written together with: `streetname`, `workphone`. No word is made of others: a long name is read once. */
const beside =
  '(?:(?:shipping|billing|delivery|invoice|home|work|private|primary|secondary|default|login|account|contact|customer|user|my|new|old|main|first|second|other|verified|name|number|no|nr|code|id|line|field|value)s?\\d*)';

/**
 * Names of what is somebody's own. A guest on a device may be anybody, so none of it goes from a guest to a customer,
 * whatever the policy.
 */
const names = new RegExp(
  `${anywhere}|(?:^|-)${beside}*(?:${whole})\\d*(?:(?:${whole})\\d*|${beside})*(?:-|$)|^(?:${beside}-?)*${number}\\d*$`,
);

/** `shippingAddress` and `ZIP_Code` are two words each. */
const asWords = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[._:~ ]/g, '-')
    .toLowerCase();

/** Whether a trait, a preference or, unless the site names it, a whole collection of this name stays behind with the guest. */
export const isNeverMerged = (name: string): boolean => names.test(asWords(name));
