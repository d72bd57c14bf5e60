import type { Ledger } from './ledger.ts';
import type { SimDevice } from './sim-device.ts';

/** A device's clock is off by `ms` from now on. Put back, it hides how old is what waits to be sent. */
export const setClock = ({ device, disk }: SimDevice, ms: number, ledger: Ledger): void => {
  const backMs = device.skew.ms - ms;
  ledger.clockAhead(Math.max(ms, backMs));
  if (backMs > 0) ledger.ageHidden(JSON.stringify(disk.rowsNow().filter(([[table]]) => table === 'out')));
  device.skew.ms = ms;
};
