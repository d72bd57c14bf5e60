import { z } from 'zod';
import { checkValue } from '../core/check-value.ts';
import type { EntryState, Kind } from '../core/entry.ts';
import type { Json } from '../core/json.ts';
import { isPrototypeName } from '../core/key.ts';
import { own } from '../core/own.ts';
import type { Stamp } from '../core/stamp.ts';

// Any sum of these is still a whole number that JSON keeps.
const most = 1_000_000_000;
const amount = z.number().int().min(0).max(most);
const name = z
  .string()
  .min(1)
  .max(160)
  .refine((text) => !isPrototypeName(text));
const counts = z.record(name, amount);
const value = z.custom<Json>((v) => v !== undefined && checkValue(v) === undefined);

/** Nothing is later than the space's now: a stamp from the future would win for ever. */
const schemas = (nowMs: number) => {
  const stamp = z
    .tuple([z.number().int().min(0), amount, z.string().max(160), z.number().int().min(0)])
    .transform(([wallMs, ...rest]): Stamp => [Math.min(wallMs, nowMs), ...rest]);
  const register = z.object({ v: value, h: stamp });
  const map = z.record(name, z.tuple([value, stamp]));
  const counter = z
    .object({
      p: counts,
      s: counts,
      b: z.tuple([amount, stamp, amount]),
      w: counts,
      // One for each order of the line's life.
      o: z.array(amount).max(5_000),
      floor: amount,
    })
    .refine(({ p, s, b, w, o }) => b[2] <= o.length && isWithin(s, p) && isWithin(w, p));
  return {
    reg: register,
    auth: z.never(),
    map,
    ctr: counter,
    flag: z.object({ n: amount }),
    line: z.object({ q: counter, d: map }),
  } satisfies { [K in Kind]: z.ZodType };
};

const isWithin = (part: Readonly<Record<string, number>>, whole: Readonly<Record<string, number>>): boolean =>
  Object.entries(part).every(([replica, n]) => n <= (own(whole, replica) ?? 0));

/**
 * A state that a device says the server once had, or `undefined` when no server could have had it.
 * It comes from outside: only known members are taken, of their kinds and sizes.
 */
export const offeredParser = (nowMs: number) => {
  const byKind: Record<Kind, z.ZodType> = schemas(nowMs);
  return (kind: Kind, state: unknown): EntryState[Kind] | undefined => {
    const parsed = byKind[kind].safeParse(state);
    return parsed.success ? (parsed.data as EntryState[Kind]) : undefined;
  };
};
