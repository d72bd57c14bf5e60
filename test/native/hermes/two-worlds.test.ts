import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isInstalled } from '../../browser/harness/browsers.ts';
import { eventually } from '../../browser/harness/eventually.ts';
import { createWorld, type Process, startProcess, type World } from '../../browser/harness/world.ts';
import { cart, createPhoneWorld, type OnlinePhone, type PhoneWorld } from './world.ts';

describe.skipIf(!isInstalled('chromium'))('Chromium and the app on Hermes', () => {
  let chromium: Process;
  let world: World;
  let phones: PhoneWorld;
  let phone: OnlinePhone;
  beforeAll(async () => {
    chromium = await startProcess('chromium');
  });
  afterAll(() => chromium.close());
  beforeEach(async () => {
    world = await createWorld();
    phones = await createPhoneWorld(world.server);
    phone = await phones.phone();
  });
  afterEach(async () => {
    await phones.close();
    await world.close();
  });

  it('the cart of a browser is on the phone at sign-in, and each shows live what the other changes', async () => {
    const token = await world.server.token('ana');
    const computer = await world.device(chromium);
    const page = await computer.open();
    await page.evaluate(`relevo.ready.then(() => Promise.all([
      relevo.cart.add({ sku: 'SOFA-3', quantity: 2, title: 'Sofa', properties: { colour: 'eiche – 木' } }).synced,
      relevo.cart.add({ sku: 'LAMP-1' }).synced,
    ])).then(() => relevo.signIn(${JSON.stringify(token)})).then(() => 0)`);

    const app = await phone.open();
    expect(await app.evaluate(cart)).toBe('');
    await app.evaluate(`relevo.signIn(${JSON.stringify(token)})`);
    await app.until('relevo.cart.count === 3');
    expect(
      await app.evaluate('relevo.cart.find({ sku: "SOFA-3", properties: { colour: "eiche – 木" } })'),
    ).toMatchObject({
      quantity: 2,
      title: 'Sofa',
      channel: 'web',
    });

    await eventually(
      () => app.network.openSockets === 1 && computer.line.sockets.open === 1,
      'both have a live socket',
    );
    const asked = computer.line.requests.length;
    const asksOf = (paths: readonly string[]) => paths.filter((path) => path === '/v1/sync').length;
    await app.evaluate('relevo.cart.add({ sku: "LAMP-1", quantity: 4 }).synced.then(() => 0)');
    await page.until('relevo.cart.find({ sku: "LAMP-1" })?.quantity === 5');
    expect(await page.evaluate('relevo.cart.find({ sku: "LAMP-1" }).channel')).toBe('android');
    expect(computer.line.requests.length, 'by the socket alone').toBe(asked);

    const askedByPhone = asksOf(app.network.paths);
    await page.evaluate('relevo.cart.setQuantity({ sku: "LAMP-1" }, 1).synced.then(() => 0)');
    await app.until('relevo.cart.find({ sku: "LAMP-1" })?.quantity === 1');
    expect(asksOf(app.network.paths), 'by the socket alone').toBe(askedByPhone);

    const seen = [await page.evaluate(cart), await app.evaluate(cart)];
    expect(seen).toEqual(['1 LAMP-1, 2 SOFA-3', '1 LAMP-1, 2 SOFA-3']);
    expect(app.uncaught).toEqual([]);
    expect(await page.evaluate('uncaught')).toEqual([]);
  });
});
