import type { Marker } from './ports.ts';
import type { Device } from './records.ts';

/**
 * The device's record outside the store. It tells when the store was silently emptied or rolled back,
 * and gives the guest its identity again. On a shared device it names nobody after sign-out.
 */
export const createDeviceMarker = (marker: Marker) => ({
  write: (device: Device): void => marker.write(JSON.stringify(device)),
  /** What was written last, or `undefined` for anything that does not look like it. */
  read(): Device | undefined {
    try {
      const device = JSON.parse(marker.read() ?? 'null') as Device | null;
      return device && typeof device.epoch === 'number' && device.guest.id && device.guest.secret ? device : undefined;
    } catch {
      return undefined;
    }
  },
});
