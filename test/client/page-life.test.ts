import { expect, test } from 'vitest';
import { cartOf, world } from './world.ts';

test('a page that goes away sends what is numbered by beacon, without asking for a token, and the server has it', async () => {
  const made = world();
  let asked = 0;
  const getToken = () => {
    asked++;
    return made.token('ana');
  };
  const { device, line } = made.device({ getToken });
  const page = device.open();
  await made.clock.pass(1_000);
  line.setFaults({ requestLost: 1 });
  page.relevo.cart.add({ sku: 'SOFA', quantity: 2 });
  await made.clock.pass(200);
  expect(page.relevo.status.pending).toBe(1);
  const before = asked;
  page.signal('pagehide');
  page.kill();
  await made.clock.pass(200);
  expect(line.requests.at(-1)?.path).toBe('/v1/beacon');
  expect(asked).toBe(before);

  const other = made.device({ getToken }).device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(other)).toEqual({ SOFA: 2 });
  line.setFaults({});
  const again = device.open().relevo;
  await made.clock.pass(3_000);
  expect([cartOf(again), again.status.pending]).toEqual([{ SOFA: 2 }, 0]);
  await Promise.all([other.stop(), again.stop()]);
});

test('a beacon carries the longest run that fits 48 KiB, and no guest that is being claimed', async () => {
  const made = world();
  const { device, line } = made.device({ getToken: () => made.token('ana') });
  const page = device.open();
  await made.clock.pass(1_000);
  line.setFaults({ requestLost: 1 });
  for (let at = 0; at < 20; at++) page.relevo.preferences.set(`key${at}`, 'x'.repeat(4_000));
  await made.clock.pass(200);
  page.signal('pagehide');
  await made.clock.pass(200);
  const [beacon] = line.requests.filter(({ path }) => path === '/v1/beacon');
  const { ops } = JSON.parse(beacon?.body ?? '{"ops":[]}') as { ops: { q: number }[] };
  expect(new TextEncoder().encode(beacon?.body).length).toBeLessThanOrEqual(49_152);
  expect(ops.length).toBeGreaterThan(8);
  expect(ops.length).toBeLessThan(13);
  expect(ops.map(({ q }) => q)).toEqual(ops.map((_, at) => (ops[0]?.q ?? 0) + at));
  await page.relevo.stop();
});
