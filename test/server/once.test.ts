import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signed, startChannels, withKey } from './channel-world.ts';
import { createClock } from './core-world.ts';
import type { HttpWorld } from './http-world.ts';

const dayMs = 86_400_000;

let world: HttpWorld;
let clock: ReturnType<typeof createClock>;
beforeEach(async () => {
  clock = createClock(Math.floor(Date.now() / 1_000) * 1_000);
  world = await startChannels({ clock });
});
afterEach(() => world.stop());

const answer = ({ status, code }: { status: number; code?: unknown }) => [status, code];

describe('the key of a request that may come again', () => {
  const scan = (quantity: number) =>
    withKey(world, '/v1/customers/ana/changes', {
      body: { channel: 'pos', changes: [{ type: 'add', collection: 'cart', item: { sku: 'SOFA', quantity } }] },
      headers: { 'idempotency-key': 'same' },
    });
  const sofas = async () =>
    ((await withKey(world, '/v1/customers/ana/cart')).json?.entries as { quantity: number }[] | undefined)?.[0]
      ?.quantity;

  it('stands for it a day, to the millisecond, and then for another one', async () => {
    await scan(1);
    clock.jump(dayMs - 1);
    await scan(1);
    expect([await sofas(), answer(await scan(2))]).toEqual([1, [422, 'request/idempotency']]);
    clock.jump(1);
    expect([(await scan(2)).status, await sofas()]).toEqual([200, 3]);
  });

  it('stands for a webhook a day too', async () => {
    const send = (orderId: string) => {
      const text = JSON.stringify({
        site: 'pk_a',
        customerId: 'ana',
        orderId,
        lines: [{ sku: 'SOFA', quantity: 1 }],
      });
      return world.post(text, signed(text, { atMs: clock.now() }), '/v1/orders/complete');
    };
    expect((await send('N-1')).status).toBe(200);
    clock.jump(dayMs - 1);
    expect(answer(await send('N-2'))).toEqual([422, 'request/idempotency']);
    clock.jump(1);
    expect((await send('N-2')).status).toBe(200);
  });
});

it('webhooks of a site have a rate, well signed as they are, and it is their own', async () => {
  const many = { burst: 1_000, perSecond: 1_000 };
  const rates = { customer: many, address: many, site: many, key: { burst: 2, perSecond: 0.001 } };
  const other = await startChannels({ clock, rates });
  const order = { customerId: 'ana', site: 'pk_a', lines: [{ sku: 'SOFA', quantity: 1 }] };
  const send = async (n: number) => {
    const text = JSON.stringify({ ...order, orderId: `N-${n}` });
    const headers = signed(text, { id: `msg_${n}`, atMs: clock.now() });
    return answer(await other.post(text, headers, '/v1/orders/complete'));
  };
  expect([await send(1), await send(2), await send(3)]).toEqual([
    [200, undefined],
    [200, undefined],
    [429, 'request/rate'],
  ]);
  expect((await withKey(other, '/v1/orders/complete', { body: { ...order, orderId: 'N-4' } })).status).toBe(200);
  await other.stop();
});
