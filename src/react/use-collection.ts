import { useCallback, useMemo } from 'react';
import type { Collection, StandardSchema } from '../client/api.ts';
import type { Json } from '../core/json.ts';
import { useSources } from './provider.ts';
import { type Source, useSelected, whole } from './select.ts';
import type { Next } from './set-in-turn.ts';
import { none } from './sources.ts';
import type { SetValue } from './use-preference.ts';

export type CollectionOptions<T> = {
  /** Checks what is written through this handle. Keep one outside of the component. */
  readonly schema?: StandardSchema<T> | undefined;
};

/**
 * A collection of the site: its entries, and the handle to write with. Renders again at every change of
 * the collection; `useEntry` reads one key.
 *
 * @throws RelevoError `collection/bad-name`, `react/no-provider`
 *
 * @example const [entries, progress] = useCollection<Progress>('progress', { schema });
 */
export const useCollection = <T = Json>(
  name: string,
  { schema }: CollectionOptions<T> = {},
): readonly [entries: Entries<T>, collection: Collection<T>] => {
  const { relevo } = useSources();
  const source = useMemo((): Source<Entries<T>> => {
    const collection = relevo.collection<T>(name);
    return {
      subscribe: (listener) => collection.subscribe(listener),
      read: () => collection.entries(),
      neutral: none,
    };
  }, [relevo, name]);
  return [useSelected(source, whole, Object.is), useHandle(name, schema)] as const;
};

type Entries<T> = ReturnType<Collection<T>['entries']>;

/**
 * One entry of a collection, as `useState` would hold it; undefined while there is none. To delete or
 * patch, use the handle: `relevo.collection(name).delete(key)`. An entry of a `map` is only patched.
 *
 * @throws RelevoError `collection/bad-name`, `react/no-provider`. Setting throws
 * what the collection's `set` does.
 *
 * @example const [answer, setAnswer] = useEntry<string>('quiz', 'favourite-colour');
 */
export const useEntry = <T = Json>(
  name: string,
  key: string,
  { schema }: CollectionOptions<T> = {},
): readonly [value: T | undefined, set: SetValue<T, T | undefined>] => {
  const { relevo, setInTurn } = useSources();
  const source = useMemo((): Source<T | undefined> => {
    const collection = relevo.collection<T>(name);
    return {
      subscribe: (listener) => collection.subscribe(listener),
      read: () => collection.get(key),
      neutral: undefined,
    };
  }, [relevo, name, key]);
  const handle = useHandle(name, schema);
  const set = useCallback(
    (next: Next<T, T | undefined>) =>
      setInTurn({ collection: name, key, next, read: () => handle.get(key), set: handle.set }),
    [handle, setInTurn, name, key],
  );
  return [useSelected(source, whole, Object.is), set] as const;
};

const useHandle = <T>(name: string, schema: StandardSchema<T> | undefined): Collection<T> => {
  const { relevo } = useSources();
  return useMemo(() => relevo.collection<T>(name, schema ? { schema } : {}), [relevo, name, schema]);
};
