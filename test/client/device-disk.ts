import type { Store, StoreKey } from '../../src/client/ports.ts';
import type { Json } from '../../src/core/json.ts';
import type { VirtualDevice } from '../../src/testing/virtual-device.ts';

export type DiskCopy = { readonly rows: readonly (readonly [StoreKey, Json])[]; readonly marker: string | null };

/** All that a thief of the device would find. */
export const copyOf = async ({ disk, marker }: VirtualDevice): Promise<DiskCopy> => ({
  rows: await disk.read((tx) => tx.list([])),
  marker: marker.text,
});

/** The device's disk and marker as one text, to look for what must not be there. */
export const textOf = async (device: VirtualDevice): Promise<string> => JSON.stringify(await copyOf(device));

/** Puts a copy back, on the same device (a backup restored) or on another (a disk cloned). */
export const restoreTo = async ({ disk, marker }: VirtualDevice, copy: DiskCopy): Promise<void> => {
  await disk.write(async (tx) => {
    tx.deleteAll([]);
    for (const [key, value] of copy.rows) tx.put(key, value);
  });
  marker.text = copy.marker;
};

/** What a browser does that clears its site data, under whatever page is open. */
export const clearSiteData = (device: VirtualDevice): Promise<void> => restoreTo(device, { rows: [], marker: null });

/** The device's disk as a store that can fail. */
export const faultyStore = (device: VirtualDevice, fault: { isBroken: boolean }): Store => {
  const guard = () => {
    if (fault.isBroken) throw new DOMException('the disk is gone', 'UnknownError');
  };
  return {
    kind: 'indexeddb',
    durable: true,
    read: async (body) => {
      guard();
      return device.disk.read(body);
    },
    write: async (body, options) => {
      guard();
      return device.disk.write(async (tx) => {
        const result = await body(tx);
        guard();
        return result;
      }, options);
    },
    writeNow: (puts) => device.disk.writeNow(puts),
    close: () => {},
  };
};
