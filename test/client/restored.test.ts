import { describe, expect, test } from 'vitest';
import { wireLimits } from '../../src/protocol/wire-limits.ts';
import { textOf } from './device-disk.ts';
import { restorable } from './restorable.ts';
import { cartOf, standOf, within } from './world.ts';

const consent = { personalization: 'granted' } as const;

describe('after the server was put back to a backup', () => {
  test('an order that the server lost is known by its id when another device reports it, and takes nothing more', async () => {
    const { clock, device, token, backup, restore } = restorable();
    const getToken = () => token('ana');
    const [laptop, phone] = [device({ getToken }), device({ getToken })].map(({ device }) => device.open().relevo);
    if (!laptop || !phone) throw new Error('no devices');
    await clock.pass(1_000);
    laptop.cart.add({ sku: 'SOFA', quantity: 5 });
    await clock.pass(1_000);
    const copy = backup();
    const purchase = { type: 'purchase', orderId: 'N° 1 / 2', items: [{ sku: 'SOFA', quantity: 1 }] } as const;
    laptop.capture(purchase);
    await clock.pass(1_000);
    await restore(copy);
    await clock.pass(400_000);
    phone.capture(purchase);
    await clock.pass(5_000);
    expect([cartOf(laptop), cartOf(phone)]).toEqual([{ SOFA: 4 }, { SOFA: 4 }]);
    await Promise.all([laptop.stop(), phone.stop()]);
  });

  test('what either of two devices had confirmed is on both again, counted once', async () => {
    const { clock, device, token, backup, restore } = restorable();
    const [laptop, phone] = [{ consent }, { consent, channel: 'ios' }].map(
      (with_) => device(with_).device.open().relevo,
    );
    if (!laptop || !phone) throw new Error('no devices');
    await clock.pass(100);
    for (const relevo of [laptop, phone]) await within({ clock }, 1_000, relevo.signIn(token('ana')));
    laptop.cart.add({ sku: 'SOFA', quantity: 1 });
    await clock.pass(1_000);
    const copy = backup();
    laptop.cart.add({ sku: 'SOFA', quantity: 2 });
    phone.cart.add({ sku: 'LAMP', quantity: 1 });
    phone.preferences.set('currency', 'EUR');
    laptop.browsing.view({ kind: 'product', id: 'SOFA', title: 'Sofa' });
    await clock.pass(2_000);
    expect(cartOf(phone)).toEqual({ SOFA: 3, LAMP: 1 });
    await restore(copy);
    await clock.pass(400_000);
    for (const relevo of [laptop, phone]) {
      expect(cartOf(relevo)).toEqual({ SOFA: 3, LAMP: 1 });
      expect(relevo.preferences.get('currency')).toBe('EUR');
      expect(relevo.browsing.recent().map(({ id }) => id)).toEqual(['SOFA']);
      expect(relevo.status).toMatchObject({ connection: 'online', pending: 0 });
    }
    const fresh = device({ consent }).device.open().relevo;
    await clock.pass(100);
    await within({ clock }, 1_000, fresh.signIn(token('ana')));
    expect(cartOf(fresh)).toEqual({ SOFA: 3, LAMP: 1 });
    await Promise.all([laptop, phone, fresh].map((relevo) => relevo.stop()));
  });

  test('no line leaves the view in between, and the cart of the shop is not touched', async () => {
    const { clock, device, token, backup, restore } = restorable();
    const { relevo } = device().device.open();
    await clock.pass(100);
    await within({ clock }, 1_000, relevo.signIn(token('ana')));
    const copy = backup();
    relevo.cart.add({ sku: 'SOFA', quantity: 2 });
    await clock.pass(1_000);
    const writes: unknown[] = [];
    relevo.cart.bind({ write: (change) => void writes.push(change) });
    await clock.pass(1_000);
    writes.length = 0;
    const seen: unknown[] = [];
    relevo.subscribe(() => seen.push(cartOf(relevo)));
    await restore(copy);
    await clock.pass(100_000);
    expect(cartOf(relevo)).toEqual({ SOFA: 2 });
    expect([...new Set(seen.map((cart) => JSON.stringify(cart)))]).toEqual([JSON.stringify({ SOFA: 2 })]);
    expect(writes).toEqual([]);
    await relevo.stop();
  });

  test('an add whose answer was lost before counts once, though another device brings its effect back', async () => {
    const { clock, device, token, backup, restore } = restorable();
    const { device: one, line } = device();
    const laptop = one.open().relevo;
    const phone = device({ channel: 'ios' }).device.open().relevo;
    await clock.pass(100);
    for (const relevo of [laptop, phone]) await within({ clock }, 1_000, relevo.signIn(token('ana')));
    const copy = backup();
    line.setFaults({ replyLost: 1 });
    const change = laptop.cart.add({ sku: 'SOFA', quantity: 2 });
    await clock.pass(3_000);
    expect([await standOf(change.synced), cartOf(phone)]).toEqual(['open', { SOFA: 2 }]);
    line.setOnline(false);
    await restore(copy);
    await clock.pass(90_000);
    expect(cartOf(phone)).toEqual({ SOFA: 2 });
    line.setFaults({});
    line.setOnline(true);
    await clock.pass(90_000);
    expect([await standOf(change.synced), cartOf(laptop), cartOf(phone)]).toEqual(['done', { SOFA: 2 }, { SOFA: 2 }]);
    await Promise.all([laptop.stop(), phone.stop()]);
  });

  test('a removal that had seen a lost add takes it away for good, whichever device comes back first', async () => {
    const { clock, device, token, backup, restore } = restorable();
    const [{ device: one }, { device: two, line }] = [device(), device({ channel: 'ios' })];
    const [laptop, phone] = [one.open().relevo, two.open().relevo];
    await clock.pass(100);
    for (const relevo of [laptop, phone]) await within({ clock }, 1_000, relevo.signIn(token('ana')));
    const copy = backup();
    laptop.cart.add({ sku: 'SOFA', quantity: 2 });
    await clock.pass(1_000);
    line.setOnline(false);
    phone.cart.remove({ sku: 'SOFA' });
    await restore(copy);
    line.setOnline(true);
    await clock.pass(90_000);
    expect([cartOf(laptop), cartOf(phone)]).toEqual([{}, {}]);
    await Promise.all([laptop.stop(), phone.stop()]);
  });

  test('a page killed before every answer of the offer loses nothing of what it offers', async () => {
    for (let cut = 0; cut < 5; cut++) {
      const { clock, device, token, backup, restore, requests } = restorable({ seed: cut + 1 });
      const { device: one, line } = device();
      let page = one.open();
      await clock.pass(100);
      await within({ clock }, 1_000, page.relevo.signIn(token('ana')));
      const copy = backup();
      for (let n = 0; n < 130; n++) page.relevo.preferences.set(`k${n}`, n);
      page.relevo.cart.add({ sku: 'SOFA', quantity: 2 });
      await clock.pass(20_000);
      await restore(copy);
      const before = requests.length;
      for (let ms = 0; requests.length < before + cut && ms < 200_000; ms++) await clock.pass(1);
      page.kill();
      line.setFaults({});
      page = one.open({ getToken: () => token('ana') });
      await clock.pass(100_000);
      expect(cartOf(page.relevo)).toEqual({ SOFA: 2 });
      expect(page.relevo.preferences.get('k129')).toBe(129);
      expect(requests.some(({ offer }) => offer && offer.length > 100)).toBe(false);
      await page.relevo.stop();
    }
  });

  test('who signs out while it is read what to offer is not spoken for any more', async () => {
    const { clock, device, token, backup, restore, requests } = restorable();
    const { device: one } = device({ device: { kind: 'shared' } });
    const waiting: (() => void)[] = [];
    let isSlow = false;
    one.setOpen(async () => ({
      ...one.disk,
      async read(body) {
        const found = await one.disk.read(body);
        if (isSlow) await new Promise<void>((done) => void waiting.push(done));
        return found;
      },
    }));
    const { relevo } = one.open();
    await clock.pass(100);
    await within({ clock }, 1_000, relevo.signIn(token('ana')));
    const copy = backup();
    for (let n = 0; n < 130; n++) relevo.preferences.set(`k${n}`, n);
    await clock.pass(20_000);
    await restore(copy);
    relevo.preferences.set('k130', 130);
    for (let ms = 0; !waiting.length && ms < 100_000; ms++) {
      isSlow = requests.some(({ ops }) => ops.some(({ k }) => k === 'k130'));
      await clock.pass(1);
    }
    expect(waiting).toHaveLength(1);
    await within({ clock }, 5_000, relevo.signOut());
    const asked = requests.length;
    isSlow = false;
    for (const done of waiting) done();
    await clock.pass(5_000);
    expect(requests.slice(asked).filter(({ auth }) => auth && 'token' in auth)).toEqual([]);
    await relevo.stop();
  });

  test('texts of three bytes a letter are offered in requests that the server takes', async () => {
    const { clock, device, token, backup, restore, requests } = restorable();
    const { relevo } = device().device.open();
    await clock.pass(100);
    await within({ clock }, 1_000, relevo.signIn(token('ana')));
    const copy = backup();
    for (let n = 0; n < 40; n++) relevo.preferences.set(`draft${n}`, '\u4e0b'.repeat(4_000));
    await clock.pass(60_000);
    await restore(copy);
    await clock.pass(100_000);
    const sizes = requests
      .filter(({ offer }) => offer?.length)
      .map((request) => Buffer.byteLength(JSON.stringify(request)));
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThan(wireLimits.maxBodyBytes);
    const other = device().device.open().relevo;
    await clock.pass(100);
    await within({ clock }, 1_000, other.signIn(token('ana')));
    await clock.pass(10_000);
    expect(String(other.preferences.get('draft39')).length).toBe(4_000);
    await Promise.all([relevo.stop(), other.stop()]);
  });

  test('nothing that only the server writes is offered', async () => {
    const collections = { points: { kind: 'auth' } } as const;
    const { clock, device, token, backup, restore, requests, here } = restorable({ collections });
    const { relevo } = device({ collections }).device.open();
    await clock.pass(100);
    await within({ clock }, 1_000, relevo.signIn(token('ana')));
    const copy = backup();
    relevo.cart.add({ sku: 'SOFA', quantity: 2 });
    await clock.pass(1_000);
    expect(here.core.live.count).toBe(1);
    await restore(copy);
    await clock.pass(100_000);
    const offered = requests.flatMap(({ offer = [] }) => offer.map(([collection]) => collection));
    expect([...new Set(offered)]).toEqual(['cart']);
    await relevo.stop();
  });

  test('a guest goes on, and a sign-in brings along what was lost of it', async () => {
    const { clock, device, token, backup, restore } = restorable();
    const copy = backup();
    const { relevo } = device().device.open();
    await clock.pass(100);
    relevo.cart.add({ sku: 'SOFA', quantity: 2 });
    await clock.pass(2_000);
    await restore(copy);
    const { receipt } = await within({ clock }, 3_000, relevo.signIn(token('ana')));
    expect([receipt?.added.length, cartOf(relevo)]).toEqual([1, { SOFA: 2 }]);
    await relevo.stop();
  });

  test('a merge that was lost comes back by the device that saw it, and a repeated claim adds nothing', async () => {
    const { clock, device, token, backup, restore } = restorable();
    const { device: one, line } = device();
    const { relevo } = one.open();
    await clock.pass(100);
    relevo.cart.add({ sku: 'SOFA', quantity: 2 });
    await clock.pass(2_000);
    const copy = backup();
    line.setFaults({ replyLost: 1 });
    const signingIn = relevo.signIn(token('ana'));
    signingIn.catch(() => {});
    await clock.pass(20_000);
    await restore(copy);
    line.setFaults({});
    await clock.pass(1_000);
    await within({ clock }, 20_000, relevo.signIn(token('ana')));
    expect(cartOf(relevo)).toEqual({ SOFA: 2 });
    await restore(copy);
    await clock.pass(100_000);
    expect(cartOf(relevo)).toEqual({ SOFA: 2 });
    await relevo.stop();
  });

  test('a sign-out hands over what the server lost, and what was not sent', async () => {
    const { clock, device, token, backup, restore } = restorable();
    const { device: one, line } = device();
    const { relevo } = one.open();
    await clock.pass(100);
    await within({ clock }, 1_000, relevo.signIn(token('ana')));
    const copy = backup();
    relevo.cart.add({ sku: 'SOFA', quantity: 2 });
    await clock.pass(1_000);
    line.setOnline(false);
    relevo.cart.add({ sku: 'LAMP', quantity: 1 });
    await restore(copy);
    await clock.pass(1_000);
    line.setOnline(true);
    expect(await within({ clock }, 4_000, relevo.signOut())).toEqual({ unsynced: 0, outcome: 'flushed' });
    await within({ clock }, 3_000, relevo.signIn(token('ana')));
    expect(cartOf(relevo)).toEqual({ SOFA: 2, LAMP: 1 });
    await relevo.stop();
  });

  test('an answer that comes after the sign-out leaves nothing of the customer on a shared device', async () => {
    const { clock, device, token, backup, restore } = restorable();
    const { device: one, line } = device({ device: { kind: 'shared' } });
    const { post } = line.transport;
    let waitMs = 0;
    Object.assign(line.transport, {
      post: async (...args: Parameters<typeof post>) => {
        const reply = await post(...args);
        if (waitMs) await new Promise<void>((done) => void clock.timer(waitMs, done));
        return reply;
      },
    });
    const { relevo } = one.open();
    await clock.pass(100);
    await within({ clock }, 1_000, relevo.signIn(token('ana')));
    relevo.cart.add({ sku: 'SOFA', title: 'Sofa of Ana' });
    await clock.pass(1_000);
    await restore(backup());
    waitMs = 3_500;
    expect(await within({ clock }, 3_100, relevo.signOut())).toEqual({ unsynced: 0, outcome: 'flushed' });
    expect(await textOf(one)).not.toContain('Ana');
    await clock.pass(10_000);
    expect(await textOf(one)).not.toContain('Ana');
    await relevo.stop();
  });

  test('two tabs that find out at once offer the same and lose nothing', async () => {
    const { clock, device, token, backup, restore } = restorable();
    const { device: one } = device({ device: { kind: 'personal' } });
    const tabs = [one.open().relevo, one.open().relevo] as const;
    await clock.pass(100);
    await within({ clock }, 1_000, tabs[0].signIn(token('ana')));
    const copy = backup();
    tabs[0].cart.add({ sku: 'SOFA', quantity: 2 });
    await clock.pass(1_000);
    await restore(copy);
    tabs[0].cart.add({ sku: 'LAMP', quantity: 1 });
    tabs[1].cart.add({ sku: 'LAMP', quantity: 1 });
    await clock.pass(100_000);
    for (const relevo of tabs) expect(cartOf(relevo)).toEqual({ SOFA: 2, LAMP: 2 });
    await Promise.all(tabs.map((relevo) => relevo.stop()));
  });
});
