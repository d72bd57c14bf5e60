import { expect, test } from 'vitest';
import { refusal, standIn } from './stand-in.ts';
import { cartOf, within, world } from './world.ts';

test('an expired token asks getToken once, and goes on with the new one', async () => {
  const made = world();
  let asked = 0;
  let isExpired = false;
  const { device, line } = made.device({
    getToken: () => {
      asked++;
      return made.token('ana');
    },
  });
  standIn(line, () => {
    const answer = isExpired ? refusal(401, 'auth/expired') : undefined;
    isExpired = false;
    return answer;
  });
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  expect(asked).toBe(1);
  isExpired = true;
  const change = relevo.cart.add({ sku: 'A' });
  await within(made, 2_000, change.synced);
  expect(asked).toBe(2);
  expect(relevo.status.connection).toBe('online');
  await relevo.stop();
});

test('when the new token is refused too it waits with needs-token, keeps everything, and never signs out', async () => {
  const made = world();
  let asked = 0;
  let isRefusing = false;
  const { device, line } = made.device({
    getToken: () => {
      asked++;
      return made.token('ana');
    },
  });
  standIn(line, () => (isRefusing ? refusal(401, 'auth/expired') : undefined));
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  isRefusing = true;
  const before = asked;
  relevo.cart.add({ sku: 'A', quantity: 2 });
  await made.clock.pass(50_000);
  expect(relevo.status).toMatchObject({ connection: 'needs-token', pending: 1 });
  expect(relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
  expect(cartOf(relevo)).toEqual({ A: 2 });
  expect(asked - before).toBeLessThanOrEqual(3);
  isRefusing = false;
  await within(made, 5_000, relevo.signIn(made.token('ana')));
  await within(made, 5_000, relevo.flush());
  expect(relevo.status).toMatchObject({ connection: 'online', pending: 0 });
  await relevo.stop();
});

test('without getToken an expired token waits with needs-token until somebody signs in', async () => {
  const made = world();
  let isExpired = false;
  const { device, line } = made.device();
  standIn(line, () => (isExpired ? refusal(401, 'auth/expired') : undefined));
  const { relevo } = device.open();
  await made.clock.pass(100);
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  isExpired = true;
  relevo.cart.add({ sku: 'A' });
  await made.clock.pass(1_000);
  const sent = line.requests.length;
  await made.clock.pass(600_000);
  expect(relevo.status).toMatchObject({ connection: 'needs-token', pending: 1 });
  expect(line.requests.length - sent).toBe(0);
  isExpired = false;
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  await within(made, 2_000, relevo.flush());
  await relevo.stop();
});

test('getToken says null: a signed-in device is signed out', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'personal' } });
  const first = device.open().relevo;
  await made.clock.pass(100);
  await within(made, 2_000, first.signIn(made.token('ana')));
  first.cart.add({ sku: 'A' });
  await within(made, 1_000, first.flush());
  await first.stop();
  const second = device.open({ getToken: () => null }).relevo;
  await made.clock.pass(4_000);
  expect(second.identity.current.kind).toBe('guest');
  expect(cartOf(second)).toEqual({});
  await second.stop();
});

test('getToken says undefined: nothing changes, the page may know later', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'personal' } });
  const first = device.open().relevo;
  await made.clock.pass(100);
  await within(made, 2_000, first.signIn(made.token('ana')));
  first.cart.add({ sku: 'A' });
  await within(made, 1_000, first.flush());
  await first.stop();
  let answer: string | undefined;
  const second = device.open({ getToken: () => answer }).relevo;
  await made.clock.pass(30_000);
  expect(second.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
  expect(cartOf(second)).toEqual({ A: 1 });
  expect(second.status.connection).toBe('needs-token');
  answer = made.token('ana');
  second.cart.add({ sku: 'B' });
  await within(made, 2_000, second.flush());
  await second.stop();
});

test('getToken that rejects is asked again, later and later, and then works', async () => {
  const made = world();
  let asked = 0;
  let isDown = true;
  const codes: string[] = [];
  const { relevo } = made
    .device({
      getToken: async () => {
        asked++;
        if (isDown) throw new Error('503 from the shop');
        return made.token('ana');
      },
    })
    .device.open();
  relevo.on('error', ({ message }) => codes.push(message));
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'A' });
  await made.clock.pass(60_000);
  expect(asked).toBeGreaterThan(3);
  expect(asked).toBeLessThan(10);
  expect(codes.length).toBeGreaterThan(0);
  expect(relevo.identity.current.kind).toBe('guest');
  isDown = false;
  await made.clock.pass(70_000);
  expect(relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
  expect(cartOf(relevo)).toEqual({ A: 1 });
  await relevo.stop();
});

test('getToken that throws at once does not harm the page', async () => {
  const made = world();
  const { relevo } = made
    .device({
      getToken: () => {
        throw new Error('not a function of the shop any more');
      },
    })
    .device.open();
  const change = relevo.cart.add({ sku: 'A' });
  await within(made, 2_000, change.synced);
  expect(cartOf(relevo)).toEqual({ A: 1 });
  await relevo.stop();
});

test('getToken that takes ten seconds: the guest works meanwhile and becomes the customer then', async () => {
  const made = world();
  const { relevo } = made
    .device({ getToken: () => new Promise((done) => void made.clock.timer(10_000, () => done(made.token('ana')))) })
    .device.open();
  await within(made, 100, relevo.ready);
  relevo.cart.add({ sku: 'A' });
  await made.clock.pass(5_000);
  expect(relevo.identity.current.kind).toBe('guest');
  expect(cartOf(relevo)).toEqual({ A: 1 });
  await made.clock.pass(7_000);
  expect(relevo.identity.current.kind).toBe('customer');
  expect(cartOf(relevo)).toEqual({ A: 1 });
  await relevo.stop();
});

const leftSignedIn = async (kind: 'shared' | 'personal') => {
  const made = world();
  const own = made.device({ device: { kind } });
  const first = own.device.open().relevo;
  await made.clock.pass(100);
  await within(made, 2_000, first.signIn(made.token('ana')));
  first.cart.add({ sku: 'A', quantity: 2 });
  await within(made, 1_000, first.flush());
  await first.stop();
  own.line.setOnline(false);
  return { made, ...own };
};

test('cold start of a shared device: nothing is shown until a token of the same customer comes, also offline', async () => {
  const { made, device } = await leftSignedIn('shared');
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual({});
  expect(relevo.identity.current.kind).toBe('guest');
  await within(made, 100, relevo.signIn(made.token('ana')));
  expect(cartOf(relevo)).toEqual({ A: 2 });
  expect(relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
  await relevo.stop();
});

test('cold start of a shared device with the token of another customer shows nothing of the first', async () => {
  const { made, device, line } = await leftSignedIn('shared');
  line.setOnline(true);
  const { relevo } = device.open({ getToken: () => made.token('bob') });
  await made.clock.pass(5_000);
  expect(relevo.identity.current).toMatchObject({ customerId: 'bob' });
  expect(cartOf(relevo)).toEqual({});
  await relevo.stop();
});

test('what is written on a shared device before the token comes joins the customer, also offline', async () => {
  const { made, device, line } = await leftSignedIn('shared');
  const page = device.open();
  await made.clock.pass(100);
  page.relevo.cart.add({ sku: 'A' });
  page.relevo.cart.add({ sku: 'B' });
  expect(cartOf(page.relevo)).toEqual({ A: 1, B: 1 });
  await within(made, 100, page.relevo.signIn(made.token('ana')));
  expect(cartOf(page.relevo)).toEqual({ A: 3, B: 1 });
  line.setOnline(true);
  page.signal('online');
  await within(made, 3_000, page.relevo.flush());
  expect(cartOf(page.relevo)).toEqual({ A: 3, B: 1 });
  await page.relevo.stop();
});

test('cold start of a personal device shows the customer at once, offline and without a token', async () => {
  const { made, device } = await leftSignedIn('personal');
  const { relevo } = device.open();
  await within(made, 10, relevo.ready);
  expect(cartOf(relevo)).toEqual({ A: 2 });
  expect(relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
  await relevo.stop();
});

test('a token that comes while the old one is being refused is kept', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  await within(made, 2_000, relevo.signIn(made.token('ana', 1)));
  await made.clock.pass(1_000);
  made.expire(made.token('ana', 1));
  const release = line.hold();
  const change = relevo.cart.add({ sku: 'A' });
  await made.clock.pass(200);
  const signedIn = relevo.signIn(made.token('ana', 2));
  await made.clock.pass(10);
  release();
  await within(made, 2_000, signedIn);
  await within(made, 5_000, change.synced);
  expect(relevo.status).toMatchObject({ connection: 'online', pending: 0 });
  await relevo.stop();
});
