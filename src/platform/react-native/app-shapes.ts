// What an app hands over, by the names that React Native and its modules give them. Nothing here is imported:
// whatever has these members will do. The build keeps every name of this file as it is.

/** `Platform` of react-native. */
export type PlatformLike = { readonly OS: string };

/** `AppState` of react-native. */
export type AppStateLike = {
  readonly currentState: string | null;
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void } | undefined;
};

/** A reading of `@react-native-community/netinfo`; null where it is not known yet. */
export type NetInfoState = {
  readonly type?: string;
  readonly isConnected?: boolean | null;
  readonly isInternetReachable?: boolean | null;
};

/** The default export of `@react-native-community/netinfo`. The listener is called at once with the present reading. */
export type NetInfoLike = { addEventListener(listener: (state: NetInfoState) => void): () => void };

/** `expo-secure-store`: the calls that answer at once. */
export type SecureStoreLike = {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
};

/** Fills the bytes in place, as `getRandomValues` of `expo-crypto`. */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => unknown;
