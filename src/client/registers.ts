import type { Fields, Change as Op } from '../core/change.ts';
import { checkValue } from '../core/check-value.ts';
import { collectionShape, isReservedCollection } from '../core/collection.ts';
import { type FieldMap, fieldStamps, fieldValues } from '../core/field-map.ts';
import { type Flag, isPresent } from '../core/flag.ts';
import type { Json } from '../core/json.ts';
import { isKey } from '../core/key.ts';
import type { Register } from '../core/register.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Change, Collection, StandardSchema } from './api.ts';
import { createKeeper } from './keeper.ts';
import type { Shown } from './model.ts';
import type { Config } from './options.ts';
import type { Write } from './writer.ts';

const demandKey = (key: string) => {
  if (!isKey(key)) throw new RelevoError('change/bad-key', { detail: String(key).slice(0, 40) });
};

const entryValue = (kind: string, state: Json): Json => {
  if (kind === 'map') return fieldValues(state as unknown as FieldMap);
  if (kind === 'flag') return isPresent(state as unknown as Flag);
  return (state as unknown as Register).v;
};

/** A value in the place of the one that is seen. */
export const putOver = (seen: Json | undefined, v: Json): Op => {
  const register = seen as unknown as Register | undefined;
  return { t: 'put', v, ...(register && { bh: register.h }) };
};

/** The same of some fields of a map. */
export const patchOver = (seen: Json | undefined, f: Fields): Op => ({
  t: 'patch',
  f,
  fb: fieldStamps((seen ?? {}) as unknown as FieldMap, f),
});

/** Entries of one collection as values: what the server confirmed, with this device's pending changes over it. */
const createReader = (model: Shown, config: Config, name: string) => {
  const { kind } = collectionShape(name, config.collections);
  const pairs = model.memo(name, () => {
    const keep = createKeeper<Json>();
    return () => {
      const values = new Map<string, Json>();
      for (const [key, [, state]] of model.rows.get(name) ?? []) values.set(key, entryValue(kind, state));
      for (const { entry } of model.pending) {
        const { c, k, x } = entry;
        if (c !== name) continue;
        if (x.t === 'put') values.set(k, x.v);
        if (x.t === 'want') values.set(k, x.on);
        if (x.t === 'patch') {
          const fields = { ...(values.get(k) as Fields | undefined), ...x.f };
          values.set(k, Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== null)));
        }
      }
      const absent = kind === 'flag' ? false : null;
      for (const [key, value] of values) if (value === absent) values.delete(key);
      return keep(values);
    };
  });
  return { pairs, byKey: model.memo(name, () => () => new Map(pairs())) };
};

/** The same by key, each value with its reference until it changes. */
export const createValues = (model: Shown, config: Config, name: string) => createReader(model, config, name).byKey;

type Reader = ReturnType<typeof createReader>;
type Context = { readonly model: Shown; readonly config: Config; readonly write: Write };

/** Opens collections of keyed values: preferences, drafts, progress and the site's own. All handles of a name read the same entries, by reference. */
export const createCollections = (context: Context) => {
  const readers = new Map<string, Reader>();
  return <T = Json>(name: string, schema?: StandardSchema<T>): Collection<T> => {
    const reader = readers.get(name) ?? createReader(context.model, context.config, name);
    readers.set(name, reader);
    return createCollection({ ...context, name, reader, schema });
  };
};

const createCollection = <T>({
  model,
  config,
  write,
  name,
  reader,
  schema,
}: Context & {
  readonly name: string;
  readonly reader: Reader;
  readonly schema?: StandardSchema<T> | undefined;
}): Collection<T> => {
  const { kind } = collectionShape(name, config.collections);
  const values = reader.byKey;

  const parse = (value: unknown): Json => {
    const result: object | undefined = schema?.['~standard'].validate(value);
    if (result instanceof Promise)
      throw new RelevoError('change/schema', { detail: 'Schemas must answer synchronously.' });
    const { issues, value: parsed } = (result ?? { value }) as {
      issues?: readonly { message: string }[];
      value?: unknown;
    };
    if (issues) throw new RelevoError('change/schema', { detail: issues.map(({ message }) => message).join('; ') });
    return parsed as Json;
  };

  const put = (key: string, v: Json): Change => {
    demandKey(key);
    const row = model.row(name, key)?.[1];
    if (kind === 'flag')
      return write(name, key, { t: 'want', on: v === true, n: seenLength(key, row as unknown as Flag | undefined) });
    if (kind === 'map') throw new RelevoError('collection/kind', { detail: 'A map takes patch().' });
    return write(name, key, putOver(row, v));
  };

  /** A flag's length as seen here: every pending want has moved it on. */
  const seenLength = (key: string, flag: Flag | undefined): number =>
    model.pending.reduce(
      (n, { entry: { c, k, x } }) =>
        c === name && k === key && x.t === 'want' ? Math.max(n, x.n + ((x.n % 2 === 1) === x.on ? 0 : 1)) : n,
      flag?.n ?? 0,
    );

  const patchMap = (key: string, f: Fields): Change => {
    demandKey(key);
    return write(name, key, patchOver(model.row(name, key)?.[1], f));
  };

  return {
    get: (key) => values().get(key) as T | undefined,
    set(key, value) {
      const refused = checkValue(value);
      if (refused) throw new RelevoError(refused);
      return put(key, parse(value));
    },
    patch(key, fields) {
      if (kind === 'map') return patchMap(key, fields);
      const present = values().get(key);
      const base = typeof present === 'object' && !Array.isArray(present) ? present : {};
      return put(key, parse({ ...base, ...fields }));
    },
    delete(key) {
      if (kind !== 'map') return put(key, kind === 'flag' ? false : null);
      return patchMap(
        key,
        Object.fromEntries(Object.keys((values().get(key) ?? {}) as object).map((field) => [field, null])),
      );
    },
    entries: () => reader.pairs() as unknown as readonly (readonly [string, T])[],
    subscribe: (listener) => model.subscribe(name, listener),
  };
};

/**
 * The name of a collection that a page may open itself.
 * @throws RelevoError `collection/bad-name` for one that is built in, kept for later, or no valid key.
 */
export const demandCollectionName = (name: string) => {
  if (!isKey(name) || isReservedCollection(name))
    throw new RelevoError('collection/bad-name', { detail: String(name) });
};
