import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserNames, isInstalled } from '../harness/browsers.ts';
import { createWorld, type Device, type Process, startProcess, type World } from '../harness/world.ts';

for (const name of browserNames) {
  describe.skipIf(!isInstalled(name))(`two tabs of ${name}`, () => {
    let process: Process;
    let world: World;
    let device: Device;
    beforeAll(async () => {
      process = await startProcess(name);
      console.info(`tabs: ${process.browser.version}`);
    });
    afterAll(() => process.close());
    beforeEach(async () => {
      world = await createWorld();
      device = await world.device(process);
    });
    afterEach(() => world.close());

    it('show each other’s changes while there is no server', async () => {
      device.line.setConnected(false);
      const tag = { consent: 'personalization:granted' };
      const [first, second] = [await device.open(tag), await device.open(tag)];
      await first.evaluate(`relevo.cart.add({ sku: 'SOFA-3', quantity: 2 }); relevo.preferences.set('currency', 'USD');
      relevo.browsing.view({ kind: 'product', id: 'SOFA-3' }); 0`);
      await second.until(`relevo.cart.count === 2 && relevo.preferences.get('currency') === 'USD'
      && relevo.browsing.recent().length === 1`);
      await second.evaluate(`relevo.cart.remove({ sku: 'SOFA-3' }); 0`);
      await first.until('relevo.cart.count === 0');
    });

    it('sign out together: what one did empties the other', async () => {
      const [first, second] = [await device.open(), await device.open()];
      const token = JSON.stringify(await world.server.token('ana'));
      await first.evaluate(`relevo.ready.then(async () => {
      await relevo.signIn(${token});
      await relevo.cart.add({ sku: 'SOFA-3' }).synced;
    })`);
      // The device is shared: the other tab shows the customer when it has a token of its own.
      await second.evaluate(`relevo.signIn(${token}).then(() => 0)`);
      await second.until('relevo.cart.count === 1 && relevo.identity.current.customerId === "ana"');

      await first.evaluate('relevo.signOut().then(() => 0)');
      await second.until('relevo.cart.count === 0 && relevo.identity.current.kind === "guest"');
      const anonymousIds = [first, second].map((page) => page.evaluate('relevo.identity.current.anonymousId'));
      const [idOfFirst, idOfSecond] = await Promise.all(anonymousIds);
      expect(idOfSecond).toBe(idOfFirst);
      expect(await second.evaluate('uncaught')).toEqual([]);
    });
  });
}
