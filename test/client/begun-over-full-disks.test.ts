import { expect, test } from 'vitest';
import { within, world } from './world.ts';

test('a checkout has what its page added before it, also where the store was full and is just making room', async () => {
  const made = world();
  const { clock } = made;
  const { device } = made.device({ getToken: () => made.token('ana'), consent: { personalization: 'granted' } });
  let refusals = 0;
  // As IndexedDB does, one transaction after the other.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = last.then(() => new Promise<void>((done) => void clock.timer(20, done))).then(run);
    last = turn.catch(() => {});
    return turn;
  };
  device.setOpen(async (handle) => ({
    ...handle,
    read: (body) => inTurn(() => handle.read(body)),
    write: (body, options) =>
      inTurn(async () => {
        if (refusals-- > 0) throw new DOMException('the disk is full', 'QuotaExceededError');
        return handle.write(body, options);
      }),
  }));
  const { relevo } = device.open();
  await clock.pass(2_000);
  for (let at = 0; at < 10; at++) relevo.browsing.view({ kind: 'product', id: `P${at}` });
  relevo.cart.add({ sku: 'SOFA' });
  await clock.pass(3_000);
  refusals = 1;
  relevo.cart.add({ sku: 'LAMP', quantity: 2 });
  await clock.pass(5);
  const { lines } = await within(made, 3_000, relevo.checkout.begin());
  expect(lines.map(({ sku, quantity }) => [sku, quantity]).sort()).toEqual([
    ['LAMP', 2],
    ['SOFA', 1],
  ]);
  await relevo.stop();
});
