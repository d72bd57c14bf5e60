import { expect, test } from 'vitest';
import { textOf } from './device-disk.ts';
import { cartOf, within, world } from './world.ts';

test.each(['shared', 'personal'] as const)(
  'on a %s device another customer signing in shows and uploads nothing of the first',
  async (kind) => {
    const made = world();
    const { device, line } = made.device({ device: { kind }, consent: { personalization: 'granted' } });
    const page = device.open();
    await made.clock.pass(100);
    await within(made, 2_000, page.relevo.signIn(made.token('ana')));
    page.relevo.cart.add({ sku: 'CANARY', title: 'CANARY' });
    page.relevo.preferences.set('style', 'CANARY');
    page.relevo.browsing.view({ kind: 'product', id: 'CANARY' });
    await made.clock.pass(1_000);
    line.setOnline(false);
    page.relevo.cart.add({ sku: 'CANARY-UNSYNCED' });
    await made.clock.pass(100);
    const events: string[] = [];
    for (const name of ['signout', 'signin', 'merge'] as const) page.relevo.on(name, () => events.push(name));
    const switching = page.relevo.signIn(made.token('bob'));
    await made.clock.pass(3_200);
    line.setOnline(true);
    const before = line.requests.length;
    await within(made, 20_000, switching).catch(() => within(made, 5_000, page.relevo.signIn(made.token('bob'))));
    expect(page.relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'bob' });
    expect(page.relevo.cart.lines).toEqual([]);
    expect(page.relevo.preferences.entries()).toEqual([]);
    expect(page.relevo.browsing.recent()).toEqual([]);
    expect(events[0]).toBe('signout');
    expect(events).not.toContain('merge');
    page.relevo.cart.add({ sku: 'BOBS' });
    await made.clock.pass(10_000);
    expect(JSON.stringify(line.requests.slice(before))).not.toContain('CANARY');
    if (kind === 'shared') expect(await textOf(device)).not.toContain('CANARY');
    const bob = made.device({ getToken: () => made.token('bob') }).device.open().relevo;
    await made.clock.pass(1_000);
    expect(cartOf(bob)).toEqual({ BOBS: 1 });
    await Promise.all([page.relevo.stop(), bob.stop()]);
  },
);

test('two customers in turn on one device each find what is theirs', async () => {
  const made = world();
  const { relevo } = made.device({ device: { kind: 'personal' } }).device.open();
  await made.clock.pass(100);
  for (const round of [1, 2, 3]) {
    for (const customer of ['ana', 'bob']) {
      await within(made, 4_000, relevo.signIn(made.token(customer)));
      await made.clock.pass(500);
      expect(cartOf(relevo)).toEqual(round === 1 ? {} : { [customer]: round - 1 });
      relevo.cart.add({ sku: customer });
      await within(made, 1_000, relevo.flush());
    }
  }
  await relevo.stop();
});
