import { createRelevo, RelevoError } from 'relevo';
import { reactNative } from 'relevo/react-native';

const { AsyncStorage, AppState, Platform, Crypto } = globalThis.modules;

/** Starts Relevo as an app does; `parts` replaces what the app hands over. */
globalThis.startApp = (options, parts = {}) => {
  const platform = reactNative({ storage: AsyncStorage, random: Crypto.getRandomValues, AppState, Platform, ...parts });
  globalThis.relevo = createRelevo({ site: 'pk_demo', ...options, platform });
};
globalThis.RelevoError = RelevoError;
