import { describe, expect, it } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import { down, livePage, refused, timedPage, withMore } from './timed-page.ts';
import { cartOf, within } from './world.ts';

/** A page with its live channel, and another device of the same customer. */
const twoDevices = async (options: Parameters<typeof timedPage>[0] = {}) => {
  const page = await livePage(options);
  const { made } = page;
  const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await page.during(1_000);
  const add = (sku: string) => within(made, 200, other.cart.add({ sku }).synced);
  const stop = () => Promise.all([page.relevo.stop(), other.stop()]);
  return { ...page, other, add, stop, socket: () => page.sockets.at(-1) };
};
const isClosed = ({ sockets }: { sockets: readonly { isClosed: boolean }[] }) => sockets.map((one) => one.isClosed);
const heard = (relevo: Relevo) => {
  const causes: string[] = [];
  relevo.cart.bind({ write: ({ cause }) => void causes.push(cause) });
  return causes;
};

describe('a live channel', () => {
  it('that opens is a reason to ask at once, and to look anew as often as at first when it is gone', async () => {
    const page = await timedPage();
    await page.during(105_000);
    expect(await page.during(0, () => page.sockets.at(-1)?.open())).toEqual([0]);
    expect(await page.during(130_000)).toEqual([60_000, 120_000]);
    page.sockets.at(-1)?.on.close();
    expect(await page.during(40_000)).toEqual([500, 15_500]);
    await page.relevo.stop();
  });
  it('is asked for once, by a page that has none', async () => {
    const page = await twoDevices();
    const before = page.sent.length;
    await page.during(130_000);
    expect(page.sent.slice(before).map(({ live }) => live)).toEqual([undefined, undefined]);
    expect(isClosed(page)).toEqual([false]);
    await page.stop();
  });
  it('brings what another device changed without a request, and tells the shop', async () => {
    const { relevo, add, stop, during } = await twoDevices();
    const causes = heard(relevo);
    await during(500);
    expect(await during(300, () => void add('SOFA'))).toEqual([]);
    expect([cartOf(relevo), causes]).toEqual([{ SOFA: 1 }, ['remote']]);
    await stop();
  });
  it('brings nothing while an exchange is under way: that is followed by another', async () => {
    const { relevo, add, stop, during, holdNext, page } = await twoDevices();
    const answer = holdNext();
    await during(0, () => page.signal('visible'));
    await add('SOFA');
    expect(cartOf(relevo)).toEqual({});
    expect(await during(0, answer)).toEqual([0]);
    expect(cartOf(relevo)).toEqual({ SOFA: 1 });
    await stop();
  });
  it('that skipped something is a reason to ask at once, one that repeats itself is none', async () => {
    const { relevo, add, stop, during, socket } = await twoDevices();
    const missed: string[] = [];
    const { on } = socket() ?? expect.unreachable();
    Object.assign(socket() ?? {}, { hear: (text: string) => void missed.push(text) });
    await add('ONE');
    await add('TWO');
    expect(await during(0, () => on.message(missed.at(-1) ?? ''))).toEqual([0]);
    expect(cartOf(relevo)).toEqual({ ONE: 1, TWO: 1 });
    expect(await during(0, () => on.message(missed[0] ?? ''))).toEqual([]);
    await stop();
  });
  it('is not opened by an answer that does not continue what is here', async () => {
    const page = await timedPage();
    page.line.answering = (serve) => withMore(serve, { from: 7 });
    await page.during(0);
    expect([page.sent.at(-1)?.live, page.sockets]).toEqual([true, []]);
    await page.relevo.stop();
  });
});

describe('the page that has the live channel', () => {
  it('gives it up when it goes away, and asks for it anew when it comes back', async () => {
    const page = await livePage();
    await page.during(0, () => page.page.signal('pagehide'));
    expect(isClosed(page)).toEqual([true]);
    await page.during(0, () => page.page.signal('pageshow'));
    expect(isClosed(page)).toEqual([true, false]);
    await page.relevo.stop();
  });
  it('sends what waits when it is hidden, and keeps the channel for a minute', async () => {
    const page = await livePage();
    expect(await page.during(59_999, () => page.page.setVisible(false))).toEqual([0]);
    expect(isClosed(page)).toEqual([false]);
    await page.during(1);
    expect(isClosed(page)).toEqual([true]);
    await page.relevo.stop();
  });
  it('asks for it anew with the first request when it comes back into view', async () => {
    const page = await livePage();
    await page.during(61_000, () => page.page.setVisible(false));
    const before = page.sent.length;
    await page.during(0, () => page.page.setVisible(true));
    expect([page.sent[before]?.live, isClosed(page)]).toEqual([true, [true, false]]);
    await page.relevo.stop();
  });
  it('of a guest has it for the customer with the answer that signs in', async () => {
    const page = await timedPage({ isGuest: true });
    await page.during(1_000);
    const before = page.sent.length;
    await within(page.made, 0, page.relevo.signIn(page.made.token('ana')));
    expect([page.sent.length - before, page.sockets.length]).toEqual([1, 1]);
    await page.relevo.stop();
  });
  it('closes it when its customer leaves, also when the server hears nothing of that', async () => {
    const page = await livePage();
    page.line.answering = down;
    await page.during(0, () => page.relevo.signOut());
    expect(isClosed(page)).toEqual([true]);
    await page.relevo.stop();
  });
  it('closes it when it stops, also one that came after the page was left', async () => {
    const page = await timedPage({ isGuest: true });
    await page.during(1_000);
    const answer = page.holdNext();
    const signingIn = page.relevo.signIn(page.made.token('ana'));
    await page.during(0);
    page.page.signal('pagehide');
    answer();
    await within(page.made, 0, signingIn);
    expect(isClosed(page)).toEqual([false]);
    await page.relevo.stop();
    expect(isClosed(page)).toEqual([true]);
  });
  it('says nothing on `offline`: that is no proof of anything', async () => {
    const page = await livePage();
    expect(await page.during(10_000, () => page.page.signal('offline'))).toEqual([]);
    expect(isClosed(page)).toEqual([false]);
    await page.relevo.stop();
  });
  it.each(['visible', 'pageshow', 'online'] as const)('asks it for a sign of life on %s', async (sign) => {
    const page = await livePage();
    Object.assign(page.sockets[0] ?? {}, { isMute: true });
    await page.during(1_499, () => page.page.signal(sign));
    expect(isClosed(page)).toEqual([false]);
    await page.during(1);
    expect(isClosed(page)).toEqual([true]);
    await page.relevo.stop();
  });
  it('takes it over from a page that is gone with its next look, and looks again at once', async () => {
    const page = await livePage();
    const second = page.device.open();
    await page.during(2_000);
    page.page.kill();
    const before = page.sent.length;
    expect(await page.during(20_000)).toEqual([13_000, 13_000]);
    expect(page.sent.slice(before).map(({ live }) => live)).toEqual([undefined, true]);
    await second.relevo.stop();
  });
});

describe('a page whose customer may not be shown', () => {
  it('has no live channel', async () => {
    const page = await livePage();
    page.line.answering = () => refused(401, 'auth/expired');
    await page.during(0, () => page.page.signal('visible'));
    expect([isClosed(page), page.relevo.status.connection]).toEqual([[true], 'needs-token']);
    await page.relevo.stop();
  });
});
