import type { Marker } from './ports.ts';
import type { Device } from './records.ts';
import type { ShopRecord } from './shop-record.ts';

type Marked = Device & { readonly shop?: ShopRecord };

/**
 * The device's record outside the store. It tells when the store was silently emptied or rolled back,
 * and gives the guest its identity again. On a shared device it names nobody after sign-out. Where
 * there is no store it also keeps what the shop's own cart is known to hold.
 */
export const createDeviceMarker = (marker: Marker) => {
  let shop: ShopRecord | undefined;
  let written: Device | undefined;

  const parse = (): Marked | undefined => {
    try {
      const marked = JSON.parse(marker.read() ?? 'null') as Marked | null;
      return marked && typeof marked.epoch === 'number' && marked.guest.id && marked.guest.secret ? marked : undefined;
    } catch {
      return undefined;
    }
  };

  const write = (device: Device) => {
    written = device;
    marker.write(JSON.stringify({ ...device, ...(shop ? { shop } : {}) }));
  };

  return {
    write,
    /** What was written last, or `undefined` for anything that does not look like it. */
    read(): Device | undefined {
      const { shop: _, ...device } = parse() ?? {};
      return 'id' in device ? (device as Device) : undefined;
    },
    readShop: (): ShopRecord | undefined => parse()?.shop,
    writeShop(record: ShopRecord) {
      shop = record;
      if (written) write(written);
    },
  };
};
