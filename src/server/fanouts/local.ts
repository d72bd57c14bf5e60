import type { Fanout, Poke } from '../ports.ts';

/** Pokes among the connections of one process. */
export const localFanout = (): Fanout => {
  const listenersBySpace = new Map<string, Set<(poke: Poke) => void>>();
  return {
    publish(poke) {
      for (const listener of listenersBySpace.get(poke.space) ?? []) listener(poke);
    },
    subscribe(space, listener) {
      const listeners = listenersBySpace.get(space) ?? new Set();
      listenersBySpace.set(space, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && listenersBySpace.get(space) === listeners) listenersBySpace.delete(space);
      };
    },
    close: () => listenersBySpace.clear(),
  };
};
