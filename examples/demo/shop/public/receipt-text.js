const reasonTexts = {
  'merge/checkout': 'so that you pay only for what you saw',
  'merge/guest': 'since the cart from before signing in goes on',
  'merge/separate': 'since both carts had it',
  'merge/other-currency': 'since its price is in another currency',
  'merge/other-customer': 'since it was a copy of somebody else’s',
  'merge/over-maximum': 'since a line holds at most 999',
  'merge/cart-full': 'since the cart is full',
  'merge/policy': 'since this shop has it so',
  'merge/vetoed': 'since this shop has it so',
};

/**
 * What a merge did, in plain words, a line each. It is read on every device of the customer.
 *
 * @param {import('relevo').Receipt} receipt
 * @param {(key: string) => { title: string, quantity: number }} lineOf what the cart, or what is set aside, has of it
 */
export const receiptText = (receipt, lineOf) => {
  const { added, raised, lowered, kept, parked, clamped, dropped, reasons } = receipt;
  const why = (key) => (reasonTexts[reasons[key]] ? `, ${reasonTexts[reasons[key]]}` : '');
  const titled = (key) => lineOf(key).title;
  // Of a line that was raised and set aside in part both is said.
  return [
    ...added.map((key) => `${titled(key)}: only in the cart from before signing in. It came along.`),
    ...raised.map(([key, from, to]) => `${titled(key)}: your account had ${from}. Now ${to}.`),
    ...lowered.map(([key, from, to]) => `${titled(key)}: your account had ${from}. Now ${to}, as before signing in.`),
    ...kept.map((key) => `${titled(key)}: in both carts. It stays ${lineOf(key).quantity}.`),
    ...parked.map((key) => `${titled(key)}: set aside${why(key)}.`),
    ...clamped.map(([key, wanted, got]) => `${titled(key)}: ${wanted} would be too many. Now ${got}.`),
    ...dropped.map((key) => `${titled(key)}: left behind${why(key)}.`),
  ];
};

/** The same in one line of numbers. */
export const receiptSummary = ({ added, raised, lowered, kept, parked, dropped }) =>
  Object.entries({
    'came along': added,
    raised,
    lowered,
    unchanged: kept,
    'set aside': parked,
    'left behind': dropped,
  })
    .filter(([, keys]) => keys.length > 0)
    .map(([what, keys]) => `${keys.length} ${what}`)
    .join(', ');

/** What taking it back changed, from the lines before and after. */
export const undoneText = (before, after, titleOf) => {
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  const changed = keys.filter((key) => (before.get(key) ?? 0) !== (after.get(key) ?? 0));
  return changed.map((key) => {
    const [was, is] = [before.get(key) ?? 0, after.get(key) ?? 0];
    if (is === 0) return `${titleOf(key)}: taken out again.`;
    return was === 0 ? `${titleOf(key)}: back in the cart, ${is}.` : `${titleOf(key)}: ${was} became ${is}.`;
  });
};
