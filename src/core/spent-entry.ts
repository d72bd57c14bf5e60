import { type Counter, quantityOf } from './counter.ts';
import type { EntryState, Kind } from './entry.ts';
import type { FieldMap } from './field-map.ts';
import type { Flag } from './flag.ts';
import type { Line } from './line.ts';
import type { Register } from './register.ts';

/** Whether an entry shows nothing and is kept only so that older writes do not bring it back. */
export const isSpent = (kind: Kind, state: EntryState[Kind]): boolean => {
  const spent: { [K in Kind]: () => boolean } = {
    reg: () => (state as Register).v === null,
    map: () => Object.values(state as FieldMap).every(([v]) => v === null),
    ctr: () => quantityOf(state as Counter) === 0,
    flag: () => (state as Flag).n % 2 === 0,
    // What the server alone writes no device can bring back.
    auth: () => false,
    line: () => quantityOf((state as Line).q) === 0,
  };
  return spent[kind]();
};
