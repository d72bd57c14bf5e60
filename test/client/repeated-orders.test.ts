import { describe, expect, test } from 'vitest';
import { twoDevices } from './checkout-world.ts';
import { cartOf, standOf, within, world } from './world.ts';

/** How often the device has sent an order. */
const sent = ({ line }: { readonly line: { readonly requests: readonly { readonly body: string }[] } }) =>
  line.requests.filter(({ body }) => body.includes('"t":"order"')).length;

describe('an order that was refused', () => {
  test('is told anew, as it should have been: in the same page and in the next one', async () => {
    for (const isNextPage of [false, true]) {
      const { clock, a, b, stop } = await twoDevices();
      const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
      const typo = a.relevo.checkout.complete({ orderId: 'N-1', checkoutId: 'ck_typo', lines: [] });
      typo.catch(() => {});
      await clock.pass(1_000);
      expect([await standOf(typo), cartOf(a.relevo)]).toEqual(['checkout/unknown', { SOFA: 2 }]);
      const page = isNextPage ? a.device.open().relevo : a.relevo;
      await clock.pass(1_000);
      expect(await within({ clock }, 2_000, page.checkout.complete({ orderId: 'N-1', checkoutId: id }))).toEqual({});
      expect([cartOf(page), cartOf(b.relevo)]).toEqual([{}, {}]);
      await page.stop();
      await stop();
    }
  });

  test('of somebody who left a shared device takes nothing of the next one', async () => {
    const { clock, a, b, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    await within({ clock }, 5_000, a.relevo.signOut());
    a.relevo.cart.add({ sku: 'SOFA', quantity: 2 });
    await clock.pass(1_000);
    const lines = [{ sku: 'SOFA', quantity: 2 }];
    const done = a.relevo.checkout.complete({ orderId: 'N-1', checkoutId: id, lines });
    done.catch(() => {});
    await clock.pass(2_000);
    expect([await standOf(done), cartOf(a.relevo), cartOf(b.relevo)]).toEqual([
      'checkout/unknown',
      { SOFA: 2 },
      { SOFA: 2 },
    ]);
    await stop();
  });
});

describe('a thank-you page that is loaded again', () => {
  test('without a network is done when the server has recorded it, and sends it once', async () => {
    const { clock, a, b, stop } = await twoDevices({ device: { kind: 'personal' } });
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    a.line.setOnline(false);
    a.relevo.checkout.complete({ orderId: 'N-1', checkoutId: id }).catch(() => {});
    await clock.pass(1_000);
    await a.relevo.stop();
    const page = a.device.open().relevo;
    await clock.pass(1_000);
    const done = page.checkout.complete({ orderId: 'N-1', checkoutId: id });
    done.catch(() => {});
    await clock.pass(2_000);
    expect([await standOf(done), cartOf(page), cartOf(b.relevo)]).toEqual(['open', {}, { SOFA: 2 }]);
    a.line.setOnline(true);
    await clock.pass(70_000);
    expect([await standOf(done), cartOf(page), cartOf(b.relevo), sent(a)]).toEqual(['done', {}, {}, 1]);
    await page.stop();
    await stop();
  });

  test('knows what the server recorded: it says the same again, and sends nothing', async () => {
    const { clock, a, b, shop, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    await shop({ orderId: 'N-1', checkoutId: id });
    const second = b.relevo.checkout.complete({ orderId: 'N-2', checkoutId: id });
    await clock.pass(10);
    // A third one comes at once: which one was told of last does not matter.
    await shop({ orderId: 'N-3', checkoutId: id });
    expect(await within({ clock }, 2_000, second)).toEqual({ duplicateOf: 'N-1' });
    const page = b.device.open().relevo;
    await clock.pass(1_000);
    const before = sent(b);
    expect(await within({ clock }, 2_000, page.checkout.complete({ orderId: 'N-2', checkoutId: id }))).toEqual({
      duplicateOf: 'N-1',
    });
    expect(sent(b)).toBe(before);
    await page.stop();
    await stop();
  });

  test('of which nobody heard what became of it tells it once more: the server knows it', async () => {
    const { clock, a, b, stop } = await twoDevices({ device: { kind: 'personal' } });
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    const page = a.device.open();
    await clock.pass(1_000);
    page.relevo.checkout.complete({ orderId: 'N-1', checkoutId: id }).catch(() => {});
    await clock.pass(1);
    page.kill();
    await clock.pass(70_000);
    b.relevo.cart.add({ sku: 'SOFA' });
    await clock.pass(1_000);
    const next = a.device.open().relevo;
    await clock.pass(1_000);
    expect(await within({ clock }, 2_000, next.checkout.complete({ orderId: 'N-1', checkoutId: id }))).toEqual({});
    expect([cartOf(next), cartOf(b.relevo)]).toEqual([{ SOFA: 1 }, { SOFA: 1 }]);
    await next.stop();
    await stop();
  });
});

describe('a tag that runs before the page names the checkout', () => {
  test('leaves none open, also on a device that had not begun it: the second payment is told', async () => {
    for (const isNextPage of [false, true]) {
      const { clock, made, a, b, stop } = await twoDevices();
      const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
      b.relevo.capture({ type: 'purchase', orderId: 'N-1', items: [{ sku: 'SOFA', quantity: 2 }] });
      if (isNextPage) await clock.pass(1_000);
      const page = isNextPage ? b.device.open().relevo : b.relevo;
      if (isNextPage) await clock.pass(1_000);
      expect(await within({ clock }, 3_000, page.checkout.complete({ orderId: 'N-1', checkoutId: id }))).toEqual({});
      const row = await made.store.read((tx) => tx.checkout('pk_world', id));
      expect([row?.status, row?.orders, cartOf(a.relevo)]).toEqual(['completed', ['N-1'], {}]);
      const again = a.relevo.checkout.complete({ orderId: 'N-2', checkoutId: id });
      expect(await within({ clock }, 3_000, again)).toEqual({ duplicateOf: 'N-1' });
      await page.stop();
      await stop();
    }
  });

  test('takes nothing back into the shop’s own cart', async () => {
    const made = world();
    const { relevo } = made.device({ getToken: () => made.token('ana') }).device.open();
    const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    await made.clock.pass(1_000);
    const given: unknown[] = [];
    relevo.cart.bind({ write: (change) => void given.push(change) });
    await made.clock.pass(1_000);
    relevo.capture({ type: 'add', items: [{ sku: 'SOFA', quantity: 2 }] });
    await made.clock.pass(1_000);
    const { id } = await within(made, 1_000, other.checkout.begin());
    relevo.capture({ type: 'purchase', orderId: 'N-1', items: [{ sku: 'SOFA', quantity: 2 }] });
    await made.clock.pass(1_000);
    await within(made, 2_000, relevo.checkout.complete({ orderId: 'N-1', checkoutId: id }));
    expect([cartOf(relevo), given]).toEqual([{}, []]);
    await Promise.all([relevo.stop(), other.stop()]);
  });
});

describe('an order that names no checkout', () => {
  test('is told to be the second payment of what its device has paid', async () => {
    const { clock, a, shop, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    await shop({ orderId: 'N-1', checkoutId: id });
    await clock.pass(1_000);
    const page = a.device.open().relevo;
    await clock.pass(1_000);
    const lines = [{ sku: 'SOFA', quantity: 2 }];
    expect(await within({ clock }, 3_000, page.checkout.complete({ orderId: 'N-2', lines }))).toEqual({
      duplicateOf: 'N-1',
    });
    await page.stop();
    await stop();
  });

  test('and that another tab shows empties no cart that is being paid: it may be an old one', async () => {
    const { clock, a, b, shop, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    const page = a.device.open().relevo;
    await clock.pass(3_000);
    const done = page.checkout.complete({ orderId: 'OLD-ORDER-OF-2024' });
    done.catch(() => {});
    await clock.pass(5_000);
    expect([await standOf(done), cartOf(page), cartOf(b.relevo)]).toEqual([
      'checkout/unknown',
      { SOFA: 2 },
      { SOFA: 2 },
    ]);
    expect((await shop({ orderId: 'N-2', checkoutId: id })).duplicateOf).toBeUndefined();
    expect(b.news).toEqual(['open']);
    await page.stop();
    await stop();
  });

  test('is of none any more when whoever began it has signed out', async () => {
    const { clock, a, stop } = await twoDevices();
    await within({ clock }, 1_000, a.relevo.checkout.begin());
    expect(a.tab.text).toMatch(/^ck_/);
    await within({ clock }, 5_000, a.relevo.signOut());
    const done = a.relevo.checkout.complete({ orderId: 'N-1' });
    done.catch(() => {});
    await clock.pass(2_000);
    expect([a.tab.text, await standOf(done)]).toEqual([null, 'checkout/unknown']);
    await stop();
  });
});

describe('a checkout', () => {
  test('of more than an order may say is completed all the same', async () => {
    const { clock, a, b, stop } = await twoDevices();
    const engraving = 'happy birthday dear nan, and all the best for the coming year: '.repeat(2);
    for (let n = 0; n < 150; n++) a.relevo.cart.add({ sku: `SKU-${n}`, properties: { engraving: `${engraving}${n}` } });
    await clock.pass(5_000);
    const { id, lines } = await within({ clock }, 3_000, a.relevo.checkout.begin());
    expect(lines).toHaveLength(151);
    expect(await within({ clock }, 5_000, a.relevo.checkout.complete({ orderId: 'N-1', checkoutId: id }))).toEqual({});
    expect([cartOf(a.relevo), cartOf(b.relevo)]).toEqual([{}, {}]);
    await stop();
  });

  test('begins in a second tab while the first one waits for its answer', async () => {
    const { clock, a, stop } = await twoDevices();
    const release = a.line.hold();
    a.relevo.cart.add({ sku: 'LAMP' });
    await clock.pass(500);
    const tab = a.device.open().relevo;
    await clock.pass(200);
    const begun = tab.checkout.begin();
    begun.catch(() => {});
    await clock.pass(1_000);
    expect(await standOf(begun)).toBe('open');
    release();
    await clock.pass(3_000);
    expect((await begun).lines.map(({ sku }) => sku)).toEqual(['SOFA', 'LAMP']);
    await tab.stop();
    await stop();
  });
});
