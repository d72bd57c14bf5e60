import type { Relevo, RelevoOptions } from '../../src/client/api.ts';
import { within, type world } from './world.ts';

/** Of the customer who must leave no trace. */
export const canary = 'CANARY';
export const idleMs = 60_000;
type Made = ReturnType<typeof world>;

export const kioskOf = (made: Made, options: Partial<RelevoOptions> = {}) => {
  const own = made.device({ device: { kind: 'kiosk', idleMs }, consent: { personalization: 'granted' }, ...options });
  /** A page, and all that it is told. */
  const open = async () => {
    const page = own.device.open();
    const heard: (readonly [string, unknown])[] = [];
    for (const event of ['idle', 'signout', 'signin'] as const)
      page.relevo.on(event, (detail) => void heard.push([event, detail]));
    await made.clock.pass(100);
    return { page, relevo: page.relevo, heard };
  };
  return { ...own, open };
};

/** Ana at a kiosk, with something of her everywhere. */
export const anaThere = async (made: Made, options: Partial<RelevoOptions> = {}) => {
  const kiosk = kioskOf(made, options);
  const one = await kiosk.open();
  await within(made, 2_000, one.relevo.signIn(made.token(`ana-${canary}`)));
  one.relevo.cart.add({ sku: `${canary}-LINE`, title: canary });
  one.relevo.preferences.set('style', canary);
  one.relevo.identity.set({ displayName: canary });
  await within(made, 1_000, one.relevo.flush());
  one.heard.splice(0);
  return { ...kiosk, ...one };
};

/** All that a page shows of anybody. */
export const shown = ({ cart, browsing, preferences, identity }: Relevo): string =>
  JSON.stringify([cart.lines, browsing.recent(), preferences.entries(), identity.current]);
