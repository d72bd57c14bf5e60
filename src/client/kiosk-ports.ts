import type { Events } from './events.ts';
import type { Ports } from './ports.ts';

/**
 * What a kiosk gets of its runtime: nothing of anybody is kept outside the memory of this page. What was kept while the
 * device was set up as another kind goes, and what the server did not have of it is told.
 */
export const kioskPorts = (ports: Ports, events: Events): Ports => {
  ports.tab?.write(null);
  forget(ports).then(
    (unsynced) => {
      if (unsynced) events.emit('signout', { unsynced });
    },
    () => {},
  );
  // A page shares no state with others, and so no turn.
  const own = ports.ids.random();
  return {
    ...ports,
    openStore: async () => ports.memoryStore(),
    marker: inMemory(),
    tab: inMemory(),
    tabs: { ...ports.tabs, ifFree: (name, body) => ports.tabs.ifFree(`${name}:${own}`, body) },
  };
};

const inMemory = (): Ports['marker'] => {
  let text: string | null = null;
  return {
    read: () => text,
    write(next) {
      text = next;
    },
  };
};

/** Whatever the marker says: a browser may have lost that alone. Gives how many changes were not sent. */
const forget = async ({ marker, openStore }: Ports): Promise<number> => {
  const store = await openStore();
  const waiting = await store
    .write(async (tx) => {
      const lists = [await tx.list(['out']), await tx.list(['limbo'])];
      tx.deleteAll([]);
      return lists.flat().length;
    })
    .finally(() => store.close());
  // Last: a page that ends before leaves it to the next one.
  marker.write(null);
  return waiting;
};
