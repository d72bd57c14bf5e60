import { clearSiteData } from './device-disk.ts';
import { within, type world } from './world.ts';

type Made = ReturnType<typeof world>;
type Device = ReturnType<Made['device']>['device'];
type Page = ReturnType<Device['open']>;

/** A shared browser is cleared while `old` stands still; in a new page somebody signs out, and Ben comes. */
export const benComesBeside = async (made: Made, device: Device, old: Page): Promise<Page> => {
  old.freeze();
  await clearSiteData(device);
  const page = device.open();
  await made.clock.pass(500);
  await within(made, 10_000, page.relevo.signOut());
  await made.clock.pass(500);
  await within(made, 2_000, page.relevo.signIn(made.token('ben', 3)));
  await made.clock.pass(500);
  return page;
};
