import { describe, expect, it } from 'vitest';
import type { HttpReply } from '../../src/client/ports.ts';
import type { Line } from '../../src/testing/virtual-network.ts';
import type { WorldOptions } from '../../src/testing/virtual-world.ts';
import { cartOf, within, world } from './world.ts';

/** A customer's page, and when its requests reached the server, in whole seconds from its opening. */
const openPage = async (options: { hasLive?: boolean; change?: (line: Line) => void } = {}) => {
  const times: number[] = [];
  let startMs = 0;
  const received: WorldOptions['received'] = (_, atMs) => void times.push(Math.round((atMs - startMs) / 1_000));
  const made = world({ received });
  const { device, line } = made.device({ getToken: () => made.token('ana') });
  // A network that lets no socket through, and does not say so.
  if (!options.hasLive) Object.assign(line.transport, { connect: () => ({ send: () => {}, close: () => {} }) });
  options.change?.(line);
  startMs = made.clock.now();
  const page = device.open();
  await made.clock.pass(2_000);
  return { made, page, line, relevo: page.relevo, times };
};

/** The server's answers with something more in them. */
const answeringWith = (more: () => object | undefined) => (line: Line) => {
  const { post } = line.transport;
  Object.assign(line.transport, {
    post: async (...args: Parameters<typeof post>): Promise<HttpReply> => {
      const reply = await post(...args);
      const added = more();
      return added ? { ...reply, body: JSON.stringify({ ...JSON.parse(reply.body), ...added }) } : reply;
    },
  });
};

describe('a page without a live channel', () => {
  it('asks after 15 s, then half as often each time, and at least every five minutes', async () => {
    const { made, relevo, times } = await openPage();
    const before = times.length;
    await made.clock.pass(1_100_000);
    expect(times.slice(before)).toEqual([15, 45, 105, 225, 465, 765, 1_065]);
    await relevo.stop();
  });
  it.each(['visible', 'pageshow', 'online'] as const)(
    'asks at once and as often as at first after %s',
    async (signal) => {
      const { made, page, relevo, times } = await openPage();
      await made.clock.pass(300_000);
      const before = times.length;
      page.signal(signal);
      await made.clock.pass(60_000);
      expect(times.slice(before)).toEqual([302, 317, 347]);
      await relevo.stop();
    },
  );
  it('asks no more while nobody looks at it', async () => {
    const { made, page, relevo, times } = await openPage();
    page.setVisible(false);
    await made.clock.pass(20_000);
    const before = times.length;
    await made.clock.pass(1_000_000);
    expect(times.slice(before)).toEqual([]);
    page.setVisible(true);
    page.signal('visible');
    await made.clock.pass(1_000);
    expect(times.length).toBeGreaterThan(before);
    await relevo.stop();
  });
  it('asks no more once it has stopped', async () => {
    const { made, page, relevo, times } = await openPage();
    await relevo.stop();
    const before = times.length;
    for (const signal of ['visible', 'online', 'hidden'] as const) page.signal(signal);
    await made.clock.pass(1_000_000);
    expect([times.length, relevo.status.connection]).toEqual([before, 'stopped']);
  });
});

describe('a page with a live channel', () => {
  it('asks once a minute, in case a push was lost', async () => {
    const { made, relevo, times } = await openPage({ hasLive: true });
    const before = times.length;
    await made.clock.pass(185_000);
    expect(times.slice(before)).toEqual([60, 120, 180]);
    await relevo.stop();
  });
});

describe('a server that wants to be left alone', () => {
  it('is, for as long as it says: what changes meanwhile waits and then arrives', async () => {
    let wait: number | undefined = 40_000;
    const { made, page, relevo, times } = await openPage({
      change: answeringWith(() => (wait ? { wait } : undefined)),
    });
    const before = times.length;
    wait = undefined;
    relevo.cart.add({ sku: 'SOFA' });
    page.signal('visible');
    await made.clock.pass(36_000);
    expect([times.length, relevo.status.pending]).toEqual([before, 1]);
    await within(made, 10_000, relevo.flush());
    expect([relevo.status.pending, cartOf(relevo)]).toEqual([0, { SOFA: 1 }]);
    expect(times[before]).toBe(40);
    await relevo.stop();
  });
});

describe('the status', () => {
  it('says when the last exchange was', async () => {
    const { made, relevo } = await openPage();
    const first = relevo.status.lastSyncedAt ?? 0;
    expect(made.clock.now() - first).toBeLessThan(2_000);
    await made.clock.pass(16_000);
    expect(relevo.status.lastSyncedAt).toBeGreaterThan(first + 10_000);
    await relevo.stop();
  });
});
