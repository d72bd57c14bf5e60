import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../src/client/deferred.ts';
import type { Ports, Store } from '../../src/client/ports.ts';
import { livePage, openPage, refused, timedPage } from './timed-page.ts';
import { cartOf, standOf, within } from './world.ts';

/** A store whose writes wait, from `hold` to `open`. */
const gatedStore = () => {
  const gate = createDeferred();
  let isHeld = false;
  const wrap = (ports: Ports): Ports => ({
    ...ports,
    async openStore() {
      const store = await ports.openStore();
      const write = async (...args: Parameters<Store['write']>) => {
        if (isHeld) await gate.promise;
        return store.write(...args);
      };
      return { ...store, write: write as Store['write'] };
    },
  });
  const hold = () => {
    isHeld = true;
  };
  return { wrap, hold, open: gate.resolve };
};

describe('while another page of the device is sending', () => {
  it('this one tries again each second, and sends what waits when that one is done', async () => {
    const page = await openPage();
    page.line.isLockTaken = true;
    expect(await page.during(2_500, () => page.relevo.cart.add({ sku: 'A' }))).toEqual([]);
    page.line.isLockTaken = false;
    expect(await page.during(1_000)).toEqual([500]);
    expect(page.relevo.status.pending).toBe(0);
    await page.relevo.stop();
  });
  it('also when nothing waits to be sent', async () => {
    const page = await openPage();
    page.line.isLockTaken = true;
    await page.during(500, () => page.page.signal('visible'));
    page.line.isLockTaken = false;
    expect(await page.during(1_000)).toEqual([500]);
    await page.relevo.stop();
  });
  it('three changes at once are no reason to try more often', async () => {
    let tries = 0;
    const page = await openPage({
      wrap: (ports) => ({
        ...ports,
        tabs: {
          ...ports.tabs,
          ifFree(name, body) {
            if (name === 'flush') tries++;
            return ports.tabs.ifFree(name, body);
          },
        },
      }),
    });
    page.line.isLockTaken = true;
    for (const sku of ['A', 'B', 'C']) page.relevo.cart.add({ sku });
    tries = 0;
    await page.during(2_500);
    expect(tries).toBe(3);
    await page.relevo.stop();
  });
  it('a lock that fails is told, and the next change is sent', async () => {
    let isFaulty = false;
    const page = await openPage({
      wrap: (ports) => ({
        ...ports,
        tabs: {
          ...ports.tabs,
          ifFree: (name, body) => (isFaulty ? Promise.reject(new Error('locks')) : ports.tabs.ifFree(name, body)),
        },
      }),
    });
    isFaulty = true;
    expect(await page.during(1_000, () => page.relevo.cart.add({ sku: 'A' }))).toEqual([]);
    expect(page.errors).toEqual(['server/internal']);
    isFaulty = false;
    expect(await page.during(0, () => page.relevo.cart.add({ sku: 'B' }))).toEqual([0]);
    expect(page.relevo.status.pending).toBe(0);
    await page.relevo.stop();
  });
  it('a sign-in waits for its turn', async () => {
    const page = await openPage({ isGuest: true });
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
    const page = await openPage({ isGuest: true });
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
    const page = await openPage();
    const go = page.holdNext(answer);
    await page.during(0, () => page.relevo.cart.add({ sku: 'A' }));
    await page.relevo.stop();
    expect(await page.during(0, go)).toEqual([]);
    expect([page.relevo.status.connection, page.page.pendingTimers, page.errors]).toEqual(['stopped', 0, []]);
    // It holds nothing that another page needs.
    const next = page.device.open();
    await page.during(0);
    expect(page.sockets.filter(({ isClosed }) => !isClosed)).toHaveLength(1);
    await next.relevo.stop();
  });
  it('opens no live channel, also when it was just being stored', async () => {
    const gate = gatedStore();
    const page = await timedPage({ wrap: gate.wrap });
    page.line.answering = async (serve, { live }) => {
      if (live) gate.hold();
      return serve();
    };
    await page.during(0);
    await within(page.made, 0, page.relevo.stop());
    await page.during(1_000, gate.open);
    expect([page.sent.at(-1)?.live, page.sockets]).toEqual([true, []]);
  });
  it('changes nothing: what it brings is not stored', async () => {
    const page = await openPage();
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

describe('an answer that comes as the customer leaves', () => {
  it('is not told to the guest as restored', async () => {
    const gate = gatedStore();
    const page = await openPage({ wrap: gate.wrap });
    await page.during(0, () => page.relevo.cart.add({ sku: 'A' }));
    const restored: unknown[] = [];
    page.relevo.on('restore', (event) => restored.push(event));
    page.line.answering = () => {
      page.answerNext((serve) => {
        gate.hold();
        return serve();
      });
      return refused(409, 'sync/cursor');
    };
    await page.during(1_000, () => page.page.signal('visible'));
    const leaving = page.relevo.signOut();
    await page.during(0, gate.open);
    await within(page.made, 5_000, leaving);
    expect([restored, cartOf(page.relevo)]).toEqual([[], {}]);
    await page.relevo.stop();
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
    const page = await openPage();
    page.answerNext(() => new Promise(() => {}));
    await page.during(ms, () => page.relevo.cart.add({ sku: 'A' }));
    expect(await page.during(400, () => page.page.signal(sign))).toEqual(expected);
    await page.relevo.stop();
  });
  it('does not keep back a customer who leaves', async () => {
    const page = await livePage();
    page.answerNext(() => new Promise(() => {}));
    await page.during(5_000, () => page.relevo.cart.add({ sku: 'A' }));
    expect(await within(page.made, 100, page.relevo.signOut())).toEqual({ unsynced: 0, outcome: 'flushed' });
    expect([page.relevo.status.connection, page.sockets.map(({ isClosed }) => isClosed)]).toEqual(['online', [true]]);
    expect(await page.during(0, () => page.relevo.cart.add({ sku: 'NEXT' }))).toEqual([0]);
    await page.relevo.stop();
  });
});
