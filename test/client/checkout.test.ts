import { describe, expect, test } from 'vitest';
import { shopOf, twoDevices } from './checkout-world.ts';
import { standIn } from './stand-in.ts';
import { cartOf, standOf, within, world } from './world.ts';

const backMs = 70_000;

describe('paying', () => {
  test('on A while B is offline: B empties after its sync, and what B added meanwhile stays', async () => {
    const { clock, a, b, stop } = await twoDevices();
    b.line.setOnline(false);
    b.relevo.cart.add({ sku: 'SOFA' });
    b.relevo.cart.add({ sku: 'LAMP' });
    const { id, lines } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    expect(lines).toEqual([{ key: expect.any(String), sku: 'SOFA', properties: {}, quantity: 2 }]);
    const done = a.relevo.checkout.complete({ orderId: 'N-1', checkoutId: id });
    await clock.pass(0);
    expect(cartOf(a.relevo)).toEqual({});
    expect(await within({ clock }, 1_000, done)).toEqual({});
    b.line.setOnline(true);
    await clock.pass(backMs);
    expect([cartOf(a.relevo), cartOf(b.relevo)]).toEqual([
      { SOFA: 1, LAMP: 1 },
      { SOFA: 1, LAMP: 1 },
    ]);
    expect([a.news, b.news]).toEqual([['open', 'completed N-1'], ['completed N-1']]);
    await stop();
  });

  test.each([
    ['before the redirect', ['webhook', 'page']],
    ['after it', ['page', 'webhook']],
    ['twice', ['webhook', 'webhook', 'page']],
    ['without one', ['webhook']],
  ])('with a webhook that comes %s takes what was bought once', async (_, reports) => {
    const { clock, a, b, shop, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    for (const report of reports) {
      if (report === 'webhook') await shop({ orderId: 'N-1', checkoutId: id });
      else expect(await within({ clock }, 1_000, a.relevo.checkout.complete({ orderId: 'N-1' }))).toEqual({});
      // What comes now was not paid for.
      b.relevo.cart.add({ sku: 'SOFA' });
      await clock.pass(1_000);
    }
    const left = { SOFA: reports.length };
    expect([cartOf(a.relevo), cartOf(b.relevo)]).toEqual([left, left]);
    expect(a.news).toEqual(['open', 'completed N-1']);
    await stop();
  });

  test('for a part leaves the rest', async () => {
    const { clock, a, b, stop } = await twoDevices();
    await within({ clock }, 1_000, a.relevo.checkout.begin());
    const lines = [{ sku: 'SOFA', quantity: 1 }];
    await within({ clock }, 1_000, a.relevo.checkout.complete({ orderId: 'N-1', lines }));
    expect([cartOf(a.relevo), cartOf(b.relevo)]).toEqual([{ SOFA: 1 }, { SOFA: 1 }]);
    await stop();
  });

  test('that fails, or is turned away from, changes nothing, and the next try is another checkout', async () => {
    const { clock, a, b, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    for (let n = 0; n < 2; n++) await within({ clock }, 1_000, a.relevo.checkout.abandon(id));
    expect([cartOf(a.relevo), cartOf(b.relevo)]).toEqual([{ SOFA: 2 }, { SOFA: 2 }]);
    const next = await within({ clock }, 1_000, b.relevo.checkout.begin());
    expect([next.id === id, next.others]).toEqual([false, []]);
    expect(b.news).toEqual(['open', 'abandoned', 'open']);
    await stop();
  });

  test('for an old order leaves the cart as it is', async () => {
    const { clock, a, b, shop, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    a.relevo.cart.clear();
    await clock.pass(1_000);
    a.relevo.cart.add({ sku: 'SOFA', quantity: 3 });
    b.relevo.cart.add({ sku: 'LAMP' });
    await clock.pass(backMs);
    await shop({ orderId: 'N-1', checkoutId: id });
    await clock.pass(backMs);
    expect([cartOf(a.relevo), cartOf(b.relevo)]).toEqual([
      { SOFA: 3, LAMP: 1 },
      { SOFA: 3, LAMP: 1 },
    ]);
    await stop();
  });

  test('the same cart on two devices: both orders are recorded, nothing falls below 0, the second is reported everywhere', async () => {
    const { clock, a, b, shop, stop } = await twoDevices();
    const first = await within({ clock }, 1_000, a.relevo.checkout.begin());
    const second = await within({ clock }, 1_000, b.relevo.checkout.begin());
    expect(second.id).toBe(first.id);
    expect(
      await within({ clock }, 1_000, a.relevo.checkout.complete({ orderId: 'N-1', checkoutId: first.id })),
    ).toEqual({});
    const told = await within({ clock }, 1_000, b.relevo.checkout.complete({ orderId: 'N-2', checkoutId: second.id }));
    expect(told).toEqual({ duplicateOf: 'N-1' });
    expect([cartOf(a.relevo), cartOf(b.relevo)]).toEqual([{}, {}]);
    const duplicate = 'completed N-2 order/duplicate-snapshot';
    expect([a.news, b.news]).toEqual([
      ['open', 'completed N-1', duplicate],
      ['open', 'completed N-1', duplicate],
    ]);
    await shop({ orderId: 'N-1', checkoutId: first.id });
    const said = await shop({ orderId: 'N-2', checkoutId: first.id });
    expect(said).toMatchObject({ duplicateOf: 'N-1', code: 'order/duplicate-snapshot' });
    a.relevo.cart.add({ sku: 'SOFA' });
    await clock.pass(1_000);
    expect(cartOf(b.relevo)).toEqual({ SOFA: 1 });
    await stop();
  });

  test('is not made a no-op by a stranger who had reported its order id as a guest of the same tablet', async () => {
    const made = world();
    const { device } = made.device();
    const { relevo } = device.open();
    await made.clock.pass(1_000);
    relevo.cart.add({ sku: 'MUG' });
    await within(made, 1_000, relevo.checkout.begin());
    const lines = [{ sku: 'SOFA', quantity: 2 }];
    await within(made, 1_000, relevo.checkout.complete({ orderId: 'N-1500', checkoutId: 'ck_unknown', lines }));
    await within(made, 1_000, relevo.signIn(made.token('ana')));
    relevo.cart.add({ sku: 'SOFA', quantity: 2 });
    const { id } = await within(made, 1_000, relevo.checkout.begin());
    const said = await shopOf(made)({ orderId: 'N-1500', checkoutId: id });
    expect(said.taken.map(({ sku, quantity }) => [sku, quantity])).toEqual([
      ['MUG', 1],
      ['SOFA', 2],
    ]);
    await made.clock.pass(1_000);
    expect(cartOf(relevo)).toEqual({});
    await relevo.stop();
  });
});

describe('a checkout', () => {
  test('that begins elsewhere is told, and so is another one that is open', async () => {
    const { clock, a, b, stop } = await twoDevices();
    const first = await within({ clock }, 1_000, a.relevo.checkout.begin());
    expect(b.news).toEqual(['open']);
    b.relevo.cart.add({ sku: 'LAMP' });
    const second = await within({ clock }, 1_000, b.relevo.checkout.begin());
    expect(second.others).toMatchObject([{ id: first.id, channel: 'web' }]);
    await stop();
  });

  test('is not told again to a page that is loaded anew', async () => {
    const { clock, a, stop } = await twoDevices();
    await within({ clock }, 1_000, a.relevo.checkout.begin());
    const { relevo } = a.device.open();
    const heard: unknown[] = [];
    relevo.on('checkout', (news) => heard.push(news));
    await clock.pass(backMs);
    expect(heard).toEqual([]);
    await relevo.stop();
    await stop();
  });

  test('does not begin without the server: nothing is frozen, and the cart stays', async () => {
    const { clock, a, stop } = await twoDevices();
    a.line.setOnline(false);
    a.relevo.cart.add({ sku: 'LAMP' });
    const begun = a.relevo.checkout.begin();
    begun.catch(() => {});
    await clock.pass(20_000);
    expect([await standOf(begun), cartOf(a.relevo)]).toEqual(['checkout/unsynced', { SOFA: 2, LAMP: 1 }]);
    await stop();
  });

  test('does not begin for a guest who stays on the device', async () => {
    const made = world();
    const { relevo } = made.device({ guest: 'local' }).device.open();
    await made.clock.pass(1_000);
    relevo.cart.add({ sku: 'SOFA' });
    const begun = relevo.checkout.begin();
    begun.catch(() => {});
    await made.clock.pass(20_000);
    expect(await standOf(begun)).toBe('checkout/unsynced');
    await relevo.stop();
  });

  test('does not begin on a server of before checkouts', async () => {
    const { clock, a, stop } = await twoDevices();
    const { post } = a.line.transport;
    Object.assign(a.line.transport, {
      post: (path: string, body: string, options: { timeoutMs: number }) =>
        post(path, JSON.stringify({ ...JSON.parse(body), want: undefined }), options),
    });
    const begun = a.relevo.checkout.begin();
    begun.catch(() => {});
    await clock.pass(1_000);
    expect(await standOf(begun)).toBe('change/unsupported');
    await stop();
  });

  test('has all that was added right before, however much waits, and is one in two tabs', async () => {
    const { clock, a, stop } = await twoDevices();
    const tab = a.device.open().relevo;
    await clock.pass(1_000);
    for (let n = 0; n < 150; n++) a.relevo.cart.add({ sku: `MUG-${n % 100}` });
    const one = await within({ clock }, 3_000, a.relevo.checkout.begin());
    const two = await within({ clock }, 3_000, tab.checkout.begin());
    expect([one.lines.length, one.lines.reduce((sum, { quantity }) => sum + quantity, 0)]).toEqual([101, 152]);
    expect(two.id).toBe(one.id);
    await tab.stop();
    await stop();
  });

  test('ends with the page that had asked for it', async () => {
    const { a, b, clock, stop } = await twoDevices();
    a.line.setOnline(false);
    standIn(b.line, () => undefined);
    const begun = a.relevo.checkout.begin();
    begun.catch(() => {});
    await clock.pass(0);
    await stop();
    expect(await standOf(begun)).toMatch(/^(sync\/abandoned|checkout\/unsynced)$/);
  });
});

describe('the page after paying', () => {
  test('may say it twice and let a tag say it too: it is one order, also when it is loaded again', async () => {
    const { clock, a, b, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    b.relevo.cart.add({ sku: 'SOFA' });
    await clock.pass(1_000);
    const items = [{ sku: 'SOFA', quantity: 2 }];
    for (const isTagFirst of [true, false]) {
      const page = a.device.open().relevo;
      await clock.pass(1_000);
      if (isTagFirst) page.capture({ type: 'purchase', orderId: 'N-1', items });
      const all = [
        page.checkout.complete({ orderId: 'N-1', checkoutId: id }),
        page.checkout.complete({ orderId: 'N-1', checkoutId: id }),
      ];
      if (!isTagFirst) page.capture({ type: 'purchase', orderId: 'N-1', items });
      expect(await within({ clock }, 2_000, Promise.all(all))).toEqual([{}, {}]);
      await page.stop();
    }
    expect([cartOf(a.relevo), cartOf(b.relevo)]).toEqual([{ SOFA: 1 }, { SOFA: 1 }]);
    await stop();
  });

  test('knows what this device began: also before it knows who is here, also on a shared device', async () => {
    const { clock, a, b, stop } = await twoDevices();
    await within({ clock }, 1_000, a.relevo.checkout.begin());
    await a.relevo.stop();
    const page = a.device.open({}, {}, a.tab).relevo;
    const done = page.checkout.complete({ orderId: 'N-1' });
    expect(await within({ clock }, 3_000, done)).toEqual({});
    expect([cartOf(page), cartOf(b.relevo)]).toEqual([{}, {}]);
    await page.stop();
    await stop();
  });

  test('without a checkout and without lines has nothing to say', async () => {
    const { clock, b, stop } = await twoDevices();
    const done = b.relevo.checkout.complete({ orderId: 'N-1' });
    done.catch(() => {});
    await clock.pass(1_000);
    expect([await standOf(done), cartOf(b.relevo)]).toEqual(['checkout/unknown', { SOFA: 2 }]);
    await stop();
  });

  test('is known for any order of it, also between others, also while another one is open', async () => {
    const { clock, a, b, shop, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    for (const orderId of ['N-1', 'N-2', 'N-3']) await within({ clock }, 1_000, shop({ orderId, checkoutId: id }));
    const say = (orderId: string) => within({ clock }, 3_000, a.relevo.checkout.complete({ orderId }));
    expect([await say('N-2'), await say('N-3'), await say('N-1')]).toEqual([
      { duplicateOf: 'N-1' },
      { duplicateOf: 'N-1' },
      {},
    ]);
    // Nobody else had told of this one: it may have been paid a fourth time.
    expect(await say('N-4')).toEqual({ duplicateOf: 'N-1' });
    a.relevo.cart.add({ sku: 'LAMP' });
    await clock.pass(1_000);
    const next = await within({ clock }, 1_000, a.relevo.checkout.begin());
    await a.relevo.stop();
    const page = a.device.open({}, {}, a.tab).relevo;
    await clock.pass(1_000);
    a.line.setOnline(false);
    const late = page.checkout.complete({ orderId: 'N-1' });
    late.catch(() => {});
    await clock.pass(1_000);
    expect(cartOf(page)).toEqual({ LAMP: 1 });
    a.line.setOnline(true);
    expect(await within({ clock }, backMs, late)).toEqual({});
    expect([cartOf(page), b.news.at(-1)]).toEqual([{ LAMP: 1 }, 'open']);
    expect(await within({ clock }, 3_000, page.checkout.complete({ orderId: 'N-5' }))).toEqual({});
    expect([cartOf(b.relevo), b.news.at(-1), next.id === id]).toEqual([{}, 'completed N-5', false]);
    await page.stop();
    await stop();
  });

  test('on another device, by the id of the checkout', async () => {
    const { clock, a, b, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    expect(await within({ clock }, 1_000, b.relevo.checkout.complete({ orderId: 'N-1', checkoutId: id }))).toEqual({});
    expect([cartOf(a.relevo), cartOf(b.relevo)]).toEqual([{}, {}]);
    await stop();
  });

  test('without a network shows the cart as it will be, and resolves when the server has it', async () => {
    const { clock, a, b, stop } = await twoDevices();
    await within({ clock }, 1_000, a.relevo.checkout.begin());
    a.line.setOnline(false);
    const done = a.relevo.checkout.complete({ orderId: 'N-1' });
    done.catch(() => {});
    await clock.pass(1_000);
    expect([await standOf(done), cartOf(a.relevo), cartOf(b.relevo)]).toEqual(['open', {}, { SOFA: 2 }]);
    a.line.setOnline(true);
    await clock.pass(backMs);
    expect([await standOf(done), cartOf(b.relevo)]).toEqual(['done', {}]);
    await stop();
  });

  test('of a guest who signed in on the way: the checkout is the customer’s', async () => {
    const made = world();
    const { device } = made.device();
    const { relevo } = device.open();
    await made.clock.pass(1_000);
    relevo.cart.add({ sku: 'SOFA', quantity: 2 });
    const { id } = await within(made, 1_000, relevo.checkout.begin());
    await relevo.stop();
    const page = device.open({ getToken: () => made.token('ana') }).relevo;
    const done = page.checkout.complete({ orderId: 'N-1', checkoutId: id });
    expect(await within(made, 5_000, done)).toEqual({});
    expect(cartOf(page)).toEqual({});
    await page.stop();
  });

  test('is of whoever had paid, also when they sign out at once', async () => {
    const { clock, a, b, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    a.relevo.checkout.complete({ orderId: 'N-1', checkoutId: id }).catch(() => {});
    const left = await within({ clock }, 5_000, a.relevo.signOut());
    expect([left.outcome, cartOf(b.relevo)]).toEqual(['flushed', {}]);
    await stop();
  });
});
