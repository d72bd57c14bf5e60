import type { Platform, Relevo, RelevoOptions } from '../client/api.ts';
import { createEngine } from '../client/engine.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { oneInstance } from './one-instance.ts';

export type * from '../client/api.ts';
export type { Receipt } from '../core/receipt.ts';
export { RelevoError } from '../core/relevo-error.ts';

/**
 * Starts Relevo in a React Native app. A second call for the same endpoint and site gives the first instance.
 * `channel` is by default the system, `'ios'` or `'android'`, and `device.kind` is `'personal'`.
 *
 * @param options.platform `reactNative({ … })` of `relevo/react-native`: the app's storage, random and life.
 * @throws RelevoError `options/invalid`, `collection/bad-name`
 *
 * @example createRelevo({ endpoint, site, platform: reactNative({ storage: AsyncStorage, random, AppState, Platform }) })
 */
export const createRelevo = (options: RelevoOptions & { readonly platform: Platform }): Relevo => {
  const { platform } = options ?? {};
  if (typeof platform?.ports !== 'function') {
    const detail = "In React Native `platform` is `reactNative({ … })` from 'relevo/react-native'.";
    throw new RelevoError('options/invalid', { detail });
  }
  const { channel = platform.channel, device } = options;
  const config = { ...options, channel, device: { kind: platform.deviceKind, ...device } };
  return oneInstance(options, (of) => createEngine(config, platform.ports(of)));
};
