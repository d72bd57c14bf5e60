/** How to reach somebody, where they live, what they were given off. */
const own =
  '(?:e-?)?mails?|(?:tele)?phones?|telefone?|tel|mobile|cell|fax|address(?:es)?|street|zip|post(?:al)?-?code|coupons?|vouchers?|(?:promo(?:tion)?|discount|gift)-?(?:code|card)s?|iban';
/** What such a name is written together with: `zipcode`, `shippingaddress`. No word is made of others: a long name is read once. */
const beside =
  '(?:shipping|billing|delivery|invoice|home|work|private|contact|customer|user|number|no|nr|code|id|line|field|value)';

/**
 * Names of what is somebody's own. A guest on a device may be anybody, so none of it goes from a guest to a customer,
 * whatever the policy. Whole words, or such words alone: `mailing` and `television` are none.
 */
const names = new RegExp(`(?:^|-)${beside}*(?:${own})(?:${own}|${beside})*\\d*(?:-|$)`);

/** `shippingAddress` and `ZIP_Code` are two words each. */
const asWords = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[._:~ ]/g, '-')
    .toLowerCase();

/** Whether a trait, a preference or, unless the site names it, a whole collection of this name stays behind with the guest. */
export const isNeverMerged = (name: string): boolean => names.test(asWords(name));
