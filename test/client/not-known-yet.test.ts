import { expect, test } from 'vitest';
import { lockedDevice } from './locked-device.ts';
import { cartOf, within, world } from './world.ts';

/** A shared device with a customer, whose page says at first that it does not know yet who is here. */
const notKnownYet = async (then: (made: Awaited<ReturnType<typeof lockedDevice>>['made']) => string | null) => {
  const { made, device } = await lockedDevice();
  let isKnown = false;
  let asked = 0;
  const page = device.open({
    getToken: () => {
      asked++;
      return isKnown ? then(made) : undefined;
    },
  });
  await made.clock.pass(10_000);
  expect([page.relevo.identity.current.customerId, page.relevo.status.isReady]).toEqual([undefined, false]);
  return {
    made,
    device,
    ...page,
    asked: () => asked,
    know: () => {
      isKnown = true;
    },
  };
};

test('a shared device whose page did not know yet who is here signs its customer out when the page says that nobody is', async () => {
  const { made, device, relevo, know } = await notKnownYet(() => null);
  know();
  await made.clock.pass(60_000);
  expect([relevo.status.isReady, cartOf(relevo)]).toEqual([true, {}]);
  await relevo.stop();
  // Nothing of her is left there for the next page.
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect([next.status.isReady, cartOf(next)]).toEqual([true, {}]);
  await next.stop();
});

test('a shared device whose page did not know yet who is here shows its customer when the page does', async () => {
  const { made, relevo, know } = await notKnownYet((made) => made.token('ana'));
  know();
  await made.clock.pass(60_000);
  expect([relevo.identity.current.customerId, cartOf(relevo)]).toEqual(['ana', { SOFA: 1 }]);
  await relevo.stop();
});

test('a page that never knows who is here is asked once a minute in the end, and not after it has stopped', async () => {
  const { made, relevo, asked } = await notKnownYet(() => null);
  await made.clock.pass(600_000);
  const before = asked();
  await made.clock.pass(600_000);
  expect(asked() - before).toBe(10);
  await relevo.stop();
  await made.clock.pass(600_000);
  expect(asked() - before).toBe(10);
});

test('it is asked in one chain, however many come and go in another tab, and not after it has stopped', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'shared' } });
  let asked = 0;
  const locked = device.open({
    getToken: () => {
      asked++;
      return undefined;
    },
  });
  const other = device.open({}).relevo;
  await made.clock.pass(1_000);
  for (const name of ['ben', 'ana', 'ben', 'ana', 'ben', 'ana']) {
    await within(made, 4_000, other.signIn(made.token(name)));
    await made.clock.pass(1_000);
  }
  await made.clock.pass(600_000);
  asked = 0;
  await made.clock.pass(600_000);
  expect(asked).toBeLessThanOrEqual(10);
  await locked.relevo.stop();
  expect(locked.pendingTimers).toBe(0);
  await other.stop();
});
