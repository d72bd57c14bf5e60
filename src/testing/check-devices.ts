import { canariesIn } from './canaries.ts';
import type { SimDevice } from './sim-device.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Watch } from './watch.ts';

/** By then other tabs have heard, and what was not sent is sent or is not. */
const settledMs = 5_000;

type Looking = { readonly clock: VirtualClock; readonly watch: Watch };

/** What devices hold and show of people who are not there. */
export const checkDevices = (devices: readonly SimDevice[], looking: Looking): void => {
  for (const device of devices) {
    if (device.spec.sdk) continue;
    if (device.spec.kind === 'kiosk') checkKiosk(device, looking);
    checkLeft(device, looking);
    checkRevoked(device, looking);
  }
};

/** Nothing of anybody is kept outside the memory of its page. */
const checkKiosk = ({ disk, device, index }: SimDevice, { watch }: Looking) => {
  const rows = disk.rowsNow();
  watch.check(
    'idle',
    !rows.length && device.marker.text === null,
    () => `kiosk ${index} has stored ${device.marker.text} ${JSON.stringify(rows)}`,
  );
};

/** All its pages can hear each other, and have been able to since then. */
const isWell = ({ state, tabs }: SimDevice, sinceMs: number): boolean =>
  state.lostAtMs < sinceMs &&
  !state.isSlow &&
  Math.max(state.hangs.untilMs, state.opensLate.untilMs) < sinceMs &&
  tabs.every(
    ({ page, user }) => user.isAlive() && !page.isFrozen && page.relevo.status.isReady && !page.relevo.status.degraded,
  );

/** Who was told to leave, or gave way to somebody else, is not shown again, whatever token comes late. */
const checkLeft = (device: SimDevice, { clock, watch }: Looking) => {
  const { state, tabs, index } = device;
  const { said } = state;
  if (!said || state.entering || state.leaving || clock.now() < said.atMs + settledMs) return;
  if (!isWell(device, said.atMs)) return;
  // Nothing is kept of a sign-in that a killed page had not ended: the one before it may have been stored.
  if (said.behind && !said.behind.isAlive() && state.enteringBy.includes(said.behind)) return;
  for (const { page } of tabs) {
    const { customerId } = page.relevo.identity.current;
    // What a page answers while somebody is being signed in by hand counts if that fails.
    const isAnswered = said.isFailed && device.spec.hasToken && customerId !== said.before;
    watch.check(
      'left for good',
      customerId === undefined || customerId === said.who || isAnswered === true,
      () => `device ${index} shows ${customerId}; at ${said.atMs} it was told of ${said.who ?? 'nobody'}`,
    );
  }
};

/** A device that heard that it was taken back has nothing of its customer. */
const checkRevoked = (device: SimDevice, { clock, watch }: Looking) => {
  const { state, tabs, index } = device;
  const { revoked } = state;
  if (!revoked || clock.now() < revoked.atMs + settledMs) return;
  if (state.entering || !isWell(device, revoked.atMs)) return;
  const shown = tabs.map(({ page: { relevo } }) => relevo.identity.current.customerId);
  const left = canariesIn(device.text()).filter((canary) => canary.startsWith(`${revoked.who}~`));
  watch.check(
    'revoked',
    !left.length && !shown.includes(revoked.who),
    () => `device ${index}, taken back by ${revoked.who}, has ${left} and shows ${shown}`,
  );
};
