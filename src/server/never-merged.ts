/**
 * Names of what is somebody's own: how to reach them, where they live, what they were given off. A guest on a device may
 * be anybody, so none of it goes from a guest to a customer, whatever the policy.
 */
const names =
  /^(?:.*[-_. ])?(?:(?:e-?)?mail|(?:tele)?phone|tel|address|street|zip|postcode|coupon|voucher|iban)(?:e?s)?(?![a-z])/i;

/** `shippingAddress` is an address too. */
const asWords = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');

/** Whether a trait or a preference of this name stays behind with the guest. */
export const isNeverMerged = (name: string): boolean => names.test(asWords(name));
