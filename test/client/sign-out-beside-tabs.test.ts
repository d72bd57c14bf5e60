import { expect, test } from 'vitest';
import { heardOf, kinds, signedIn, slowStore } from './slow-store.ts';
import { cartOf, settle, standOf, within, world } from './world.ts';

test.each(kinds)(
  'on a %s device a plain guest who signs out goes on in every tab: nothing is out of view, lost or told',
  async (kind) => {
    const made = world();
    const { device } = made.device({ device: { kind } });
    const by = slowStore(device, made);
    const [one, two] = [device.open().relevo, device.open().relevo];
    await made.clock.pass(2_000);
    one.cart.add({ sku: 'SOFA' });
    await made.clock.pass(2_000);
    by.beginMs = 200;
    const heard = heardOf(two);
    const { synced } = two.cart.add({ sku: 'LAMP' });
    await settle();
    const views: unknown[] = [];
    two.cart.subscribe(() => views.push(cartOf(two)));
    await within(made, 10_000, one.signOut());
    await made.clock.pass(5_000);
    expect([heard, views.filter((view) => !(view as { SOFA?: number }).SOFA)]).toEqual([[], []]);
    expect([await standOf(synced), cartOf(one), cartOf(two)]).toEqual([
      'done',
      { SOFA: 1, LAMP: 1 },
      { SOFA: 1, LAMP: 1 },
    ]);
    for (const page of [one, two]) await page.stop();
  },
);

test.each(kinds.flatMap((kind) => [0, 30].map((beginMs) => ({ kind, beginMs }))))(
  'on a $kind device what a tab had just added when both tabs sign out is theirs, its store beginning after $beginMs ms',
  async ({ kind, beginMs }) => {
    const { made, device, by, relevo } = await signedIn(kind);
    const two = device.open(kind === 'shared' ? { getToken: () => made.token('ana') } : {}).relevo;
    await made.clock.pass(2_000);
    by.beginMs = beginMs;
    two.cart.add({ sku: 'TWO' });
    const leaving = [relevo.signOut(), two.signOut()];
    await made.clock.pass(20_000);
    for (const one of leaving) await one;
    by.beginMs = 0;
    const phone = made.device().device.open().relevo;
    await within(made, 5_000, phone.signIn(made.token('ana')));
    expect(cartOf(phone)).toEqual({ SOFA: 1, TWO: 1 });
    for (const page of [relevo, two, phone]) await page.stop();
  },
);

test.each(kinds.flatMap((kind) => [0, 300].map((beginMs) => ({ kind, beginMs }))))(
  'on a $kind device what is done after the sign-out of a page that the browser keeps counts once, its store beginning after $beginMs ms',
  async ({ kind, beginMs }) => {
    const { made, device, by, relevo, page } = await signedIn(kind);
    by.beginMs = beginMs;
    relevo.cart.add({ sku: 'BEFORE' });
    const leaving = relevo.signOut();
    relevo.cart.add({ sku: 'AFTER' });
    page.signal('pagehide');
    page.freeze();
    await made.clock.pass(2_000);
    const other = device.open().relevo;
    await made.clock.pass(3_000);
    page.thaw();
    page.signal('pageshow');
    await made.clock.pass(10_000);
    await leaving;
    expect([cartOf(relevo), cartOf(other)]).toEqual([{ AFTER: 1 }, { AFTER: 1 }]);
    for (const one of [relevo, other]) await one.stop();
  },
);

test.each(kinds)('on a %s device the new guest is not announced, though a second tab is open', async (kind) => {
  const { made, device, line, relevo } = await signedIn(kind);
  const two = device.open(kind === 'shared' ? { getToken: () => made.token('ana') } : {}).relevo;
  await made.clock.pass(2_000);
  await within(made, 5_000, relevo.signOut());
  const before = line.requests.length;
  await made.clock.pass(5_000);
  await within(made, 5_000, two.signOut());
  await made.clock.pass(5_000);
  expect(line.requests.length - before).toBe(0);
  for (const page of [relevo, two]) await page.stop();
});

test.each(kinds)('on a %s device a listener that signs out whenever nobody is here does so once', async (kind) => {
  const { made, relevo } = await signedIn(kind);
  let calls = 0;
  relevo.subscribe(() => {
    if (relevo.identity.current.customerId !== undefined || calls >= 50) return;
    calls++;
    relevo.signOut().catch(() => {});
  });
  const leaving = relevo.signOut();
  expect(calls).toBeLessThan(5);
  await within(made, 5_000, leaving);
  await relevo.stop();
});

test.each(kinds)(
  'on a %s device no listener sees anything of who has left, also when a report of theirs finds its place',
  async (kind) => {
    const { made, device, by, relevo: first } = await signedIn(kind);
    await first.stop();
    by.beginMs = 300;
    let session: string | null = made.token('ana');
    const { relevo } = device.open(kind === 'shared' ? { getToken: () => session } : {});
    const seen: unknown[] = [];
    const note = () => void seen.push([cartOf(relevo), relevo.identity.current.customerId, relevo.status.pending]);
    relevo.capture({ type: 'purchase', orderId: 'o1', items: [{ sku: 'RUG', quantity: 1 }] });
    relevo.cart.subscribe(note);
    relevo.subscribe(note);
    const leaving = relevo.signOut();
    session = null;
    await made.clock.pass(15_000);
    await leaving;
    expect(seen.filter((one) => JSON.stringify(one) !== '[{},null,0]')).toEqual([]);
    await relevo.stop();
  },
);

test.each(kinds)(
  'on a %s device a guest who signs out too, while the customer before them is still being seen off, goes on: what they add is kept at once',
  async (kind) => {
    const { made, device, by, line, relevo } = await signedIn(kind);
    const release = line.hold();
    const leaving = relevo.signOut();
    await made.clock.pass(100);
    const two = device.open().relevo;
    await made.clock.pass(100);
    two.cart.add({ sku: 'MUG' });
    await made.clock.pass(500);
    const again = relevo.signOut();
    await made.clock.pass(100);
    by.beginMs = 10;
    await within(made, 200, relevo.cart.add({ sku: 'LAMP' }).saved);
    expect([cartOf(relevo), cartOf(two)]).toEqual([
      { MUG: 1, LAMP: 1 },
      { MUG: 1, LAMP: 1 },
    ]);
    release();
    await within(made, 10_000, Promise.all([leaving, again]));
    expect([cartOf(relevo), cartOf(two)]).toEqual([
      { MUG: 1, LAMP: 1 },
      { MUG: 1, LAMP: 1 },
    ]);
    for (const page of [relevo, two]) await page.stop();
  },
);
