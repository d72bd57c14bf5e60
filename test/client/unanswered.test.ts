import { expect, test } from 'vitest';
import { slowStore } from './slow-store.ts';
import { cartOf, within, world } from './world.ts';

/** Ana's page: her token has ended, and the shop's `getToken` does not answer for another one. */
const unanswered = async (kind: 'personal' | 'shared' | 'kiosk') => {
  const made = world();
  let answer: Promise<string> | string = made.token('ana', 1);
  const { relevo } = made.device({ device: { kind }, getToken: () => answer }).device.open();
  await made.clock.pass(1_000);
  expect(relevo.identity.current.customerId).toBe('ana');
  made.expire(made.token('ana', 1));
  answer = new Promise(() => {});
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  expect(relevo.status).toMatchObject({ connection: 'needs-token', pending: 1 });
  return { made, relevo };
};

test.each(['personal', 'shared', 'kiosk'] as const)(
  'whoever signs in next on a %s device does not wait for what a page does not answer of who left',
  async (kind) => {
    const { made, relevo } = await unanswered(kind);
    const left = relevo.signOut({ unsynced: 'drop' });
    await made.clock.pass(50);
    await within(made, 3_500, Promise.all([left, relevo.signIn(made.token('ben'))]));
    relevo.cart.add({ sku: 'LAMP' });
    await within(made, 1_000, relevo.flush());
    expect([relevo.identity.current.customerId, cartOf(relevo)]).toEqual(['ben', { LAMP: 1 }]);
    await relevo.stop();
  },
);

test('a token that is handed in goes out at once, whatever the page has not answered', async () => {
  const { made, relevo } = await unanswered('personal');
  await within(made, 1_000, relevo.signIn(made.token('ana', 2)));
  await within(made, 1_000, relevo.flush());
  expect(relevo.status).toMatchObject({ connection: 'online', pending: 0 });
  await relevo.stop();
});

test.each(['personal', 'shared', 'kiosk'] as const)(
  'a token that the page of a guest on a %s device answers after a sign-out, and was asked for before it, signs nobody in',
  async (kind) => {
    const made = world();
    const calls: ((token: string | null) => void)[] = [];
    const getToken = () => new Promise<string | null>((answer) => void calls.push(answer));
    const { relevo } = made.device({ device: { kind }, getToken }).device.open();
    await made.clock.pass(1_000);
    relevo.cart.add({ sku: 'SOFA' });
    await within(made, 3_500, relevo.signOut());
    await made.clock.pass(500);
    calls[0]?.(made.token('ana', 1));
    await made.clock.pass(1_000);
    expect([relevo.identity.current.kind, calls.length]).toEqual(['guest', 2]);
    calls[1]?.(null);
    await made.clock.pass(1_000);
    expect(relevo.identity.current.kind).toBe('guest');
    await relevo.stop();
  },
);

test.each(['personal', 'shared'] as const)(
  'on a %s device nothing is ready while somebody is signed in whom the page does not answer for',
  async (kind) => {
    const made = world();
    const other = made.device().device.open().relevo;
    await within(made, 1_000, other.signIn(made.token('ana')));
    other.cart.add({ sku: 'SOFA' });
    await made.clock.pass(1_000);
    const { device } = made.device({ device: { kind }, getToken: () => new Promise<string>(() => {}) });
    const by = slowStore(device, made);
    const { relevo } = device.open();
    await made.clock.pass(500);
    by.readMs = 200;
    const seen: unknown[] = [];
    relevo.on('status', ({ isReady }) => void (isReady && seen.push(cartOf(relevo))));
    await within(made, 3_000, relevo.signIn(made.token('ana', 2)));
    expect(new Set(seen.map((cart) => JSON.stringify(cart)))).toEqual(new Set(['{"SOFA":1}']));
    await Promise.all([relevo.stop(), other.stop()]);
  },
);
