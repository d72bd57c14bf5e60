import type { Store } from '../../client/ports.ts';

/** A storage of the app, ready to hold stores. */
export type DeviceStorage = {
  /** What it is, as status shows it: 'async-storage' | 'sqlite' | 'mmkv'. */
  readonly kind: string;
  /**
   * Opens the store of that name, or one more handle on it: handles share one state and one queue.
   * Rejects when the storage cannot be read, or holds a newer format.
   *
   * @param name Site and format, as `relevo:1:pk_demo`. Everything stored lies under it.
   * @param warn Told once, in a sentence, when what was stored is damaged and had to be given up.
   */
  open(name: string, warn?: (text: string) => void): Promise<Store>;
};
