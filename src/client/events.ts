import type { RelevoEvents } from './api.ts';
import type { Log } from './ports.ts';

export type Events = ReturnType<typeof createEvents>;

/** Named events for the page. A handler that throws is logged; the others still hear. */
export const createEvents = (log: Log) => {
  const handlers = new Map<string, Set<(detail: never) => void>>();
  return {
    on<E extends keyof RelevoEvents>(event: E, handler: (detail: RelevoEvents[E]) => void): () => void {
      const own = (detail: RelevoEvents[E]) => handler(detail);
      const set = handlers.get(event) ?? new Set();
      handlers.set(event, set.add(own));
      return () => void set.delete(own);
    },
    emit<E extends keyof RelevoEvents>(event: E, detail: RelevoEvents[E]) {
      for (const handler of handlers.get(event) ?? []) {
        try {
          (handler as (detail: RelevoEvents[E]) => void)(detail);
        } catch (error) {
          log.warn(`relevo: a handler of '${event}' threw: ${error}`);
        }
      }
    },
  };
};
