import { expect, test } from 'vitest';
import { textOf } from './device-disk.ts';
import { cartOf, within, world } from './world.ts';

const twoTabs = async (made: ReturnType<typeof world>) => {
  const own = made.device();
  const [one, two] = [own.device.open(), own.device.open()] as const;
  for (const { relevo } of [one, two]) await within(made, 2_000, relevo.signIn(made.token('ana')));
  return { ...own, one, two, stop: () => Promise.all([one.relevo.stop(), two.relevo.stop()]) };
};

test('a tab that stood still while another signed out says nothing of the customer, and leaves the next one alone', async () => {
  const made = world();
  const { one, two, line, device, stop } = await twoTabs(made);
  one.freeze();
  await within(made, 2_000, two.relevo.signOut());
  two.relevo.cart.add({ sku: 'NEXT' });
  await made.clock.pass(2_000);
  const asked = line.requests.length;
  one.thaw();
  await within(made, 5_000, one.relevo.signOut());
  expect(line.requests.slice(asked).map(({ body }) => body)).not.toContainEqual(expect.stringContaining('token'));
  expect([cartOf(one.relevo), cartOf(two.relevo)]).toEqual([{ NEXT: 1 }, { NEXT: 1 }]);
  const late = device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(late)).toEqual({ NEXT: 1 });
  await Promise.all([stop(), late.stop()]);
});

test('a tab that stood still while another signed out hands the next guest to whom it signs in', async () => {
  const made = world();
  const { one, two, stop } = await twoTabs(made);
  one.freeze();
  await within(made, 2_000, two.relevo.signOut());
  two.relevo.cart.add({ sku: 'NEXT' });
  await made.clock.pass(2_000);
  one.thaw();
  await within(made, 5_000, one.relevo.signIn(made.token('ben')));
  await made.clock.pass(1_000);
  expect([cartOf(one.relevo), cartOf(two.relevo)]).toEqual([{ NEXT: 1 }, {}]);
  await within(made, 1_000, two.relevo.signIn(made.token('ben')));
  expect(cartOf(two.relevo)).toEqual({ NEXT: 1 });
  await stop();
});

test('a tab that stood still until its page says that nobody is there leaves the next guest alone', async () => {
  const made = world();
  const answers: ((token: null) => void)[] = [];
  const { device } = made.device();
  const one = device.open({ getToken: () => new Promise<null>((done) => void answers.push(done)) });
  const two = device.open();
  await made.clock.pass(100);
  for (const { relevo } of [one, two]) await within(made, 2_000, relevo.signIn(made.token('ana')));
  one.freeze();
  await within(made, 2_000, two.relevo.signOut());
  two.relevo.cart.add({ sku: 'NEXT' });
  await made.clock.pass(2_000);
  one.thaw();
  for (const answer of answers) answer(null);
  await made.clock.pass(5_000);
  expect([cartOf(one.relevo), cartOf(two.relevo)]).toEqual([{ NEXT: 1 }, { NEXT: 1 }]);
  await Promise.all([one.relevo.stop(), two.relevo.stop()]);
});

test('a tab of a shared device that is left before it heard of a sign-out writes nothing of the customer', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'shared' } });
  const [one, two] = [device.open(), device.open()] as const;
  for (const { relevo } of [one, two]) await within(made, 2_000, relevo.signIn(made.token('ana')));
  const { saved } = one.relevo.cart.add({ sku: 'OF-ANA' });
  saved.catch(() => {});
  // Before the word of the other tab comes.
  one.freeze();
  one.signal('pagehide');
  await within(made, 5_000, two.relevo.signOut());
  one.thaw();
  one.kill();
  await made.clock.pass(1_000);
  expect(await textOf(device)).not.toContain('OF-ANA');
  await two.relevo.stop();
});

test('what a tab had stored of an answer as it ended, its word unsaid, is counted once in the other', async () => {
  const made = world();
  let isEnding = false;
  const { device, line } = made.device({}, (ports, { isAlive, kill }) => ({
    ...ports,
    tabs: {
      ...ports.tabs,
      post(message) {
        if (!isAlive()) return;
        if (isEnding) kill();
        else ports.tabs.post(message);
      },
    },
  }));
  const [one, two] = [device.open(), device.open()] as const;
  await made.clock.pass(1_000);
  const release = line.hold();
  one.relevo.cart.add({ sku: 'A' });
  await made.clock.pass(100);
  expect(cartOf(two.relevo)).toEqual({ A: 1 });
  isEnding = true;
  release();
  await made.clock.pass(200);
  isEnding = false;
  two.relevo.cart.add({ sku: 'A' });
  await made.clock.pass(2_000);
  expect([cartOf(two.relevo), two.relevo.status.pending]).toEqual([{ A: 2 }, 0]);
  await two.relevo.stop();
});
