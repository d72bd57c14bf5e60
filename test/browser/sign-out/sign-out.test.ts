import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Browser, browserNames, isInstalled, launch, newProfile, type Page } from '../harness/browsers.ts';
import { eventually } from '../harness/eventually.ts';
import { createWorld, type Device, type Process, startProcess, type World } from '../harness/world.ts';
import { everythingPublic, everythingStored } from './everything-stored.ts';

const canary = 'Kanarienvogel7';
const consent = 'personalization:granted';

/** All kinds of state of a customer, each with the canary in it. */
const leaveTraces = `(() => {
  const url = '/${canary}/url';
  return [
    relevo.cart.add({ sku: 'SKU-${canary}', quantity: 2, title: 'Title ${canary}', properties: { note: '${canary}' }, url }),
    relevo.preferences.set('motto', '${canary}'),
    relevo.preferences.set('${canary}', 1),
    relevo.browsing.view({ kind: 'product', id: 'VIEW-${canary}', title: '${canary}', url, image: url }),
    relevo.identity.set({ displayName: '${canary}' }),
    relevo.collection('progress').set('quiz', { answer: '${canary}' }),
  ];
})()`;

for (const name of browserNames) {
  describe.skipIf(!isInstalled(name))(`sign-out on a shared device in ${name}`, () => {
    let process: Process;
    let world: World;
    let device: Device;
    let page: Page;
    let token: string;
    beforeAll(async () => {
      process = await startProcess(name);
      console.info(`sign-out: ${process.browser.version}`);
    });
    afterAll(() => process.close());
    beforeEach(async () => {
      world = await createWorld();
      device = await world.device(process);
      token = await world.server.token(`customer-${canary}`);
      page = await device.open({ consent, device: 'shared' });
      await page.evaluate(`relevo.ready.then(() => relevo.signIn(${JSON.stringify(token)})).then(() => 0)`);
    });
    afterEach(() => world.close());

    /** The canary, and what a token carries of it. */
    const tracesIn = (text: string): string[] =>
      [canary, token, ...token.split('.').slice(1)].filter((trace) => text.includes(trace));

    /** Of all that the browser has, read in a fresh tab, in the tab that signed out, and by the page's own API. */
    const tracesLeft = async (): Promise<string[]> => {
      const fresh = await device.openEmpty();
      const texts = [
        fresh.evaluate(everythingStored),
        page.evaluate(everythingStored),
        page.evaluate(everythingPublic),
      ];
      return (await Promise.all(texts as Promise<string>[])).flatMap(tracesIn);
    };

    it('leaves nothing behind of what was synced', async () => {
      await page.evaluate(`Promise.all(${leaveTraces}.map(({ synced }) => synced)).then(() => 0)`);
      // What the test could not see before, it could not miss afterwards.
      expect(tracesIn(await page.evaluate(everythingStored))).toEqual([canary]);
      expect(tracesIn(await page.evaluate(everythingPublic))).toEqual([canary]);
      expect(await page.evaluate('relevo.signOut()')).toEqual({ unsynced: 0, outcome: 'flushed' });
      expect(await tracesLeft()).toEqual([]);
    });

    it('drops what cannot be synced, says how much it was, and leaves nothing behind', async () => {
      device.line.setConnected(false);
      await page.evaluate(`Promise.all(${leaveTraces}.map(({ saved }) => saved)).then(() => 0)`);
      // Six, and the consent that lets the view be recorded.
      expect(await page.evaluate('relevo.signOut()')).toEqual({ unsynced: 7, outcome: 'dropped' });
      expect(await tracesLeft()).toEqual([]);
      device.line.setConnected(true);
      await page.evaluate(
        `dispatchEvent(new Event('online')); relevo.cart.add({ sku: 'LAMP-1' }).synced.then(() => 0)`,
      );
      expect(await tracesLeft()).toEqual([]);
    });

    it('leaves nothing behind when a reply comes only after it', async () => {
      await page.evaluate(`Promise.all(${leaveTraces}.map(({ synced }) => synced)).then(() => 0)`);
      // The page knows when it has read a reply.
      await page.evaluate(`(() => {
      const { fetch } = globalThis;
      globalThis.read = 0;
      globalThis.fetch = async (...args) => {
        const reply = await fetch(...args);
        const text = await reply.text();
        reply.text = async () => { setTimeout(() => read++); return text; };
        return reply;
      };
    })()`);
      await eventually(() => device.line.sockets.open === 1, 'the live socket is there');
      await page.evaluate('relevo.flush().then(() => 0)');
      const replies = device.line.holdReplies();
      await world.server.setElsewhere(token, 'late', canary);
      await page.evaluate(`relevo.cart.add({ sku: 'LAST-${canary}' }).saved.then(() => 0)`);
      await eventually(() => replies.texts.some((text) => text.includes(canary)), 'a reply with canaries is held back');
      expect(await page.evaluate('relevo.signOut()')).toMatchObject({ outcome: 'dropped' });
      const sentBefore = device.line.requests.length;
      const held = replies.count;
      expect(held).toBeGreaterThan(0);
      replies.release();
      await page.until(`read >= ${held}`);
      expect(await tracesLeft()).toEqual([]);
      // And when the guest has exchanged something with the server after it.
      await page.evaluate(`relevo.cart.add({ sku: 'LAMP-1' }).synced.then(() => 0)`);
      expect(await tracesLeft()).toEqual([]);
      expect(device.line.requests.slice(sentBefore).flatMap(({ body }) => tracesIn(body))).toEqual([]);
    });

    it('shows and uploads nothing of the first customer when another one signs in', async () => {
      await page.evaluate(`Promise.all(${leaveTraces}.map(({ synced }) => synced)).then(() => 0)`);
      device.line.setConnected(false);
      await page.evaluate(`relevo.cart.add({ sku: 'UNSENT-${canary}' }).saved.then(() => 0)`);
      await page.evaluate('relevo.signOut()');
      device.line.setConnected(true);
      const sentBefore = device.line.requests.length;
      const sentUpBefore = device.line.sockets.up.length;
      const ben = JSON.stringify(await world.server.token('ben'));
      await page.evaluate(`relevo.signIn(${ben}).then(() => relevo.cart.add({ sku: 'LAMP-1' }).synced).then(() => 0)`);
      expect(await page.evaluate('relevo.cart.lines.map(({ sku }) => sku)')).toEqual(['LAMP-1']);
      expect(await tracesLeft()).toEqual([]);
      const uploaded = device.line.requests.slice(sentBefore);
      expect(uploaded.length).toBeGreaterThan(0);
      expect(uploaded.flatMap(({ body }) => tracesIn(body))).toEqual([]);
      expect(tracesIn(device.line.sockets.up.slice(sentUpBefore))).toEqual([]);
    });

    it('comes back signed out and empty when the browser was killed in the middle of it', async () => {
      const profile = await newProfile();
      const first = await launch(name, { profile: profile.path });
      let second: Browser | undefined;
      onTestFinished(async () => {
        await second?.close();
        await first.kill();
        await profile.remove();
      });
      const { line } = device;
      const url = world.shop.page({ endpoint: line.origin, consent });
      const before = await first.newPage(url);
      const writing = `relevo.signIn(${JSON.stringify(token)}).then(() => Promise.all(${leaveTraces}.map(({ saved }) => saved)))`;
      await before.evaluate(`relevo.ready.then(() => ${writing}).then(() => 0)`);
      const replies = line.holdReplies();
      await before.evaluate(`relevo.cart.add({ sku: 'LAST-${canary}' }).saved.then(() => 0)`);
      // Its flush hangs at the server; what it intends is in the store.
      await before.evaluate(`relevo.signOut(); 0`);
      await eventually(() => line.requests.some(({ body }) => body.includes('"signout"')), 'the server is told');
      await first.kill();
      replies.release();

      second = await launch(name, { profile: profile.path });
      page = await second.newPage(url);
      await page.evaluate('relevo.ready');
      expect(tracesIn(await page.evaluate(everythingPublic))).toEqual([]);
      await page.evaluate(`relevo.cart.add({ sku: 'LAMP-1' }).synced.then(() => 0)`);
      expect(tracesIn(await page.evaluate(everythingStored))).toEqual([]);
      expect(await page.evaluate('relevo.identity.current.kind')).toBe('guest');
    });
  });
}
