import type { Change } from '../client/api.ts';
import { priceOf } from './canaries.ts';
import type { DeviceAct } from './device-acts.ts';
import type { Ledger } from './ledger.ts';
import { ownSku } from './ledger-of-keeps.ts';
import type { SimDevice, SimTab } from './sim-device.ts';

/** What customers do about the device that they are on. */
export const createDeviceActs = ({
  ledger,
  did,
}: {
  ledger: Ledger;
  did(what: string, device: SimDevice, tab: SimTab, act: () => Change): void;
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

  return {
    act(device: SimDevice, tab: SimTab, step: DeviceAct, canary: string): void {
      if (step.do === 'own') own(device, tab, step.n, canary);
      else change(device, tab, step.do);
    },
  };
};
