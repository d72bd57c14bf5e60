import type { Marker } from '../../client/ports.ts';

/**
 * The marker in localStorage. Denied or full, it reads as absent and forgets what is written.
 *
 * @param name Key in localStorage; carries site and format version.
 */
export const marker = ({ name }: { name: string }): Marker => ({
  read() {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  },
  write(text) {
    try {
      if (text === null) localStorage.removeItem(name);
      else localStorage.setItem(name, text);
    } catch {
      // The store works without it; only a silently emptied database would go unnoticed.
    }
  },
});
