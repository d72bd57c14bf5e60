import { noteLeaving } from './shop-reports.ts';
import type { SimDevice } from './sim-device.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** As long as what was not sent is still sent. */
const farewellMs = 3_500;

/**
 * Somebody is gone without a sign-out of the page's: the shop's own session is over. `isHeard`: Relevo says so itself; else
 * it is told when it asks the page.
 */
export const leaveUnsaid = (
  device: Pick<SimDevice, 'disk' | 'tabs' | 'state'>,
  { clock, isHeard }: { readonly clock: VirtualClock; readonly isHeard: boolean },
): void => {
  const { state } = device;
  const { who } = state.session;
  if (!who) return;
  noteLeaving(device, clock.now());
  state.session.who = null;
  state.orders.left();
  Object.assign(state, { leftAtMs: clock.now(), droppedAtMs: clock.now(), isDroppedUnsaid: true });
  if (!isHeard) return;
  state.ended = { who, atMs: clock.now() + farewellMs, isApart: false };
  state.said = { who: null, atMs: clock.now() + farewellMs };
};
