import type { Json } from './json.ts';
import { own } from './own.ts';
import { joinRegisters } from './register.ts';
import type { Stamp } from './stamp.ts';

/** A register for each field: line details, traits. Kind `map`. */
export type FieldMap = { readonly [field: string]: readonly [v: Json, h: Stamp] };

/** Field by field, the larger stamp. */
export const joinFieldMaps = (a: FieldMap, b: FieldMap): FieldMap => {
  const out: Record<string, readonly [Json, Stamp]> = { ...a };
  for (const [field, [v, h]] of Object.entries(b)) {
    const mine = own(out, field);
    const joined = mine ? joinRegisters({ v: mine[0], h: mine[1] }, { v, h }) : { v, h };
    out[field] = [joined.v, joined.h];
  }
  return out;
};

/** The stamps of these fields, where they have one. A page may have named none: it is refused after that. */
export const fieldStamps = (
  map: FieldMap,
  fields: Readonly<Record<string, unknown>> | null | undefined,
): Record<string, Stamp> =>
  Object.fromEntries(
    Object.keys(fields ?? {}).flatMap((field) => {
      const known = own(map, field);
      return known ? [[field, known[1]]] : [];
    }),
  );

/** The fields that have a value, as a plain object. */
export const fieldValues = (map: FieldMap): Record<string, Json> =>
  Object.fromEntries(Object.entries(map).flatMap(([field, [v]]) => (v === null ? [] : [[field, v]])));
