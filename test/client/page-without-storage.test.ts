import { expect, test } from 'vitest';
import type { SyncRequest } from '../../src/protocol/messages.ts';
import { within, world } from './world.ts';

test('pages that can store nothing at all do not claim a new guest each', async () => {
  const requests: SyncRequest[] = [];
  const made = world({ received: (body: string) => void requests.push(JSON.parse(body) as SyncRequest) });
  const { device } = made.device({ getToken: () => made.token('ana') });
  device.setOpen(() => Promise.reject(new Error('denied')));
  Object.defineProperty(device.marker, 'text', { get: () => null, set() {} });
  for (let at = 0; at < 3; at++) {
    const { relevo } = device.open();
    await made.clock.pass(5_000);
    expect(relevo.identity.current.kind).toBe('customer');
    await within(made, 3_000, relevo.stop());
  }
  const guests = requests.flatMap(({ claim }) => (claim ? [claim.guest] : []));
  expect(guests).toEqual([]);
});
