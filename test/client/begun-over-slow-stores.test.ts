import { expect, test } from 'vitest';
import { within, world } from './world.ts';

test.each([0, 50, 120, 150, 200, 250, 350])(
  'a checkout has what its page added before it, also where a request was being formed without that for %i ms',
  async (laterMs) => {
    const made = world();
    const { clock } = made;
    const { device } = made.device({ getToken: () => made.token('ana') });
    // As IndexedDB does, one transaction after the other.
    let last: Promise<unknown> = Promise.resolve();
    const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
      const turn = last.then(() => new Promise<void>((done) => void clock.timer(100, done))).then(run);
      last = turn.catch(() => {});
      return turn;
    };
    device.setOpen(async (handle) => ({
      ...handle,
      read: (body) => inTurn(() => handle.read(body)),
      write: (body, options) => inTurn(() => handle.write(body, options)),
    }));
    const { relevo } = device.open();
    await clock.pass(5_000);
    relevo.cart.add({ sku: 'SOFA' });
    await clock.pass(laterMs);
    relevo.cart.add({ sku: 'LAMP', quantity: 2 });
    const { lines } = await within(made, 5_000, relevo.checkout.begin());
    expect(lines.map(({ sku, quantity }) => [sku, quantity]).sort()).toEqual([
      ['LAMP', 2],
      ['SOFA', 1],
    ]);
    await relevo.stop();
  },
);
