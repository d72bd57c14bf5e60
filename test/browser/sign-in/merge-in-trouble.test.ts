import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Store, WriteTx } from '../../../src/server/store.ts';
import { isInstalled } from '../harness/browsers.ts';
import { type OwnServer, startOwnServer } from '../harness/own-server.ts';
import { createWorld, type Process, startProcess, type World } from '../harness/world.ts';

/** How a merge goes wrong. */
type Trouble = 'a hook that throws' | 'a hook that hangs for 30 s' | 'a store that fails inside the merge';
const troubles: readonly Trouble[] = [
  'a hook that throws',
  'a hook that hangs for 30 s',
  'a store that fails inside the merge',
];

/** The cart as people see it, and what of it waits for its merge. */
const cart = `relevo.cart.lines.map(({ sku, quantity, merging = false }) => [sku, quantity, merging]).sort()`;

describe.skipIf(!isInstalled('chromium'))('a sign-in in chromium, while its merge meets', () => {
  let browser: Process;
  let world: World;
  let trouble: Trouble | undefined;
  beforeAll(async () => {
    browser = await startProcess('chromium');
  });
  afterAll(() => browser.close());
  afterEach(() => world.close());

  const beforeMerge = async () => {
    if (trouble === 'a hook that throws') throw new Error('not now');
    if (trouble === 'a hook that hangs for 30 s') await new Promise((done) => void setTimeout(done, 30_000).unref());
  };
  /** Cannot write down that a guest was merged. */
  const failing = (store: Store): Store => ({
    read: store.read.bind(store),
    close: store.close.bind(store),
    write: (body) => store.write((tx) => body(trouble === 'a store that fails inside the merge' ? broken(tx) : tx)),
  });
  const broken = (tx: WriteTx): WriteTx =>
    new Proxy(tx, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as (...args: readonly unknown[]) => unknown;
        if (name === 'putReceipt') return () => Promise.reject(new Error('the disk is gone'));
        return member.bind(target);
      },
    });

  it.each(troubles)(
    '%s: the cart is there within 3 s, the guest whole, and the retry gives one receipt',
    async (which) => {
      let server: OwnServer | undefined;
      world = await createWorld(undefined, async () => {
        server = await startOwnServer({ hooks: { beforeMerge }, over: failing });
        return server;
      });
      if (!server) throw new Error('The world has no server.');
      const { store, jump } = server;
      trouble = undefined;
      const token = await world.server.token('ana');
      await world.server.addElsewhere(token, 'RUG-1');
      const page = await (await world.device(browser)).open({});
      await page.evaluate(`relevo.ready.then(() => {
      globalThis.receipts = [];
      relevo.on('merge', ({ receipt }) => receipts.push(receipt.id));
      return relevo.cart.add({ sku: 'SOFA-3', quantity: 2 }).synced;
    }).then(() => 0)`);
      const guest = await page.evaluate<string>('relevo.identity.current.anonymousId');
      const rowsOfGuest = () => store.read((tx) => tx.entries(`pk_demo/${guest}`));
      const before = await rowsOfGuest();
      expect(before).toHaveLength(1);

      trouble = which;
      const [tookMs, receipt, shown] = await page.evaluate<[number, unknown, unknown]>(`(async () => {
      const startMs = performance.now();
      const { receipt } = await relevo.signIn(${JSON.stringify(token)});
      return [performance.now() - startMs, receipt, ${cart}];
    })()`);
      console.info(`${which}: signed in after ${Math.round(tookMs)} ms`);
      expect([receipt, shown]).toEqual([
        null,
        [
          ['RUG-1', 1, false],
          ['SOFA-3', 2, true],
        ],
      ]);
      expect(tookMs).toBeLessThan(3_000);
      expect(await rowsOfGuest()).toEqual(before);

      trouble = undefined;
      jump(61_000);
      await page.evaluate(`relevo.preferences.set('currency', 'EUR'); relevo.flush().then(() => 0)`);
      await page.until('receipts.length === 1');
      expect(await page.evaluate(cart)).toEqual([
        ['RUG-1', 1, false],
        ['SOFA-3', 2, false],
      ]);
      await page.evaluate(`relevo.preferences.set('currency', 'USD'); relevo.flush().then(() => 0)`);
      const { space } = (await store.read((tx) => tx.claim(`pk_demo/${guest}`))) ?? { space: '' };
      const kept = await store.read((tx) => tx.entries(space, '~receipts'));
      expect(kept.map(({ key }) => key)).toEqual(await page.evaluate('receipts'));
    },
  );
});
