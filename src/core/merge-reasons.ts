/**
 * Why a merge did what it did: in `reasons` of its receipt by line, and in `reason` of a line that it set aside. No
 * errors. A code is never renamed or reused.
 */
export const mergeReasons = {
  'merge/cart-full': "The cart holds no more lines; the guest's was left behind.",
  'merge/guest': "The guest's cart went on, as the site has it; the customer's line is set aside.",
  'merge/other-customer':
    "The line was a copy of another customer's, left on the device at their sign-out: only what the guest added to it came along, if anything.",
  'merge/over-maximum': 'A line holds at most 999.',
  'merge/policy': "The site leaves the guest's cart behind.",
} as const;

export type MergeReason = keyof typeof mergeReasons;
