import { describe, expect, it } from 'vitest';
import { livePage, refused, timedPage, withMore } from './timed-page.ts';
import { cartOf, standOf, within, world } from './world.ts';

const opened = async (options: Parameters<typeof timedPage>[0] = {}) => {
  const page = await timedPage(options);
  await page.during(1_000);
  return page;
};

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
  it('of a new guest asks nothing before it has something to say', async () => {
    const page = await timedPage({ isGuest: true });
    expect(await page.during(600_000)).toEqual([]);
    expect(await page.during(0, () => page.relevo.cart.add({ sku: 'A' }))).toEqual([0]);
    await page.relevo.stop();
  });
  it('shows what another device of the customer had as restored, and what comes later as news', async () => {
    const made = world();
    const getToken = () => made.token('ana');
    const phone = made.device({ getToken }).device.open().relevo;
    await made.clock.pass(1_000);
    await within(made, 1_000, phone.cart.add({ sku: 'OLD' }).synced);
    // Signed in before, on a device whose store was lost since.
    const page = await timedPage({ made, device: { kind: 'personal' } });
    const restored: string[][] = [];
    page.relevo.on('restore', ({ lines }) => restored.push(lines.map(({ sku }) => sku)));
    await page.during(1_000);
    await within(made, 1_000, phone.cart.add({ sku: 'NEW' }).synced);
    await page.during(60_000);
    expect([restored, cartOf(page.relevo)]).toEqual([[['OLD']], { OLD: 1, NEW: 1 }]);
    await Promise.all([page.relevo.stop(), phone.stop()]);
  });
});

describe('what is written', () => {
  it('while an exchange is under way goes with the next, at once', async () => {
    const page = await opened();
    const go = page.holdNext();
    await page.during(0, () => page.relevo.cart.add({ sku: 'A' }));
    const change = page.relevo.cart.add({ sku: 'B' });
    expect(await page.during(1_000)).toEqual([]);
    expect(await page.during(0, go)).toEqual([0]);
    expect([await standOf(change.synced), page.relevo.status]).toMatchObject(['done', { pending: 0 }]);
    await page.relevo.stop();
  });
  it('is synced no earlier than the status says so', async () => {
    const page = await opened();
    page.line.answering = () => refused(503, 'server/busy');
    const change = page.relevo.cart.add({ sku: 'A' });
    await page.during(100);
    page.line.answering = undefined;
    const seen = change.synced.then(() => [page.relevo.status.connection, page.relevo.status.lastSyncedAt]);
    await page.during(1_000);
    expect(await seen).toEqual(['online', page.made.clock.now() - 600]);
    await page.relevo.stop();
  });
  it('and refused is shown no longer, and the shop hears of it', async () => {
    const page = await opened();
    const causes: string[] = [];
    page.relevo.cart.bind({ write: ({ cause }) => void causes.push(cause) });
    page.line.answering = (_, { ops, cur }) => ({
      status: 200,
      retryAfterMs: null,
      body: JSON.stringify({
        from: 0,
        cur,
        head: 0,
        more: false,
        acks: ops.map(({ i }) => [i, 'rejected', 'change/too-many']),
        ent: [],
        space: 's',
        now: 0,
      }),
    });
    const change = page.relevo.cart.add({ sku: 'A' });
    await page.during(0);
    expect([await standOf(change.synced), cartOf(page.relevo), causes]).toEqual(['change/too-many', {}, ['remote']]);
    await page.relevo.stop();
  });
  it('and taken is no news for the shop', async () => {
    const page = await opened();
    const causes: string[] = [];
    page.relevo.cart.bind({ write: ({ cause }) => void causes.push(cause) });
    for (const status of ['ok', 'dup']) {
      page.line.answering = (serve, { ops }) => withMore(serve, { ent: [], acks: ops.map(({ i }) => [i, status]) });
      await page.during(0, () => page.relevo.preferences.set('a', status));
    }
    expect([page.relevo.status.pending, causes]).toEqual([0, []]);
    await page.relevo.stop();
  });
});

describe('an answer that is not the last word', () => {
  it.each<[string, object]>([
    ['continues something else than what is here', { from: 999 }],
    ['says that the server saw a fork', { fork: true }],
    ['says that a change is missing before these', { gap: 1 }],
  ])('for it %s is followed by another exchange at once', async (_, more) => {
    const page = await opened();
    page.line.answering = (serve) => {
      page.line.answering = undefined;
      return withMore(serve, more);
    };
    expect(await page.during(1_000, () => page.page.signal('visible'))).toEqual([0, 0]);
    await page.relevo.stop();
  });
  it('fifty times is enough: the next try is the next look', async () => {
    const page = await opened();
    page.line.answering = (serve) => withMore(serve, { from: 999 });
    const times = await page.during(15_000, () => page.page.signal('visible'));
    expect([times.filter((ms) => ms === 0).length, times.length]).toEqual([50, 100]);
    await page.relevo.stop();
  });
});

describe('while another page of the device is sending', () => {
  it('this one tries again each second, and then finds what that one brought', async () => {
    const page = await opened();
    page.line.isLockTaken = true;
    expect(await page.during(2_500, () => page.relevo.cart.add({ sku: 'A' }))).toEqual([]);
    page.line.isLockTaken = false;
    expect(await page.during(1_000)).toEqual([500]);
    await page.relevo.stop();
  });
  it('a sign-in waits for its turn', async () => {
    const page = await opened({ isGuest: true });
    page.line.isLockTaken = true;
    const signingIn = page.relevo.signIn(page.made.token('ana'));
    expect(await page.during(1_050)).toEqual([]);
    page.line.isLockTaken = false;
    expect((await page.during(50)).slice(0, 1)).toEqual([50]);
    expect(await standOf(signingIn)).toBe('done');
    await page.relevo.stop();
  });
});

describe('a sign-in', () => {
  it('waits for the exchange that is under way, and what is written meanwhile goes after it', async () => {
    const page = await opened({ isGuest: true });
    const go = page.holdNext();
    await page.during(0, () => page.relevo.cart.add({ sku: 'A' }));
    const signingIn = page.relevo.signIn(page.made.token('ana'));
    expect(await page.during(1_000)).toEqual([]);
    const change = page.relevo.cart.add({ sku: 'B' });
    await page.during(0, go);
    expect([await standOf(signingIn), await standOf(change.synced), cartOf(page.relevo)]).toEqual([
      'done',
      'done',
      { A: 1, B: 1 },
    ]);
    await page.relevo.stop();
  });
});

describe('an answer that comes after the page has stopped', () => {
  it.each<[string, () => ReturnType<typeof refused>]>([
    ['a refusal', () => refused(401, 'auth/expired')],
    ['a failure', () => refused(503, 'server/busy')],
    ['a noise', () => ({ status: 200, body: '', retryAfterMs: null })],
  ])('changes nothing: %s', async (_, answer) => {
    const page = await opened();
    const go = page.holdNext(answer);
    await page.during(0, () => page.relevo.cart.add({ sku: 'A' }));
    await page.relevo.stop();
    expect(await page.during(100_000, go)).toEqual([]);
    expect([page.relevo.status.connection, page.page.pendingTimers, page.errors]).toEqual(['stopped', 0, []]);
  });
  it('changes nothing: what it brings is not stored', async () => {
    const page = await opened();
    const go = page.holdNext();
    await page.during(0, () => page.relevo.cart.add({ sku: 'A' }));
    await page.relevo.stop();
    const { lastSyncedAt } = page.relevo.status;
    expect(await page.during(100_000, go)).toEqual([]);
    expect(page.relevo.status).toMatchObject({ connection: 'stopped', lastSyncedAt });
    expect((await page.device.disk.read((tx) => tx.list(['out']))).length).toBe(1);
    expect(page.sockets.filter(({ isClosed }) => !isClosed)).toEqual([]);
  });
});

describe('an exchange that hangs', () => {
  it.each([
    ['online', 0, [0]],
    ['visible', 999, []],
    ['visible', 1_000, [0]],
    ['pageshow', 1_000, [0]],
    ['hidden', 5_000, []],
  ] as const)('is begun anew on %s after %d ms, or waited for', async (sign, ms, expected) => {
    const page = await opened();
    page.line.answering = () => {
      page.line.answering = undefined;
      return new Promise(() => {});
    };
    await page.during(ms, () => page.relevo.cart.add({ sku: 'A' }));
    expect(await page.during(400, () => page.page.signal(sign))).toEqual(expected);
    await page.relevo.stop();
  });
  it('does not keep back a customer who leaves', async () => {
    const page = await livePage();
    page.line.answering = () => {
      page.line.answering = undefined;
      return new Promise(() => {});
    };
    await page.during(5_000, () => page.relevo.cart.add({ sku: 'A' }));
    expect(await within(page.made, 100, page.relevo.signOut())).toEqual({ unsynced: 0, outcome: 'flushed' });
    await page.relevo.stop();
  });
});
