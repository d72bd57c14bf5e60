/**
 * A hybrid logical clock reading, made only by the server: `[wallMs, counter, replica, seq]`.
 * Devices never stamp: a wrong device clock can then neither win for ever nor break cause and effect.
 */
export type Stamp = readonly [wallMs: number, counter: number, replica: string, seq: number];

/** Older than every stamp a server makes. */
export const zeroStamp: Stamp = [0, 0, '', 0];

/**
 * Orders two stamps: negative when `a` is older. Numbers compare as numbers, the replica by code
 * unit: comparing `seq` as text put 10 before 2 and broke causality in the model.
 */
export const compareStamps = (a: Stamp, b: Stamp): number =>
  a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0) || a[3] - b[3];

/** The later of two stamps. */
export const laterStamp = (a: Stamp, b: Stamp): Stamp => (compareStamps(a, b) < 0 ? b : a);

export type StampRequest = {
  /** The space's clock now, epoch milliseconds; never behind the largest it has shown. */
  nowMs: number;
  /** How long ago the device made the change, milliseconds, as the device measured it. */
  ageMs: number;
  /** The stamp of the state that the change had seen. */
  base: Stamp;
  replica: string;
  seq: number;
};

/**
 * The stamp of a change: the server's time less the change's age, clamped to `1 … now`; when that
 * does not come after what the change had seen, right after what it had seen.
 */
export const stampChange = ({ nowMs, ageMs, base, replica, seq }: StampRequest): Stamp => {
  // Monotonic clocks count in fractions; stamps do not.
  const wallMs = Math.min(nowMs, Math.max(1, Math.floor(nowMs - ageMs)));
  const stamp: Stamp = [wallMs, 0, replica, seq];
  return compareStamps(stamp, base) > 0 ? stamp : [base[0], base[1] + 1, replica, seq];
};
