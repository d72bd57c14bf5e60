import type { FromVm, HermesVm } from './hermes-vm.ts';

/** One key written or removed (null). */
export type Write = readonly [key: string, value: string | null];

/** The device's AsyncStorage: what it holds outlives the VM. */
export type HostStorage = {
  readonly items: ReadonlyMap<string, string>;
  /** How many writes it was asked for since it was made; each key of a `multiSet` counts, since it is not atomic. */
  readonly writes: number;
  /** Called before the write of that number, counted from 1. False: this write and all after it never happen. */
  beforeWrite: (count: number, write: Write) => boolean;
  /** Takes the messages that are about the storage, for a VM; false for all others. */
  hear(message: FromVm, tell: HermesVm['tell']): boolean;
};

export const createHostStorage = (): HostStorage => {
  const items = new Map<string, string>();
  let writes = 0;

  /** Whether all of them were made. */
  const writeAll = (list: readonly Write[]): boolean =>
    list.every((write) => {
      if (!storage.beforeWrite(++writes, write)) return false;
      const [key, value] = write;
      if (value === null) items.delete(key);
      else items.set(key, value);
      return true;
    });

  const answer = (method: string, parameters: readonly unknown[]): { value?: unknown } | undefined => {
    const [first, second] = parameters;
    const keys = first as readonly string[];
    switch (method) {
      case 'getItem':
        return { value: items.get(first as string) ?? null };
      case 'getAllKeys':
        return { value: [...items.keys()] };
      case 'multiGet':
        return { value: keys.map((key) => [key, items.get(key) ?? null]) };
      case 'setItem':
        return writeAll([[first as string, second as string]]) ? {} : undefined;
      case 'multiSet':
        return writeAll(first as readonly Write[]) ? {} : undefined;
      case 'removeItem':
        return writeAll([[first as string, null]]) ? {} : undefined;
      default:
        return writeAll(keys.map((key) => [key, null])) ? {} : undefined;
    }
  };

  const storage: HostStorage = {
    items,
    get writes() {
      return writes;
    },
    beforeWrite: () => true,
    hear([kind, id, method, parameters], tell) {
      if (kind !== 'storage') return false;
      const answered = answer(method as string, parameters as unknown[]);
      if (answered) tell('stored', id, null, answered.value);
      return true;
    },
  };
  return storage;
};
