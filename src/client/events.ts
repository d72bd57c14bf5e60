import type { RelevoEvents } from './api.ts';
import type { Log } from './ports.ts';

export type Events = ReturnType<typeof createEvents>;

/** Who wants to hear of what, by its name. One who throws is told of to `threw`; the others still hear. */
export const createListeners = (threw: (name: string, error: unknown) => void) => {
  const listeners = new Map<string, Set<(...told: never[]) => void>>();
  return {
    names: () => listeners.keys(),
    on(name: string, listener: (...told: never[]) => void): () => void {
      const own = (...told: never[]) => listener(...told);
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(own));
      return () => void set.delete(own);
    },
    emit(name: string, ...told: readonly unknown[]): void {
      for (const listener of listeners.get(name) ?? []) {
        try {
          listener(...(told as never[]));
        } catch (error) {
          threw(name, error);
        }
      }
    },
  };
};

/** Named events for the page. */
export const createEvents = (log: Log) =>
  createListeners((event, error) => log.warn(`relevo: a handler of '${event}' threw: ${error}`)) as {
    on<E extends keyof RelevoEvents>(event: E, handler: (detail: RelevoEvents[E]) => void): () => void;
    emit<E extends keyof RelevoEvents>(event: E, detail: RelevoEvents[E]): void;
  };
