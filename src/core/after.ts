import { type Stamp, stampChange } from './stamp.ts';

/** A stamp of the server's own, later than the one it decides over: that may be of the same millisecond. */
export const after = (base: Stamp, [nowMs, , replica, seq]: Stamp): Stamp =>
  stampChange({ nowMs, ageMs: 0, base, replica, seq });
