import { describe, expect, it } from 'vitest';
import { copyOf, restoreTo } from './device-disk.ts';
import { openPage, refused, timedPage, withMore } from './timed-page.ts';
import { cartOf, standOf, within, world } from './world.ts';

describe('a page that opens', () => {
  it('is connecting until the server has answered', async () => {
    const page = await timedPage();
    const go = page.holdNext();
    await page.during(1_000);
    expect([page.relevo.status.connection, page.relevo.status.lastSyncedAt]).toEqual(['connecting', null]);
    go();
    await page.during(0);
    expect([page.relevo.status.connection, page.relevo.status.lastSyncedAt]).toEqual(['online', page.made.clock.now()]);
    await page.relevo.stop();
  });
  it('with a token signs in, gets a live channel, and looks once more: three requests and no other', async () => {
    const page = await timedPage();
    expect(await page.during(10_000)).toEqual([0, 0, 0]);
    await page.relevo.stop();
  });
  it('of a guest who stays on the device sends nothing and waits for nothing', async () => {
    const page = await openPage({ isGuest: true, guest: 'local' });
    expect(await page.during(1_000, () => page.relevo.cart.add({ sku: 'A' }))).toEqual([]);
    expect([page.relevo.status.pending, page.page.pendingTimers]).toEqual([1, 0]);
    await page.relevo.stop();
  });
  it('of a customer whom nobody may see waits for a token, not for the server', async () => {
    const page = await openPage();
    await page.relevo.stop();
    page.sent.length = 0;
    const next = page.device.open({ getToken: () => undefined });
    expect(await page.during(600_000)).toEqual([]);
    // The one in which the page is asked again.
    expect([next.relevo.status.isReady, next.pendingTimers]).toEqual([false, 1]);
    await next.relevo.stop();
  });
  it('of a new guest asks nothing before it has something to say', async () => {
    const page = await timedPage({ isGuest: true });
    expect(await page.during(600_000)).toEqual([]);
    expect(await page.during(0, () => page.relevo.cart.add({ sku: 'A' }))).toEqual([0]);
    await page.relevo.stop();
  });
  it('shows what a guest had as restored when the store was lost since, and what comes later as news', async () => {
    const page = await openPage({ isGuest: true });
    await page.during(0, () => page.relevo.cart.add({ sku: 'OLD' }));
    await page.relevo.stop();
    page.device.wipe();
    const { relevo } = page.device.open();
    const [restored, causes]: [string[][], string[]] = [[], []];
    relevo.on('restore', ({ lines }) => restored.push(lines.map(({ sku }) => sku)));
    relevo.cart.bind({ write: ({ cause }) => void causes.push(cause) });
    await page.during(1_000);
    page.line.answering = (serve, { cur }) =>
      withMore(serve, { cur, ent: [['preferences', 'currency', 9, { v: 'EUR', s: [1, 'x', 1] }]] });
    await page.during(60_000);
    expect([restored, causes, cartOf(relevo)]).toEqual([[['OLD']], ['restore'], { OLD: 1 }]);
    await relevo.stop();
  });
});

describe('what is written', () => {
  it('while an exchange is under way goes with the next, at once', async () => {
    const page = await openPage();
    const go = page.holdNext();
    await page.during(0, () => page.relevo.cart.add({ sku: 'A' }));
    const change = page.relevo.cart.add({ sku: 'B' });
    expect(await page.during(1_000)).toEqual([]);
    expect(await page.during(0, go)).toEqual([0]);
    expect([await standOf(change.synced), page.relevo.status]).toMatchObject(['done', { pending: 0 }]);
    await page.relevo.stop();
  });
  it('is synced no earlier than the status says so', async () => {
    const page = await openPage();
    page.line.answering = () => refused(503, 'server/busy');
    const change = page.relevo.cart.add({ sku: 'A' });
    await page.during(100);
    page.line.answering = undefined;
    const seen = change.synced.then(() => [page.relevo.status.connection, page.relevo.status.lastSyncedAt]);
    await page.during(1_000);
    expect(await seen).toEqual(['online', page.made.clock.now() - 600]);
    await page.relevo.stop();
  });
  it('and held back for want of consent is no reason to ask the server', async () => {
    const page = await openPage();
    page.relevo.browsing.view({ kind: 'product', id: 'A' });
    expect(await page.during(13_000, () => page.relevo.cart.add({ sku: 'A' }))).toEqual([0]);
    expect([page.sent.at(-1)?.ops.length, page.relevo.status.held]).toEqual([1, { personalization: 1 }]);
    await page.relevo.stop();
  });
  it('and not answered, though the server answers, goes again each second', async () => {
    const page = await openPage();
    page.line.answering = (serve) => withMore(serve, { acks: [] });
    expect(await page.during(2_500, () => page.relevo.cart.add({ sku: 'A' }))).toEqual([0, 1_000, 2_000]);
    await page.relevo.stop();
  });
  it('and refused is shown no longer, and the shop hears of it, whatever else was taken', async () => {
    const page = await openPage();
    const causes: string[] = [];
    page.relevo.cart.bind({ write: ({ cause }) => void causes.push(cause) });
    page.line.answering = (serve, { ops }) =>
      withMore(serve, {
        ent: [],
        acks: ops.map(({ i }, at) => (at ? [i, 'rejected', 'change/too-many'] : [i, 'ok'])),
      });
    page.relevo.preferences.set('a', 1);
    const change = page.relevo.cart.add({ sku: 'A' });
    await page.during(0);
    expect([await standOf(change.synced), cartOf(page.relevo), causes]).toEqual(['change/too-many', {}, ['remote']]);
    await page.relevo.stop();
  });
  it.each(['ok', 'dup'])('and taken, %s, restores nothing where nothing came', async (status) => {
    const page = await openPage({ isGuest: true });
    await page.during(0, () => page.relevo.preferences.set('a', 1));
    await page.relevo.stop();
    page.device.wipe();
    const { relevo } = page.device.open();
    const restored: unknown[] = [];
    relevo.on('restore', (event) => restored.push(event));
    page.line.answering = (serve, { ops }) => withMore(serve, { ent: [], acks: ops.map(({ i }) => [i, status]) });
    relevo.preferences.set('b', 2);
    await page.during(0);
    expect([relevo.status.pending, page.sent.flatMap(({ ops }) => ops).length, restored]).toEqual([0, 2, []]);
    await relevo.stop();
  });
});

describe('an answer that is not the last word', () => {
  it.each<[string, object]>([
    ['continues something else than what is here', { from: 999 }],
    ['says that the server saw a fork', { fork: true }],
    ['says that a change is missing before these', { gap: 1 }],
  ])('for it %s is followed by another exchange at once', async (_, more) => {
    const page = await openPage();
    page.answerNext((serve) => withMore(serve, more));
    expect(await page.during(1_000, () => page.page.signal('visible'))).toEqual([0, 0]);
    await page.relevo.stop();
  });
  it('fifty times is enough: the next try is the next look', async () => {
    const page = await openPage();
    page.line.answering = (serve) => withMore(serve, { from: 999 });
    const times = await page.during(15_000, () => page.page.signal('visible'));
    expect([times.filter((ms) => ms === 0).length, times.length]).toEqual([50, 100]);
    await page.relevo.stop();
  });
});

describe('a merge that the server owed', () => {
  it('is not taken as done by an answer that does not fit: the lines stay in view', async () => {
    let isFaulty = true;
    const hooks = { beforeMerge: () => (isFaulty ? Promise.reject(new Error('the shop')) : Promise.resolve()) };
    const page = await openPage({ isGuest: true, made: world({ hooks }) });
    await page.during(0, () => page.relevo.cart.add({ sku: 'A' }));
    await within(page.made, 3_000, page.relevo.signIn(page.made.token('ana')));
    isFaulty = false;
    page.line.answering = (serve) => withMore(serve, { from: 999 });
    await page.during(300_000);
    expect(page.relevo.cart.lines).toMatchObject([{ sku: 'A', merging: true }]);
    page.line.answering = undefined;
    await page.during(300_000);
    expect(page.relevo.cart.lines).toMatchObject([{ sku: 'A', quantity: 1 }]);
    expect(page.relevo.cart.lines[0]).not.toHaveProperty('merging');
    await page.relevo.stop();
  });
  it('is asked for every fifteen seconds while something waits for it', async () => {
    const hooks = { beforeMerge: () => Promise.reject(new Error('the shop')) };
    const page = await openPage({ isGuest: true, made: world({ hooks }) });
    await page.during(0, () => page.relevo.cart.add({ sku: 'A' }));
    await within(page.made, 0, page.relevo.signIn(page.made.token('ana')));
    await page.during(20_000);
    expect(await page.during(50_000, () => page.relevo.cart.add({ sku: 'A' }))).toEqual([0, 15_000, 30_000, 45_000]);
    await page.relevo.stop();
  });
});

describe('a store that was taken back under an open page', () => {
  it('is put right with the next look, and news come again: the page goes on as the customer it shows', async () => {
    const page = await timedPage({ isGuest: true, device: { kind: 'personal' } });
    await page.during(1_000);
    const before = await copyOf(page.device);
    await within(page.made, 0, page.relevo.signIn(page.made.token('ana')));
    await page.during(1_000, () => page.relevo.cart.add({ sku: 'A' }));
    await restoreTo(page.device, { ...before, marker: page.device.marker.text });
    const other = page.made.device({ getToken: () => page.made.token('ana') }).device.open().relevo;
    await page.during(1_000);
    await within(page.made, 1_000, other.cart.add({ sku: 'B' }).synced);
    await page.during(60_000);
    expect(cartOf(page.relevo)).toEqual({ A: 1, B: 1 });
    expect(page.relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
    await Promise.all([page.relevo.stop(), other.stop()]);
  });
});

describe('what a look costs', () => {
  const counted = async (isGuest: boolean) => {
    const count = { reads: 0, writes: 0 };
    const page = await openPage({
      isGuest,
      wrap: (ports) => ({
        ...ports,
        async openStore() {
          const store = await ports.openStore();
          const read: typeof store.read = (body) => {
            count.reads++;
            return store.read(body);
          };
          const write: typeof store.write = (...args) => {
            count.writes++;
            return store.write(...args);
          };
          return { ...store, read, write };
        },
      }),
    });
    Object.assign(count, { reads: 0, writes: 0 });
    await page.during(0, () => page.page.signal('hidden'));
    await page.relevo.stop();
    return count;
  };
  it('is two transactions of the store for a customer, and one for a guest who has nothing to say', async () => {
    expect(await counted(false)).toEqual({ reads: 0, writes: 2 });
    expect(await counted(true)).toEqual({ reads: 0, writes: 1 });
  });
});
