import type { Ports } from './ports.ts';

/**
 * What a kiosk gets of its runtime: nothing of anybody is kept outside the memory of this page. What was kept while the
 * device was set up as another kind goes.
 */
export const kioskPorts = (ports: Ports): Ports => {
  let text: string | null = null;
  if (ports.marker.read() !== null) forget(ports).catch(() => {});
  // A page shares no state with others, and so no turn.
  const own = ports.ids.random();
  return {
    ...ports,
    openStore: async () => ports.memoryStore(),
    marker: {
      read: () => text,
      write(next) {
        text = next;
      },
    },
    tabs: { ...ports.tabs, ifFree: (name, body) => ports.tabs.ifFree(`${name}:${own}`, body) },
  };
};

const forget = async ({ marker, openStore }: Ports): Promise<void> => {
  const store = await openStore();
  await store.write(async (tx) => tx.deleteAll([])).finally(() => store.close());
  // Last: a page that ends before leaves it to the next one.
  marker.write(null);
};
