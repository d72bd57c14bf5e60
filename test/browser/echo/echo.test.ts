import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { browserNames, isInstalled } from '../harness/browsers.ts';
import { serveDemoShop } from '../harness/demo-shop.ts';
import { createWorld, type Process, startProcess, type World } from '../harness/world.ts';

type Quantities = { readonly [sku: string]: number };

const wanted: Quantities = { 'SOFA-3': 2, 'LAMP-2': 1, 'STOOL-1': 3 };

const bothCarts = `(() => {
  const byline = (lines) => Object.fromEntries(lines.map(({ sku, quantity }) => [sku, quantity]));
  return { shop: byline(JSON.parse(localStorage.getItem('nido.cart.v1') ?? '[]')), relevo: byline(relevo.cart.lines) };
})()`;

type Carts = { readonly shop: Quantities; readonly relevo: Quantities };

const unguarded = async (): Promise<string> => {
  const entry = fileURLToPath(new URL('../harness/unguarded-script-tag.ts', import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
};

for (const name of browserNames) {
  describe.skipIf(!isInstalled(name))(`the demo shop’s own cart in ${name}`, () => {
    let process: Process;
    let world: World;
    beforeAll(async () => {
      process = await startProcess(name);
      console.info(`echo: ${process.browser.version}`);
    });
    afterAll(() => process.close());
    afterEach(() => world.close());

    /** The carts after a restore, some reloads and as many times signing out and in, and then what another device has. */
    const journey = async (rounds: number, script?: string) => {
      world = await createWorld(script);
      const token = await world.server.token('ana');
      const elsewhere = await (await world.device(process)).open({ token });
      await elsewhere.evaluate(`relevo.ready.then(() => Promise.all(Object.entries(${JSON.stringify(wanted)})
      .map(([sku, quantity]) => relevo.cart.add({ sku, quantity }).synced))).then(() => 0)`);

      const { line } = await world.device(process);
      const shop = await serveDemoShop(world, line);
      const page = await process.browser.newPage(`${shop.origin}/cart`);
      const signedIn: Carts[] = [];
      const signedOut: Carts[] = [];
      const click = (testId: string) => page.evaluate(`document.querySelector('[data-testid="${testId}"]').click()`);
      /** Everything that this page could still report has been counted, and has reached the server. */
      const settled = async (who: 'customer' | 'guest') => {
        await page.until(`relevo.identity.current.kind === '${who}' && relevo.status.pending === 0`);
        if (who === 'guest') return;
        await page.until(`relevo.status.connection === 'online' && relevo.cart.count >= 6 &&
        JSON.parse(localStorage.getItem('nido.cart.v1') ?? '[]').length >= 3`);
        await page.evaluate(`relevo.preferences.set('fence', Math.random()).synced.then(() => 0)`);
        await page.until('relevo.status.pending === 0');
      };
      const signIn = async () => {
        await click('sign-in-ana');
        await settled('customer');
        signedIn.push(await page.evaluate<Carts>(bothCarts));
      };

      await page.until(`Array.isArray(relevo) === false`);
      await signIn();
      for (let reload = 0; reload < rounds; reload++) {
        // On the cart's page the shop also reports its whole cart.
        await page.goto(`${shop.origin}${reload % 2 ? '/cart' : '/'}`);
        await settled('customer');
        signedIn.push(await page.evaluate<Carts>(bothCarts));
      }
      for (let turn = 0; turn < rounds; turn++) {
        await click('sign-out');
        await page.until(`document.querySelector('[data-testid="account"]').dataset.customer === '' && relevo.cart`);
        await settled('guest');
        signedOut.push(await page.evaluate<Carts>(bothCarts));
        await signIn();
      }
      await elsewhere.evaluate('relevo.flush().then(() => 0)');
      const last = await elsewhere.evaluate<Carts>(bothCarts);
      await page.close();
      await shop.close();
      return { signedIn, signedOut, elsewhere: last };
    };

    it('has the same quantities as Relevo’s after a restore, ten reloads and ten sign-ins', async () => {
      const { signedIn, signedOut, elsewhere } = await journey(10);
      expect(signedIn).toEqual(Array.from({ length: 21 }, () => ({ shop: wanted, relevo: wanted })));
      expect(signedOut).toEqual(Array.from({ length: 10 }, () => ({ shop: {}, relevo: {} })));
      expect(elsewhere.relevo).toEqual(wanted);
    });

    it('takes a change from elsewhere once while two tabs are open, and gives each of its own once', async () => {
      world = await createWorld();
      const token = await world.server.token('ana');
      const elsewhere = await (await world.device(process)).open({ token });
      await elsewhere.until('relevo.status.connection === "online"');
      const { line } = await world.device(process);
      const shop = await serveDemoShop(world, line);
      const first = await process.browser.newPage(`${shop.origin}/cart`);
      await first.until('!Array.isArray(relevo)');
      await first.evaluate(`document.querySelector('[data-testid="sign-in-ana"]').click()`);
      await first.until(`relevo.identity.current.customerId === 'ana'`);
      const second = await process.browser.newPage(`${shop.origin}/cart`);
      await second.until(`relevo.identity.current.customerId === 'ana'`);
      const both = [first, second];

      await elsewhere.evaluate(`relevo.cart.add({ sku: 'SOFA-3', quantity: 2 }).synced.then(() => 0)`);
      const own = `JSON.parse(localStorage.getItem('nido.cart.v1') ?? '[]')`;
      for (const page of both) await page.until(`relevo.cart.count === 2 && ${own}.length === 1`);
      // The shop's own buttons, one in each tab.
      await first.evaluate(`document.querySelector('[data-testid="increase"]').click()`);
      await elsewhere.until('relevo.cart.count === 3');
      for (const page of both) await page.until('relevo.cart.count === 3');
      await second.evaluate(`document.querySelector('[data-testid="decrease"]').click()`);
      await elsewhere.until('relevo.cart.count === 2');
      await elsewhere.evaluate(`relevo.cart.add({ sku: 'LAMP-2' }).synced.then(() => 0)`);
      for (const page of both) await page.until(`relevo.cart.count === 3 && ${own}.length === 2`);
      for (const page of both) {
        await page.evaluate(`relevo.preferences.set('fence', Math.random()).synced.then(() => 0)`);
        const expected = { 'SOFA-3': 2, 'LAMP-2': 1 };
        expect(await page.evaluate(bothCarts)).toEqual({ shop: expected, relevo: expected });
      }
      expect(await elsewhere.evaluate('relevo.flush().then(() => relevo.cart.count)')).toBe(3);
      for (const page of both) await page.close();
      await shop.close();
    });

    it('buys once: an order empties the cart on the other device, however often the thank-you page is loaded', async () => {
      world = await createWorld();
      const token = await world.server.token('ana');
      const elsewhere = await (await world.device(process)).open({ token });
      await elsewhere.evaluate(`relevo.ready.then(() => Promise.all([
      relevo.cart.add({ sku: 'SOFA-3', quantity: 2 }).synced, relevo.cart.add({ sku: 'LAMP-2' }).synced,
    ])).then(() => 0)`);
      const { line } = await world.device(process);
      const shop = await serveDemoShop(world, line);
      const page = await process.browser.newPage(`${shop.origin}/cart`);
      await page.until('!Array.isArray(relevo)');
      await page.evaluate(`document.querySelector('[data-testid="sign-in-ana"]').click()`);
      await page.until(
        `relevo.cart.count === 3 && document.querySelectorAll('[data-testid="cart-line"]').length === 2`,
      );
      await page.evaluate(`document.querySelector('[data-testid="buy"]').click()`);
      await elsewhere.until('relevo.cart.count === 0');
      await elsewhere.evaluate(`relevo.cart.add({ sku: 'SOFA-3' }).synced.then(() => 0)`);
      for (let reload = 0; reload < 3; reload++) {
        await page.reload();
        // A page that was left while it asked the shop holds the next one off for a second.
        await page.until(
          `relevo.cart.count === 1 && relevo.status.pending === 0 && relevo.status.connection === 'online' &&
            JSON.parse(localStorage.getItem('nido.cart.v1') ?? '[]').length === 1`,
        );
        await page.evaluate(`relevo.preferences.set('fence', Math.random()).synced.then(() => 0)`);
        const expected = { 'SOFA-3': 1 };
        expect(await page.evaluate(bothCarts)).toEqual({ shop: expected, relevo: expected });
      }
      expect(await elsewhere.evaluate('relevo.flush().then(() => relevo.cart.count)')).toBe(1);
      await page.close();
      await shop.close();
    });

    it('grows at the first restore, were echoes not known for what they are', async () => {
      const { signedIn, elsewhere } = await journey(1, await unguarded());
      for (const { relevo } of [...signedIn, elsewhere]) {
        for (const [sku, quantity] of Object.entries(wanted)) expect(relevo[sku]).toBeGreaterThan(quantity);
      }
    });
  });
}
