import type { KeyValueLike, Later } from './shapes.ts';

/**
 * What a storage does with several keys in one call, under whichever names it has for that: AsyncStorage
 * 3 has others than 1 and 2, and some have none, which takes a call for each key.
 */
export const manyKeys = (storage: KeyValueLike) => ({
  /** What is under these keys; one that is not there may be missing. Answers need not come in order. */
  async get(keys: readonly string[]): Promise<ReadonlyMap<string, string | null | undefined>> {
    if (storage.getMany) return new Map(Object.entries(await storage.getMany([...keys])));
    if (storage.multiGet) return new Map(await storage.multiGet([...keys]));
    return new Map(await Promise.all(keys.map(async (key) => [key, await storage.getItem(key)] as const)));
  },
  /** The calls that write these pairs. None is atomic over several keys. */
  setting(pairs: readonly [key: string, text: string][]): (() => Later<unknown>)[] {
    if (pairs.length > 1 && storage.setMany) return [() => storage.setMany?.(Object.fromEntries(pairs))];
    if (pairs.length > 1 && storage.multiSet) return [() => storage.multiSet?.([...pairs])];
    return pairs.map(
      ([key, text]) =>
        () =>
          storage.setItem(key, text),
    );
  },
  /** The calls that remove these keys. */
  removing(keys: readonly string[]): (() => Later<unknown>)[] {
    if (storage.removeMany) return [() => storage.removeMany?.([...keys])];
    if (storage.multiRemove) return [() => storage.multiRemove?.([...keys])];
    return keys.map((key) => () => storage.removeItem(key));
  },
});
