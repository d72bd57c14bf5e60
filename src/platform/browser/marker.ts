import type { Marker } from '../../client/ports.ts';

/**
 * A text in localStorage, or in the storage of this tab. Denied or full, it reads as absent and forgets what is written.
 *
 * @param name Its key there; carries site and format version.
 */
export const marker = ({
  name,
  of = 'localStorage',
}: {
  name: string;
  of?: 'localStorage' | 'sessionStorage';
}): Marker => ({
  read() {
    try {
      return globalThis[of].getItem(name);
    } catch {
      return null;
    }
  },
  write(text) {
    try {
      if (text === null) globalThis[of].removeItem(name);
      else globalThis[of].setItem(name, text);
    } catch {
      // The store works without it; only a silently emptied database would go unnoticed.
    }
  },
});
