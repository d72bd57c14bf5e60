import { describe, expect, it } from 'vitest';
import { down, openPage, refused, withMore } from './timed-page.ts';
import { cartOf, standOf } from './world.ts';

const busy = () => refused(503, 'server/busy');
describe.each([
  ['the network is gone', down, 'offline'],
  ['the server fails', busy, 'connecting'],
] as const)('while %s', (_, answering, connection) => {
  it('a page waits twice as long after each try, and says what it knows of the network', async () => {
    const { during, relevo, line, errors } = await openPage();
    line.answering = answering;
    const times = await during(40_000, () => relevo.cart.add({ sku: 'A' }));
    expect(times).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    expect([relevo.status.connection, relevo.status.pending, errors]).toEqual([connection, 1, []]);
    await relevo.stop();
  });
  it.each(['visible', 'pageshow', 'online'] as const)(
    '%s is a reason to try at once, and to begin anew',
    async (sign) => {
      const { during, relevo, page, line } = await openPage();
      line.answering = answering;
      await during(20_000, () => relevo.cart.add({ sku: 'A' }));
      expect(await during(4_000, () => page.signal(sign))).toEqual([0, 500, 1_500, 3_500]);
      await relevo.stop();
    },
  );
  it('a change is sent at once, and does not begin the waits anew', async () => {
    const { during, relevo, line } = await openPage();
    line.answering = answering;
    await during(4_000, () => relevo.cart.add({ sku: 'A' }));
    expect(await during(9_000, () => relevo.cart.add({ sku: 'B' }))).toEqual([0, 8_000]);
    await relevo.stop();
  });
});

describe('after a failure', () => {
  it('a single answer does not begin the waits anew, ten good seconds do', async () => {
    const { during, relevo, line } = await openPage();
    line.answering = down;
    await during(3_000, () => relevo.cart.add({ sku: 'A' }));
    line.answering = undefined;
    expect(await during(1_000)).toEqual([500]);
    line.answering = down;
    expect(await during(3_999, () => relevo.cart.add({ sku: 'B' }))).toEqual([0]);
    line.answering = undefined;
    await during(12_000);
    await during(1_000, () => relevo.cart.add({ sku: 'C' }));
    line.answering = down;
    expect(await during(3_000, () => relevo.cart.add({ sku: 'D' }))).toEqual([0, 500, 1_500]);
    await relevo.stop();
  });
  it('an answer ten seconds later to the millisecond is too soon to begin the waits anew', async () => {
    const { during, relevo, line } = await openPage();
    line.answering = () => refused(429, 'request/rate', 10_000);
    await during(9_000, () => relevo.cart.add({ sku: 'A' }));
    line.answering = undefined;
    expect(await during(2_000)).toEqual([1_000]);
    line.answering = down;
    expect(await during(1_500, () => relevo.cart.add({ sku: 'B' }))).toEqual([0, 1_000]);
    await relevo.stop();
  });
  it('a page asks as seldom as before, when nothing waits', async () => {
    const { during, relevo, line } = await openPage();
    await during(29_000);
    line.answering = () => refused(503, 'server/busy');
    expect(await during(32_000)).toEqual([15_000, 15_500, 16_500, 18_500, 22_500, 30_500]);
    line.answering = undefined;
    expect(await during(200_000)).toEqual([14_500, 74_500, 194_500]);
    await relevo.stop();
  });
  it('a refusal that trying again does not help is told each time', async () => {
    const { during, relevo, line, errors } = await openPage();
    line.answering = () => refused(403, 'site/origin');
    expect(await during(1_000, () => relevo.cart.add({ sku: 'A' }))).toEqual([0, 500]);
    expect(errors).toEqual(['site/origin', 'site/origin']);
    await relevo.stop();
  });
});

describe('a server that says when to come again', () => {
  it('is left alone until then, by changes and by signals too', async () => {
    const { during, relevo, page, line } = await openPage();
    line.answering = () => refused(429, 'request/rate', 20_000);
    await during(1_000, () => relevo.cart.add({ sku: 'A' }));
    line.answering = undefined;
    await during(9_000, () => relevo.cart.add({ sku: 'B' }));
    expect(await during(15_000, () => page.signal('visible'))).toEqual([10_000]);
    expect(relevo.status.pending).toBe(0);
    await relevo.stop();
  });
  it('is left alone also when the wait until the next look would be shorter, and only then', async () => {
    const { during, relevo, page, line } = await openPage();
    line.answering = (serve) => withMore(serve, { wait: 40_000 });
    await during(0, () => page.signal('visible'));
    line.answering = undefined;
    expect(await during(80_000)).toEqual([40_000, 70_000]);
    line.answering = (serve) => withMore(serve, { wait: 4_000 });
    await during(0, () => page.signal('visible'));
    line.answering = undefined;
    expect(await during(16_000)).toEqual([15_000]);
    await relevo.stop();
  });
  it('keeps back what is left of many changes, also one that came while they were on their way', async () => {
    const { during, relevo, line } = await openPage();
    line.answering = (serve) => {
      relevo.preferences.set('late', true);
      return withMore(serve, { wait: 3_000 });
    };
    const many = () => {
      for (let n = 0; n < 150; n++) relevo.preferences.set(`p${n}`, n);
    };
    expect(await during(2_000, many)).toEqual([0]);
    line.answering = undefined;
    expect(await during(2_000)).toEqual([1_000]);
    expect(relevo.status.pending).toBe(0);
    await relevo.stop();
  });
  it('is asked at that moment, not before it', async () => {
    const { during, relevo, line } = await openPage();
    line.answering = (serve) => withMore(serve, { wait: 3_000 });
    await during(3_000, () => relevo.cart.add({ sku: 'A' }));
    line.answering = undefined;
    expect(await during(0, () => relevo.cart.add({ sku: 'B' }))).toEqual([0]);
    await relevo.stop();
  });
  it('is not meant when a gateway says so: the next try waits, a change does not', async () => {
    const { during, relevo, line } = await openPage();
    line.answering = () => ({ status: 503, body: '<html>', retryAfterMs: 20_000 });
    expect(await during(10_000, () => relevo.cart.add({ sku: 'A' }))).toEqual([0]);
    line.answering = undefined;
    expect(await during(0, () => relevo.cart.add({ sku: 'B' }))).toEqual([0]);
    await relevo.stop();
  });
});

describe('a batch that is too large', () => {
  const sizes = (sent: readonly { ops: readonly unknown[] }[]) => sent.map(({ ops }) => ops.length);
  it.each([
    [413, 'request/too-large'],
    [400, 'request/malformed'],
  ])('for status %d is a quarter of it at once, and twice as many after each that fits', async (status, code) => {
    const { during, relevo, line, sent, errors } = await openPage();
    const before = sent.length;
    await during(0, () => {
      for (let n = 0; n < 102; n++) relevo.preferences.set(`p${n}`, n);
      line.answering = (serve, { ops }) => {
        if (ops.length <= 7) line.answering = undefined;
        return ops.length > 7 ? refused(status, code) : serve();
      };
    });
    expect(sizes(sent.slice(before))).toEqual([100, 25, 7, 14, 28, 53]);
    expect([relevo.status.pending, errors]).toEqual([0, []]);
    await relevo.stop();
  });
  it('is never more than a hundred changes', async () => {
    const { during, relevo, sent } = await openPage();
    const before = sent.length;
    await during(0, () => {
      for (let n = 0; n < 450; n++) relevo.preferences.set(`p${n}`, n);
    });
    expect(sizes(sent.slice(before))).toEqual([100, 100, 100, 100, 50]);
    await relevo.stop();
  });
  it.each([
    [413, 'request/too-large', 'change/too-large'],
    [400, 'request/malformed', 'request/malformed'],
  ])('even alone, for status %d: the change is set aside at once, and told once', async (status, code, told) => {
    const { during, relevo, line, errors } = await openPage();
    line.answering = (serve, { ops }) => (JSON.stringify(ops).includes('BAD') ? refused(status, code) : serve());
    const changes = ['A', 'BAD', 'B'].map((sku) => relevo.cart.add({ sku }));
    await during(0);
    expect(await Promise.all(changes.map(({ synced }) => standOf(synced)))).toEqual(['done', told, 'done']);
    expect([errors, relevo.status.pending, relevo.status.connection]).toEqual([[told], 0, 'online']);
    await relevo.stop();
  });
  it('with nothing in it at all is a refusal like others: tried again later', async () => {
    const { during, relevo, page, line, errors } = await openPage();
    line.answering = () => refused(400, 'request/malformed');
    expect(await during(1_000, () => page.signal('visible'))).toEqual([0, 0, 0, 0, 0, 500]);
    expect([errors, relevo.status.connection]).toEqual([['request/malformed', 'request/malformed'], 'connecting']);
    await relevo.stop();
  });
});

describe('a page that the server does not know any more', () => {
  it('asks for everything after a wait, as after each failure', async () => {
    const { during, relevo, line, sent } = await openPage();
    await during(0, () => relevo.cart.add({ sku: 'A' }));
    const before = sent.length;
    line.answering = () => refused(409, 'sync/cursor');
    expect(await during(4_000, () => relevo.cart.add({ sku: 'B' }))).toEqual([0, 500, 1_500, 3_500]);
    line.answering = undefined;
    expect(await during(4_000)).toEqual([3_500]);
    expect(sent.slice(before).map(({ cur }) => cur === null)).toEqual([false, true, true, true, true]);
    expect([cartOf(relevo), relevo.status.pending]).toEqual([{ A: 1, B: 1 }, 0]);
    await relevo.stop();
  });
  it('of a guest asks for everything too, when nothing waits to be sent', async () => {
    const { during, relevo, page, answerNext, sent } = await openPage({ isGuest: true });
    await during(1_000, () => relevo.cart.add({ sku: 'A' }));
    answerNext(() => refused(409, 'sync/cursor'));
    expect(await during(1_000, () => page.signal('visible'))).toEqual([0, 500]);
    expect([sent.at(-1)?.cur, cartOf(relevo)]).toEqual([null, { A: 1 }]);
    await relevo.stop();
  });
  it('too old for the server says so once, and sends nothing whatever happens', async () => {
    const { during, relevo, page, holdNext, errors } = await openPage();
    const answer = holdNext(() => refused(426, 'request/version'));
    const change = relevo.cart.add({ sku: 'A' });
    await during(0);
    relevo.preferences.set('meanwhile', true);
    await during(0);
    expect(await during(60_000, answer)).toEqual([]);
    expect([relevo.status.connection, errors]).toEqual(['upgrade-required', ['request/version']]);
    const acts = () => {
      relevo.cart.add({ sku: 'B' });
      for (const sign of ['visible', 'online', 'hidden'] as const) page.signal(sign);
    };
    expect(await during(600_000, acts)).toEqual([]);
    expect([await standOf(change.synced), page.pendingTimers]).toEqual(['open', 0]);
    await relevo.stop();
  });
});
