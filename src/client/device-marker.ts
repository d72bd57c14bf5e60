import type { Marker } from './ports.ts';
import { type Device, isSameDevice } from './records.ts';
import type { ShopRecord } from './shop-record.ts';

type Marked = Device & { readonly shop?: ShopRecord };

/**
 * What the store knows, or the marker when that is later: the store was emptied or rolled back. A sign-out was under way no more; a claim may be.
 * Beside an empty store it vouches for a guest alone: a keychain outlives the app, and who installs it anew may be
 * another person than the customer of then. A store that could not be read says nothing.
 */
export const laterDevice = (
  stored: Device | undefined,
  marked: Device | undefined,
  isRead: boolean,
): Device | undefined => {
  const later = marked && (!stored || marked.epoch > stored.epoch) ? marked : stored;
  if (!later || (isRead && !stored && later.customer)) return undefined;
  const { closing: _, ...device } = later;
  if (!marked || !isSameDevice(marked, device)) return device;
  // A page that went on in memory wrote down what it claimed here alone: whoever comes next asks what became of it.
  const { closing: __, merging: ___, ...claimed } = marked;
  return { ...claimed, ...device };
};

/**
 * The device's record outside the store. It tells when the store was silently emptied or rolled back,
 * and gives the guest its identity again. On a shared device it names nobody after sign-out. Where
 * there is no store it also keeps what the shop's own cart is known to hold, until the next page begins: that one knows
 * nothing, and hands a shop that cannot be read its lines again.
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
    /**
     * What was written last, or `undefined` for anything that does not look like it. Epochs of a browser that was
     * cleared under the page of `mine` say nothing to it, but a sign-out there is its customer's too.
     */
    read(mine?: Device): Device | undefined {
      const { shop: _, ...device } = parse() ?? ({} as Marked);
      if (mine?.customer && device.from && device.id !== mine.id)
        return { ...device, epoch: device.epoch + mine.epoch, from: device.from + mine.epoch };
      return device.id ? device : undefined;
    },
    readShop: (): ShopRecord | undefined => parse()?.shop,
    writeShop(record: ShopRecord) {
      shop = record;
      // Whom it names is the last word of any tab, not of this one.
      const { shop: _, ...marked } = parse() ?? {};
      const device = 'id' in marked ? (marked as Device) : written;
      if (device) write(device);
    },
  };
};
