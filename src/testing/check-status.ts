import { lacksToken } from './equal-pages.ts';
import type { SimDevice, SimTab } from './sim-device.ts';
import type { Watch } from './watch.ts';

const storageOf = ({ spec }: SimDevice) =>
  spec.kind === 'kiosk' ? 'memory' : spec.storage ? 'async-storage' : 'indexeddb';

/** What a page says of itself at the end: nothing waits, the server is there, and so is its store. */
export const checkStatus = (watch: Watch, device: SimDevice, tab: SimTab): void => {
  const { status, identity } = tab.page.relevo;
  const { current } = identity;
  const where = `device ${device.index}, ${JSON.stringify(current)}`;
  // A guest may keep to the device; one whose claim had no answer waits for its customer.
  const isWaiting = !device.state.session.who && (device.spec.guest === 'local' || device.text().includes('claimAt'));
  const { emptied, leftAtMs, hadNoAnswer, hangs } = device.state;
  const { kind, anonymousId } = current;
  const isOldGuest = device.spec.sdk && kind === 'guest' && hadNoAnswer;
  if (emptied && kind === 'guest' && leftAtMs < emptied.atMs)
    watch.check('guest found', anonymousId === emptied.guest, () => `${where}, before ${emptied.guest}`);
  // What 0.1.0 did while its store hung may be shown as waiting when another page has sent it.
  const hasHung = !!device.spec.sdk && tab.loading.fromMs <= hangs.untilMs;
  // Nor does it send what it holds of whoever came back while they were seen off.
  const isHeld = !!device.spec.sdk && !!device.state.hollow;
  const isLeftOut = lacksToken(device, tab) || device.state.isEndless;
  // Such a guest asks nobody; nor does one who came as the device was taken back, and has done nothing.
  const isMute = kind === 'guest' && (device.spec.guest === 'local' || device.state.isDroppedUnsaid);
  // A tab of 0.1.0 that stood still over a sign-in leaves it to another one to ask.
  const isOnline = (one: SimTab) => one.page.relevo.status.connection === 'online';
  const isLed = !!device.spec.sdk && status.connection === 'connecting' && device.tabs.some(isOnline);
  watch.check(
    'drained',
    isWaiting || isOldGuest || hasHung || isHeld || isLeftOut || !status.pending,
    () => `${where}: ${status.pending} pending, ${status.connection}`,
  );
  watch.check(
    'status',
    status.connection === 'online' ||
      (isMute && status.connection !== 'offline') ||
      isLed ||
      isOldGuest ||
      !device.state.session.who ||
      isLeftOut ||
      device.state.isOusted,
    () => `${where}: ${status.connection}`,
  );
  watch.check(
    'status',
    status.storage === storageOf(device) && !status.degraded,
    () => `${where}: ${JSON.stringify(status)}`,
  );
};
