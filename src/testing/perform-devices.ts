import type { Change } from '../client/api.ts';
import { priceOf } from './canaries.ts';
import type { DeviceAct } from './device-acts.ts';
import { hearRevoked } from './device-state.ts';
import { leaveUnsaid } from './leave-unsaid.ts';
import type { Ledger } from './ledger.ts';
import { ownSku } from './ledger-of-keeps.ts';
import type { SimDevice, SimTab } from './sim-device.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Watch } from './watch.ts';

/** How a question about devices, or taking one back, may end: nobody is there by now; or as any request may. */
const ends = /^(done$|(auth|network|request|server|sync)\/)/;

/** What customers do about the device that they are on, and what becomes of them there. */
export const createDeviceActs = ({
  clock,
  watch,
  ledger,
  did,
  hold,
  idOf,
}: {
  clock: VirtualClock;
  watch: Watch;
  ledger: Ledger;
  did(what: string, device: SimDevice, tab: SimTab, act: () => Change): void;
  hold(what: string, user: SimTab['user'], promise: Promise<unknown>, on?: (stand: string) => void): void;
  /** The id of a device of the history, as one of its pages says. */
  idOf(device: number): string | undefined;
}) => {
  const own = (device: SimDevice, tab: SimTab, n: number, canary: string) => {
    const { cart, status, identity } = tab.page.relevo;
    // Whose it is has to be known to be named after them.
    if (!status.isReady) return;
    const who = identity.current.customerId ?? 'guest';
    const sku = ownSku(who);
    ledger.keeps.added(sku, who, n);
    did(`add ${sku} ${n}`, device, tab, () => cart.add({ sku, quantity: n, title: sku, price: priceOf(canary) }));
  };

  const change = (device: SimDevice, tab: SimTab, how: 'more' | 'fewer' | 'none') => {
    const { cart, identity } = tab.page.relevo;
    const line = cart.lines.find(({ sku }) => sku.startsWith('of-'));
    if (!line) return;
    const { key, sku, quantity } = line;
    if (how === 'more') {
      ledger.keeps.added(sku, identity.current.customerId ?? 'guest', 1);
      did(`add ${sku} 1`, device, tab, () => cart.add({ sku }));
    } else if (how === 'fewer') did(`set ${sku}`, device, tab, () => cart.setQuantity(key, quantity - 1));
    else did(`remove ${sku}`, device, tab, () => cart.remove(key));
  };

  const list = ({ index }: SimDevice, { page: { relevo }, user }: SimTab) => {
    const { customerId } = relevo.identity.current;
    const askedMs = clock.now();
    const asked = relevo.devices?.list();
    if (!asked) return;
    hold('list', user, asked, (stand) =>
      watch.check('no throw', ends.test(stand), () => `devices.list on device ${index} rejects ${stand}`),
    );
    asked.then(
      (found) => {
        const isSame = customerId !== undefined && relevo.identity.current.customerId === customerId;
        if (isSame)
          ledger.revocations.listed(
            customerId,
            found.map(({ id }) => id),
            askedMs,
          );
      },
      () => {},
    );
  };

  const revoke = (device: SimDevice, { page: { relevo }, user }: SimTab, of: number) => {
    const { state, index, disk, tabs } = device;
    const id = idOf(of);
    const { customerId, deviceId } = relevo.identity.current;
    if (!id || !relevo.devices) return;
    const asked = relevo.devices.revoke(id);
    hold('revoke', user, asked, (stand) =>
      watch.check('no throw', ends.test(stand), () => `devices.revoke on device ${index} rejects ${stand}`),
    );
    asked.then(
      () => {
        const { who } = state.session;
        // A page that showed nobody, as somebody was being signed in, waited for them.
        const by = customerId ?? (who && ledger.revocations.isTaken(who, id) ? who : undefined);
        if (!by) return;
        ledger.revocations.told(by, id);
        if (id !== deviceId || who !== by || state.entering) return;
        hearRevoked(state, by, clock.now());
        leaveUnsaid({ disk, tabs, state }, { clock, isHeard: true });
      },
      () => {},
    );
  };

  return {
    act(device: SimDevice, tab: SimTab, step: DeviceAct, canary: string): unknown {
      switch (step.do) {
        case 'own':
          return own(device, tab, step.n, canary);
        case 'more':
        case 'fewer':
        case 'none':
          return change(device, tab, step.do);
        case 'touch':
          return tab.page.act();
        case 'devices':
          return list(device, tab);
        case 'revoke':
          return revoke(device, tab, step.of);
        case 'answers':
          watch.fault(`getToken ${step.how}`, Number(step.how !== 'at once'));
          device.state.answers = step;
          return undefined;
        default:
          // A page that does not answer who is here is told in no other way.
          ledger.keeps.leaves(device);
          return device.spec.hasToken && leaveUnsaid(device, { clock, isHeard: false });
      }
    },
  };
};
