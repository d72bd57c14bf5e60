import type { Change, Fields } from './change.ts';
import { addToCounter, type Counter, emptyCounter, joinCounters, setCounter } from './counter.ts';
import { type FieldMap, joinFieldMaps } from './field-map.ts';
import { emptyFlag, type Flag, joinFlags, wantFlag } from './flag.ts';
import { emptyLine, joinLines, type Line } from './line.ts';
import { own } from './own.ts';
import { emptyRegister, joinRegisters, type Register } from './register.ts';
import { compareStamps, laterStamp, type Stamp, zeroStamp } from './stamp.ts';

/** The state of one entry, by kind. `line` is a `ctr` with a `map` of details. */
export type EntryState = { reg: Register; map: FieldMap; ctr: Counter; flag: Flag; auth: Register; line: Line };
export type Kind = keyof EntryState;

const empty: EntryState = {
  reg: emptyRegister,
  map: {},
  ctr: emptyCounter,
  flag: emptyFlag,
  auth: emptyRegister,
  line: emptyLine,
};

const joins: { [K in Kind]: (a: EntryState[K], b: EntryState[K]) => EntryState[K] } = {
  reg: joinRegisters,
  map: joinFieldMaps,
  ctr: joinCounters,
  flag: joinFlags,
  auth: joinRegisters,
  line: joinLines,
};

/** What an entry is before its first change. */
export const emptyEntry = <K extends Kind>(kind: K): EntryState[K] => empty[kind];

/** Two copies of one entry become one: commutative, associative, idempotent (a counter's at equal floors). */
export const joinEntries = <K extends Kind>(kind: K, a: EntryState[K], b: EntryState[K]): EntryState[K] =>
  joins[kind](a, b);

const changeTypes: { [K in Kind]: readonly Change['t'][] } = {
  reg: ['put'],
  map: ['patch'],
  ctr: ['add', 'set'],
  flag: ['want'],
  auth: [],
  line: ['add', 'set', 'patch'],
};

/** Whether a change of type `t` is one that entries of `kind` take. */
export const fitsKind = (kind: Kind, t: Change['t']): boolean => changeTypes[kind].includes(t);

const patchFields = (map: FieldMap, fields: Fields | undefined, h: Stamp): FieldMap =>
  fields ? joinFieldMaps(map, Object.fromEntries(Object.entries(fields).map(([field, v]) => [field, [v, h]]))) : map;

const changeCounter = (counter: Counter, change: Change, by: { h: Stamp; replica: string }): Counter => {
  if (change.t === 'add') return addToCounter(counter, { replica: by.replica, n: change.n });
  if (change.t === 'set') return setCounter(counter, { v: change.v, seen: change.seen, g: change.g, h: by.h });
  return counter;
};

type AnyState = EntryState[Kind];

/**
 * An entry after a change that the server has stamped `h`, made by `replica`. A change that does
 * not fit the kind leaves the entry as it is; callers refuse it before, by {@link fitsKind}.
 */
export const changeEntry = <K extends Kind>(
  kind: K,
  state: EntryState[K],
  change: Change,
  by: { h: Stamp; replica: string },
): EntryState[K] => {
  const apply: { [X in Kind]: () => AnyState } = {
    reg: () => (change.t === 'put' ? joinRegisters(state as Register, { v: change.v, h: by.h }) : state),
    map: () => (change.t === 'patch' ? patchFields(state as FieldMap, change.f, by.h) : state),
    ctr: () => changeCounter(state as Counter, change, by),
    flag: () => (change.t === 'want' ? wantFlag(state as Flag, { on: change.on, seenN: change.n }) : state),
    auth: () => state,
    line: () => ({
      q: changeCounter((state as Line).q, change, by),
      d: patchFields((state as Line).d, 'f' in change ? change.f : undefined, by.h),
    }),
  };
  return apply[kind]() as EntryState[K];
};

/** The stamp that a change must come after: what it had seen, as far as the entry really holds it. */
export const seenStamp = <K extends Kind>(kind: K, state: EntryState[K], change: Change): Stamp => {
  let seen = zeroStamp;
  const count = (claimed: Stamp | undefined, stored: Stamp | undefined) => {
    if (!claimed || !stored || compareStamps(claimed, stored) > 0) return;
    // A restored server may have stamped the same change anew: who had seen it under one stamp has under the other.
    const isSame = claimed[2] === stored[2] && claimed[3] === stored[3];
    seen = laterStamp(seen, isSame ? stored : claimed);
  };
  if ('bh' in change) {
    if (kind === 'reg') count(change.bh, (state as Register).h);
    if (kind === 'ctr') count(change.bh, (state as Counter).b[1]);
    if (kind === 'line') count(change.bh, (state as Line).q.b[1]);
  }
  if ('fb' in change && change.fb) {
    const stored = kind === 'line' ? (state as Line).d : kind === 'map' ? (state as FieldMap) : {};
    for (const [field, stamp] of Object.entries(change.fb)) count(stamp, own(stored, field)?.[1]);
  }
  return seen;
};
