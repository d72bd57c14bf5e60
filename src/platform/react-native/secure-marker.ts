import type { Marker } from '../../client/ports.ts';
import type { SecureStoreLike } from './app-shapes.ts';

/**
 * The marker in the keychain or keystore. It outlives a store that was emptied or rolled back, on iOS
 * also the app itself. Without such a store there is none: the app's storage cannot vouch for itself.
 *
 * @param name Of what it marks; characters that a keystore does not take become `_`.
 */
export const secureMarker = ({ name, store }: { name: string; store?: SecureStoreLike | undefined }): Marker => {
  const key = name.replace(/[^\w.-]/g, '_');
  return {
    read() {
      try {
        return store?.getItem(key) || null;
      } catch {
        return null;
      }
    },
    write(text) {
      try {
        store?.setItem(key, text ?? '');
      } catch {
        // A locked keychain. The store works without the marker.
      }
    },
  };
};
