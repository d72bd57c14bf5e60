/**
 * Why a merge did what it did: in `reasons` of its receipt by line, and in `reason` of a line that it set aside. No
 * errors. A code is never renamed or reused.
 */
export const mergeReasons = {
  'merge/cart-full':
    "The cart holds no more lines. The guest's was left behind, for good; or what the customer had beyond theirs could not be set aside, which comes back when the merge is undone; or what an undone merge had lowered could not be set aside.",
  'merge/checkout':
    'The customer signed in while they checked out: the cart that they were paying goes on, the rest is set aside.',
  'merge/guest': "The guest's cart went on, as the site has it; the customer's line is set aside.",
  'merge/other-currency': "The line's price is in another currency than the cart; it is set aside.",
  'merge/other-customer':
    "The line was a copy of another customer's, left on the device at their sign-out: only what the guest added to it came along.",
  'merge/over-maximum': 'A line holds at most 999.',
  'merge/policy': "The site leaves the guest's cart behind.",
  'merge/separate': "Both have the line, and the site keeps them apart: the guest's is set aside.",
  'merge/undone':
    'The merge had lowered the line, and was taken back after the line had changed: the difference is set aside.',
  'merge/vetoed': "The site's own rules left it behind.",
} as const;

export type MergeReason = keyof typeof mergeReasons;
