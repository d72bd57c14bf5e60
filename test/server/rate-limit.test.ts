import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../src/server/rate-limit.ts';
import { createClock, createCoreWorld, customer, ended } from './core-world.ts';
import { request, startHttp } from './http-world.ts';

const bucket = { burst: 3, perSecond: 2 };
const wide = { burst: 1e9, perSecond: 1e9 };

describe('a bucket', () => {
  const taken = (limit: ReturnType<typeof createRateLimit>, n: number, name = 'a') =>
    Array.from({ length: n }, () => limit.take('customer', name));

  it('allows its burst, then says how long to wait', () => {
    const limit = createRateLimit(createClock(), { customer: bucket, address: wide, site: wide });
    expect(taken(limit, 5)).toEqual([0, 0, 0, 500, 500]);
  });

  it('fills with time, up to its burst', () => {
    const clock = createClock();
    const limit = createRateLimit(clock, { customer: bucket, address: wide, site: wide });
    taken(limit, 3);
    clock.jump(499);
    expect(taken(limit, 1)).toEqual([1]);
    clock.jump(1);
    expect(taken(limit, 2)).toEqual([0, 500]);
    clock.jump(3_600_000);
    expect(taken(limit, 4)).toEqual([0, 0, 0, 500]);
  });

  it('of one name leaves the others alone', () => {
    const limit = createRateLimit(createClock(), { customer: bucket, address: bucket, site: wide });
    taken(limit, 4);
    expect([taken(limit, 1, 'b'), limit.take('address', 'a')]).toEqual([[0], 0]);
  });

  it('is not filled by a clock that goes back', () => {
    const clock = createClock();
    const limit = createRateLimit(clock, { customer: bucket, address: wide, site: wide });
    taken(limit, 3);
    clock.jump(-60_000);
    expect(taken(limit, 1)).toEqual([500]);
  });
});

describe('names that are remembered', () => {
  const most = 100_000;
  const once = { burst: 1, perSecond: 1 };
  /** After `a`, `b`, `a` again and so many others: what the first two have to wait. */
  const waitsAfter = (others: number) => {
    const limit = createRateLimit(createClock(), { customer: once, address: wide, site: wide });
    for (const name of ['a', 'b', 'a']) limit.take('customer', name);
    for (let n = 0; n < others; n++) limit.take('customer', `other-${n}`);
    return [limit.take('customer', 'a'), limit.take('customer', 'b')];
  };
  it('are a hundred thousand', () => {
    expect(waitsAfter(most - 2)).toEqual([1_000, 1_000]);
  });
  it('make room for others, the longest unused first', () => {
    expect(waitsAfter(most - 1)).toEqual([1_000, 0]);
  });
});

describe('without a word of the site', () => {
  it.each([
    ['customer', 120, 50],
    ['address', 600, 10],
    ['site', 20_000, 1],
  ] as const)('a %s may ask %i times at once, then once in %i ms', (kind, burst, waitMs) => {
    const limit = createRateLimit(createClock());
    const waits = Array.from({ length: burst + 1 }, () => limit.take(kind, 'a'));
    expect([waits.indexOf(waitMs), waits.at(-1)]).toEqual([burst, waitMs]);
  });
});

describe('a customer over the rate', () => {
  it('is told when to come back, and changes nothing', async () => {
    const clock = createClock();
    const rateLimit = createRateLimit(clock, { customer: { burst: 1, perSecond: 1 }, address: wide, site: wide });
    const world = createCoreWorld({ rateLimit });
    await world.sync({ auth: customer('ana') });
    const reply = await world.send({ auth: customer('ana'), ops: [] });
    expect(reply).toMatchObject({ status: 429, retryAfterMs: 1_000, body: { code: 'request/rate', retryable: true } });
    expect((await world.send({ auth: customer('ben') })).status).toBe(200);
    await world.dispose();
  });

  it('is not by those who have a token of theirs that has ended', async () => {
    const clock = createClock();
    const rateLimit = createRateLimit(clock, { customer: { burst: 2, perSecond: 1 }, address: wide, site: wide });
    const world = createCoreWorld({ rateLimit });
    for (let n = 0; n < 5; n++)
      expect(await world.send({ auth: ended('ana') })).toMatchObject({ status: 401, body: { code: 'auth/expired' } });
    expect((await world.send({ auth: customer('ana') })).status).toBe(200);
    await world.dispose();
  });
});

describe('over HTTP', () => {
  it.each([
    ['address', { customer: wide, address: { burst: 2, perSecond: 0.1 }, site: wide }],
    ['site', { customer: wide, address: wide, site: { burst: 2, perSecond: 0.1 } }],
  ])('the rate of an %s answers 429 with Retry-After', async (_, rates) => {
    const world = await startHttp({ rates });
    const ask = (n: number) =>
      world.post(request({ auth: { guest: `guest_number_${n}`, secret: 'x'.repeat(20) } }), {
        // Not believed: no proxy is configured.
        'x-forwarded-for': `10.0.0.${n}`,
      });
    const replies = [await ask(1), await ask(2), await ask(3)];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(Number(replies[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
    await world.stop();
  });
});
