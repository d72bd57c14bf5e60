import type { Signals } from '../../client/ports.ts';
import type { AppStateLike, NetInfoLike, NetInfoState } from './app-shapes.ts';

/** Which network the app is on; `''` is none. A reading that is not known yet (null) does not count as none. */
const networkOf = ({ type, isConnected }: NetInfoState): string => (isConnected === false ? '' : (type ?? 'unknown'));

/**
 * The life of an app. Both sources only wake: what they say is tried out, never believed.
 *
 * Anything but `active` counts as hidden: an app that is swiped away on iOS is `inactive` last and may
 * never see `background`. A change of network comes as `online`, since sockets of the old one are dead.
 *
 * @param AppState `AppState` of react-native.
 * @param netInfo The default export of `@react-native-community/netinfo`; without it the app waits for its own retries.
 */
export const appSignals = ({
  AppState,
  netInfo,
}: {
  AppState: AppStateLike;
  netInfo?: NetInfoLike | undefined;
}): Signals => ({
  isVisible: () => AppState.currentState !== 'background' && AppState.currentState !== 'inactive',
  subscribe(listener) {
    let isActive: boolean | undefined;
    const state = AppState.addEventListener('change', (next) => {
      if (isActive === (next === 'active')) return;
      isActive = next === 'active';
      listener(isActive ? 'visible' : 'hidden');
    });
    // The first call tells how things are, not that they changed.
    let network: string | undefined;
    let isReachable: boolean | undefined;
    const offNetwork = netInfo?.addEventListener((reading) => {
      const before = network;
      // NetInfo asks an address of Google's, which some networks block: that it cannot be reached proves nothing.
      const isBack = isReachable === false && reading.isInternetReachable === true;
      network = networkOf(reading);
      // Without a network it is of no interest, and whatever comes next is told as one that came.
      isReachable = network ? (reading.isInternetReachable ?? isReachable) : undefined;
      if (before === undefined) return;
      if (before !== network || isBack) listener(network ? 'online' : 'offline');
    });
    return () => {
      // Doubles of an app's own tests may give nothing to take back.
      state?.remove();
      offNetwork?.();
    };
  },
});
