import { hashText } from '../core/hash.ts';
import type { Model } from './model.ts';
import type { Ports } from './ports.ts';
import { type Device, isSameDevice, owedTo, spaceOf, withClaimOf } from './records.ts';
import type { ShopRecord } from './shop-record.ts';

/** The id of a change, and a hash that tells whose it is of whom one knows. */
type Placed = readonly [id: string, whose: string];
type Marked = Device & {
  readonly shop?: ShopRecord;
  readonly placed?: readonly Placed[];
};

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
  return withClaimOf(stored, { ...claimed, ...device });
};

/** A keychain takes two kilobytes. */
const mostPlaced = 32;

const bare = (marked: Marked | undefined): Device | undefined => {
  if (!marked) return undefined;
  const { shop: _, placed: __, ...device } = marked;
  return device;
};

/**
 * The device's record outside the store. It tells when the store was silently emptied or rolled back,
 * and gives the guest its identity again. On a shared device it names nobody after sign-out. Where
 * there is no store it also keeps what the shop's own cart is known to hold, until the next page begins: that one knows
 * nothing, and hands a shop that cannot be read its lines again.
 */
export const createDeviceMarker = ({ marker, ids }: Pick<Ports, 'marker' | 'ids'>, model: Pick<Model, 'isVeiled'>) => {
  let shop: ShopRecord | undefined;
  let written: Device | undefined;
  /** What was said here when this page began, and whom it found. */
  let begun: readonly (Device | undefined)[] = [];

  const parse = (): Marked | undefined => {
    try {
      const marked = JSON.parse(marker.read() ?? 'null') as Marked | null;
      return marked && typeof marked.epoch === 'number' && marked.guest.id && marked.guest.secret ? marked : undefined;
    } catch {
      return undefined;
    }
  };

  /** What pages in memory have placed and their store, which failed, has as nobody's still: until somebody signs out, and that goes. */
  const placed = (marked = parse()): readonly Placed[] => {
    const all = marked?.placed;
    return Array.isArray(all) ? all.filter((one): one is Placed => Array.isArray(one)) : [];
  };
  const whose = (id: string, space: string) => hashText(ids.sha256, space + id).slice(0, 8);

  const put = (device: Device) => {
    const marked = parse();
    const isOver = (device.from ?? 0) > (marked?.from ?? 0);
    marker.write(JSON.stringify({ ...device, placed: isOver ? [] : placed(marked), shop }));
  };

  /**
   * Who comes next, as this page has told others and a later page, and who it was when it did: here they are still, until
   * they have been seen off.
   */
  let told: { readonly next: Device; before: Device | undefined } | undefined;
  const isTold = (device: Device | undefined) => !!told && isSameDevice(device, told.next);

  const write = (device: Device) => {
    written = device;
    // Also of a sign-in that is stored still: they leave all the same.
    if (told && device.epoch < told.next.epoch) {
      told.before = device;
      return;
    }
    told = undefined;
    put(device);
  };

  return {
    write,
    /** A page that begins finds who is here. Told on an older word than the store's, they leave all the same. */
    found(device: Device) {
      begun = [this.read(), device];
      if (told && isTold(parse()) && device.epoch >= told.next.epoch) {
        const epoch = device.epoch + 1;
        put(Object.assign(told.next, { epoch, ...(device.customer && { from: epoch }) }));
      }
      write(device);
    },
    /** Whom a word meant that was read before the store: it may be older than that, if it is not of another tab. */
    meant: (marked: Device | undefined): Device | undefined =>
      marked && isSameDevice(begun[0], marked) ? begun[1] : marked,
    /** Somebody has just been told to leave: a page that is killed now comes back as `next`, and other tabs show nothing of them. */
    tell(next: Device, here: Device) {
      const before = bare(parse());
      // A tab that had not heard of a claim may have written the marker last.
      told = { next, before: before && withClaimOf(here, before) };
      put(next);
    },
    /**
     * Who is here, where the store has only what was told: another tab has written that. A guest who goes on in view was
     * told of too, and has nobody to be seen off.
     */
    asHere: (device: Device | undefined): Device | undefined =>
      model.isVeiled && isTold(device) ? told?.before : device,
    /** What was told is done, or somebody else is here. */
    end(device: Device) {
      const isMine = isTold(parse());
      told = undefined;
      if (isMine) put(device);
    },
    /**
     * What was written last, or `undefined` for anything that does not look like it. Epochs of a browser that was
     * cleared under the page of `mine` say nothing to it, but a sign-out there is its customer's too.
     */
    read(mine?: Device): Device | undefined {
      const marked = parse();
      const device = isTold(marked) ? told?.before : bare(marked);
      if (mine?.customer && device?.from && device.id !== mine.id)
        return { ...device, epoch: device.epoch + mine.epoch, from: device.from + mine.epoch };
      return device;
    },
    /** A page in memory has placed it with somebody else than who is here, whoever they were as a guest. */
    isPlacedElsewhere(id: string, device: Device): boolean {
      const said = new Map(placed()).get(id);
      return (
        !!said && ![spaceOf(device), device.guest.id, ...owedTo(device)].some((space) => said === whose(id, space))
      );
    },
    place(changes: readonly string[], space: string) {
      const marked = parse();
      const all = [...placed(marked), ...changes.map((id) => [id, whose(id, space)] as const)];
      if (marked) marker.write(JSON.stringify({ ...marked, placed: all.slice(-mostPlaced) }));
    },
    readShop: (): ShopRecord | undefined => parse()?.shop,
    writeShop(record: ShopRecord) {
      shop = record;
      // Whom it names is the last word of any tab, not of this one.
      const marked = parse();
      const device = marked?.id ? marked : written;
      if (device) put(device);
    },
  };
};
