import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemo } from '../../../examples/demo/starter/demo.mjs';
import { isInstalled, type Page } from '../harness/browsers.ts';
import { type Process, startProcess } from '../harness/world.ts';

const patienceMs = 30_000;

describe.skipIf(!isInstalled('chromium'))('the story of the demo, in Chromium', () => {
  let dataFolder: string;
  let demo: Awaited<ReturnType<typeof startDemo>>;
  let process: Process;
  beforeAll(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'relevo-demo-story-'));
    demo = await startDemo({ dataFolder, firstPort: 23_800, say: () => {} });
    process = await startProcess('chromium');
  });
  afterAll(async () => {
    await process?.close();
    await demo?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });

  const device = (page: Page) => {
    const until = (condition: string) => page.until(condition, patienceMs);
    const one = (testId: string) => `document.querySelector('[data-testid="${testId}"]')`;
    const there = (testId: string) => until(`${one(testId)} && !${one(testId)}.hidden`);
    return {
      until,
      there,
      text: (testId: string) => page.evaluate<string>(`${one(testId)}.textContent`),
      async click(testId: string) {
        await there(testId);
        await page.evaluate(`${one(testId)}.click()`);
      },
      async open(address: string) {
        await page.goto(address);
        await until('!Array.isArray(relevo) && relevo.status.isReady');
      },
      async add(...skus: string[]) {
        for (const sku of skus) await page.evaluate(`document.querySelector('[data-add="${sku}"]').click()`);
        await until('relevo.cart.count > 0 && relevo.status.pending === 0');
      },
      async signIn() {
        await page.evaluate(`${one('sign-in-ana')}.click()`);
        await until(`relevo.identity.current.customerId === 'ana' && relevo.status.connection === 'online'`);
      },
      /** The shop's own cart and Relevo's agree on this. */
      has: (lines: string) => {
        const asText = (list: string) => `${list}.map(({ sku, quantity }) => quantity + ' ' + sku).sort().join()`;
        const own = asText(`JSON.parse(localStorage.getItem('nido.cart.v1') ?? '[]')`);
        return until(`${asText('relevo.cart.lines')} === '${lines}' && ${own} === '${lines}'`);
      },
    };
  };

  it('signs in, takes back, signs in to pay, pays by page and by webhook, leaves a tablet, and buys at the till', async () => {
    const { start, laptop: atLaptop, phone: atPhone, tablet: atTablet } = demo.addresses;
    const open = () => process.browser.newPage('about:blank');
    const tabletPage = await open();
    const [onLaptop, onPhone, onTablet] = [device(await open()), device(await open()), device(tabletPage)];

    // Two carts become one, and that is taken back.
    await onPhone.open(atPhone);
    await onPhone.signIn();
    await onPhone.add('SOFA-3');
    await onLaptop.open(atLaptop);
    await onLaptop.add('SOFA-3', 'ARMCHAIR-1');
    await onLaptop.signIn();
    await onLaptop.there('receipt');
    expect(await onLaptop.text('receipt')).toContain('Loma armchair: only in the cart from before signing in.');
    expect(await onLaptop.text('receipt')).toContain('Alba sofa: in both carts. It stays 1.');
    await onPhone.has('1 ARMCHAIR-1,1 SOFA-3');
    await onPhone.there('receipt');
    await onLaptop.click('undo');
    await onLaptop.there('undone');
    expect(await onLaptop.text('undone')).toBe('Loma armchair: taken out again.');
    for (const one of [onLaptop, onPhone]) await one.has('1 SOFA-3');

    // Signed in on the way to paying, and paid by the page.
    await onLaptop.click('sign-out');
    await onLaptop.there('left');
    await onLaptop.until('!Array.isArray(relevo) && relevo.status.isReady');
    await onLaptop.add('LAMP-2');
    await onLaptop.open(`${atLaptop}/checkout`);
    await onLaptop.click('checkout-sign-in-ana');
    await onLaptop.until(`document.querySelector('[data-customer="ana"]')`);
    await onLaptop.there('parked');
    expect(await onLaptop.text('parked-lines')).toContain('1 × Alba sofa');
    await onLaptop.has('1 LAMP-2');
    await onLaptop.click('pay');
    await onLaptop.click('pay-return');
    await onLaptop.until(`document.querySelector('[data-testid="order-id"]').textContent.startsWith('N-')`);
    for (const one of [onLaptop, onPhone]) await one.has('');

    // Paid on the phone, and no page hears of it; what was added on the laptop meanwhile stays.
    await onPhone.open(`${atPhone}/cart`);
    await onPhone.click('unpark');
    await onPhone.has('1 SOFA-3');
    await onPhone.open(`${atPhone}/checkout`);
    await onPhone.click('pay');
    await onPhone.there('pay-closed');
    await onLaptop.open(atLaptop);
    await onLaptop.add('VASE-1');
    await onPhone.click('pay-closed');
    await onPhone.there('closed-order');
    await onLaptop.has('1 VASE-1');

    // The tablet is offline when she leaves: what was not sent is counted, and nothing of hers is there.
    await onTablet.open(atTablet);
    await onTablet.signIn();
    await onTablet.has('1 VASE-1');
    await fetch(`${start}/devices/tablet/offline`, { method: 'POST' });
    await onTablet.until(`dispatchEvent(new Event('offline')) && relevo.status.connection !== 'online'`);
    await tabletPage.evaluate(`document.querySelector('[data-add="CLOCK-1"]').click()`);
    await onTablet.until('relevo.status.pending === 1');
    await onTablet.click('sign-out');
    await onTablet.there('ask-leave');
    await onTablet.click('sign-out-anyway');
    await onTablet.there('left');
    expect(await onTablet.text('left')).toContain('1 change had not been sent and was dropped.');
    await onTablet.has('');
    expect(await tabletPage.evaluate(`JSON.stringify({ ...localStorage, ...sessionStorage })`)).not.toMatch(
      /VASE|CLOCK/,
    );

    // The till, seen on the phone with who it was, and sold.
    await onPhone.open(`${atPhone}/cart`);
    const till = (words: string) => fetch(`${start}/till`, { method: 'POST', body: new URLSearchParams(words) });
    await till('customer=ana&command=scan&sku=STOOL-1');
    await onPhone.has('1 STOOL-1,1 VASE-1');
    await onPhone.there('line-origin');
    expect(await onPhone.text('line-origin')).toBe('by till-3, at the till');
    expect(await (await till('customer=ana&command=pay')).json()).toEqual({
      paper: ['1 × Barro vase', '1 × Paso stool', expect.stringMatching(/^N-.+: completed$/)],
    });
    await onPhone.has('');
  });
});
