import { expect, test } from 'vitest';
import { cartOf, world } from './world.ts';

/** Two devices of one customer, the second with a live channel. */
const twoDevices = async () => {
  const made = world();
  const getToken = () => made.token('ana');
  const first = made.device({ getToken }).device.open().relevo;
  const { device, line } = made.device({ getToken });
  const page = device.open();
  await made.clock.pass(1_000);
  return { ...made, first, page, line, stop: () => Promise.all([first.stop(), page.relevo.stop()]) };
};

test.each(['visible', 'pageshow', 'online'] as const)(
  'on %s a device whose live channel died without a word asks the server at once',
  async (signal) => {
    const { clock, first, page, line, stop } = await twoDevices();
    line.freezeLive();
    first.cart.add({ sku: 'SOFA' });
    await clock.pass(2_000);
    expect(cartOf(page.relevo)).toEqual({});
    page.signal(signal);
    await clock.pass(500);
    expect(cartOf(page.relevo)).toEqual({ SOFA: 1 });
    await stop();
  },
);

test('and its live channel, asked for a sign of life, is replaced: the next change comes by it', async () => {
  const { clock, first, page, line, stop } = await twoDevices();
  line.freezeLive();
  page.signal('visible');
  await clock.pass(13_000);
  const requests = line.requests.length;
  first.cart.add({ sku: 'LAMP' });
  await clock.pass(300);
  expect(cartOf(page.relevo)).toEqual({ LAMP: 1 });
  expect(line.requests.length).toBe(requests);
  await stop();
});

test('a live channel that answers is kept', async () => {
  const { clock, page, line, stop } = await twoDevices();
  page.signal('visible');
  await clock.pass(500);
  const requests = line.requests.length;
  await clock.pass(20_000);
  expect(line.requests.length).toBe(requests);
  await stop();
});
