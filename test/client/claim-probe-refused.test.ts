import { expect, test } from 'vitest';
import { cartOf, within, world } from './world.ts';

test('one change that the server cannot read costs a guest who gives way that one alone, and ends no sign-in', async () => {
  const made = world();
  let [isLost, isStrict] = [false, false];
  const refusal = { code: 'request/malformed', message: 'It is not known here.', retryable: false };
  const own = made.device({ device: { kind: 'personal' } }, (ports) => ({
    ...ports,
    transport: {
      ...ports.transport,
      async post(path, body, options) {
        if (isStrict && body.includes('BAD')) return { status: 400, body: JSON.stringify(refusal), retryAfterMs: null };
        const reply = await ports.transport.post(path, body, options);
        if (isLost && body.includes('"claim":{')) throw new Error('lost');
        return reply;
      },
    },
  }));
  const { relevo } = own.device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'A', quantity: 2 });
  await within(made, 1_000, relevo.flush());
  isLost = true;
  relevo.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(1_000);
  isLost = false;
  own.line.setOnline(false);
  isStrict = true;
  for (const sku of ['S1', 'S2', 'BAD', 'S3']) relevo.cart.add({ sku });
  await made.clock.pass(1_000);
  relevo.signOut().catch(() => {});
  await made.clock.pass(4_000);
  own.line.setOnline(true);
  await made.clock.pass(600_000);
  expect([cartOf(relevo), relevo.status.pending]).toEqual([{ S1: 1, S2: 1, S3: 1 }, 0]);
  await within(made, 4_000, relevo.signIn(made.token('ben')));
  expect(relevo.identity.current.customerId).toBe('ben');
  await relevo.stop();
});
