/** Present when `n` is odd (a causal length): an on or off that had seen `n` beats what it had seen. Kind `flag`. */
export type Flag = { readonly n: number };

export const emptyFlag: Flag = { n: 0 };

export const joinFlags = (a: Flag, b: Flag): Flag => (a.n >= b.n ? a : b);

export const isPresent = (flag: Flag): boolean => flag.n % 2 === 1;

/** The smallest length from `seenN` on that means `on`. */
export const wantFlag = (flag: Flag, want: { on: boolean; seenN: number }): Flag =>
  joinFlags(flag, { n: want.seenN + ((want.seenN % 2 === 1) === want.on ? 0 : 1) });
