import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../browser/harness/eventually.ts';
import { type SyncServer, startSyncServer } from '../../browser/harness/sync-server.ts';
import type { App } from './phone.ts';
import { cart, createPhoneWorld, type OnlinePhone, type PhoneWorld } from './world.ts';

let server: SyncServer;
let world: PhoneWorld;
let phone: OnlinePhone;
beforeAll(async () => {
  server = await startSyncServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  world = await createPhoneWorld(server);
  phone = await world.phone();
});
afterEach(() => world.close());

/** Tokens come over the network too. */
const tokenWhenOnline = (token: string) =>
  `getToken: () => globalThis.hasNetwork ? ${JSON.stringify(token)} : Promise.reject(new Error("Network request failed"))`;
const countOfSofas = 'relevo.cart.find({ sku: "SOFA-3" })?.quantity';

describe('a start without a network', () => {
  it('shows the last customer’s cart, takes changes, and brings them to the server when the network is there', async () => {
    const token = await server.token('bea');
    const before = await phone.open(`getToken: () => ${JSON.stringify(token)}`);
    await before.evaluate('relevo.cart.add({ sku: "SOFA-3", quantity: 2 }).synced.then(() => 0)');
    await phone.close();

    phone.line.setConnected(false);
    const startedAt = performance.now();
    const app = await phone.open(tokenWhenOnline(token));
    expect(await app.evaluate(cart)).toBe('2 SOFA-3');
    console.info(`from the start of the VM: cart there after ${Math.round(performance.now() - startedAt)} ms`);
    expect(await app.evaluate('relevo.identity.current.customerId')).toBe('bea');
    await app.evaluate('relevo.cart.add({ sku: "LAMP-1" }).saved.then(() => 0)');
    expect(await app.evaluate(cart)).toBe('1 LAMP-1, 2 SOFA-3');
    await app.until('relevo.status.connection === "offline"');

    phone.line.setConnected(true);
    await app.evaluate('void (globalThis.hasNetwork = true)');
    wake(app);
    await app.until('relevo.status.pending === 0 && relevo.status.connection === "online"');

    const other = await (await world.phone()).open(`getToken: () => ${JSON.stringify(token)}`);
    await other.until('relevo.cart.count === 3');
    expect(await other.evaluate(cart)).toBe('1 LAMP-1, 2 SOFA-3');
    expect(app.uncaught).toEqual([]);
  });

  it('keeps a guest’s cart through any number of starts', async () => {
    phone.line.setConnected(false);
    for (let start = 1; start <= 3; start++) {
      const app = await phone.open();
      await app.evaluate('relevo.cart.add({ sku: "SOFA-3" }).saved.then(() => 0)');
      expect(await app.evaluate(countOfSofas)).toBe(start);
      await phone.close();
    }
  });
});

describe('an app that comes back to the front', () => {
  let app: App;
  let other: App;
  beforeEach(async () => {
    const token = await server.token('cleo');
    app = await phone.open(`getToken: () => ${JSON.stringify(token)}`);
    other = await (await world.phone()).open(`getToken: () => ${JSON.stringify(token)}`);
    await app.evaluate('relevo.cart.add({ sku: "SOFA-3" }).synced.then(() => 0)');
    await other.until('relevo.cart.count > 0');
    await eventually(() => app.network.openSockets === 1, 'the app has its live socket');
  });

  it('shows at once what was changed while its socket was dead without a word, and has a new socket soon', async () => {
    app.network.breakSocketsSilently();
    app.setState('background');
    // The exchange of an app that is left is over; from here on it has no reason to ask.
    await app.evaluate('relevo.flush()');
    await other.evaluate('relevo.cart.add({ sku: "LAMP-1" }).synced.then(() => 0)');
    expect(await app.evaluate('relevo.cart.find({ sku: "LAMP-1" }) ?? null')).toBe(null);

    app.setState('active');
    await app.until('relevo.cart.find({ sku: "LAMP-1" })', 5_000);

    // The dead socket has ten seconds to answer.
    await eventually(() => app.network.openSockets === 1, 'a new socket', 20_000);
    // A socket that opens asks once for what it has missed.
    await app.evaluate('relevo.flush()');
    const asked = app.network.paths.length;
    await other.evaluate('relevo.cart.remove({ sku: "LAMP-1" }).synced.then(() => 0)');
    await app.until('!relevo.cart.find({ sku: "LAMP-1" })');
    expect(app.network.paths.slice(asked)).toEqual([]);
  });
});

describe('a socket that is closed before it has opened', () => {
  it('is closed when it opens: Android does not hear of it sooner', async () => {
    const app = phone.start();
    const release = app.network.holdOpenings();
    await phone.begin(app);
    await app.evaluate('relevo.cart.add({ sku: "SOFA-3" }).synced.then(() => 0)');
    await eventually(() => app.network.openSockets === 1, 'the network has opened the socket');
    await app.evaluate('relevo.stop()');
    release();
    await eventually(() => app.network.openSockets === 0, 'the socket is closed');
    expect(app.uncaught).toEqual([]);
  });
});

/** The app is left and taken up again. */
const wake = (app: App) => {
  app.setState('background');
  app.setState('active');
};
