import type { Tabs } from '../../client/ports.ts';

/** An app is the only user of its storage: nobody listens, and a lock is free unless the app itself holds it. */
export const onlyTab = (): Tabs => {
  const held = new Set<string>();
  return {
    post() {},
    subscribe: () => () => {},
    async ifFree(name, body) {
      if (held.has(name)) return false;
      held.add(name);
      try {
        await body();
      } finally {
        held.delete(name);
      }
      return true;
    },
    close() {},
  };
};
