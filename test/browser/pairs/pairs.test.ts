import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BrowserName, installed } from '../harness/browsers.ts';
import { eventually } from '../harness/eventually.ts';
import { createWorld, type Device, type World } from '../harness/world.ts';

const present = installed(['chromium', 'firefox']);
const pairs = (
  [
    ['chromium', 'chromium'],
    ['chromium', 'firefox'],
  ] as const
).filter((names) => names.every((name) => present.includes(name)));

const said = new Set<string>();

describe.each(pairs)('%s and %s, each a process with its own profile', (nameOfA: BrowserName, nameOfB: BrowserName) => {
  let world: World;
  let a: Device;
  let b: Device;
  beforeEach(async () => {
    world = await createWorld();
    [a, b] = await Promise.all([world.device(nameOfA), world.device(nameOfB)]);
    const versions = `${a.browser.version} and ${b.browser.version}`;
    if (!said.has(versions)) console.info(`pairs: ${versions}`);
    said.add(versions);
  });
  afterEach(() => world.close());

  it('restores the cart on B by exactly one HTTP request, the live socket blocked', async () => {
    const token = await world.server.token('ana');
    const onA = await a.open({ token });
    await onA.evaluate(`relevo.ready.then(() => Promise.all([
      relevo.cart.add({ sku: 'SOFA-3', quantity: 2, title: 'Sofa', properties: { colour: 'oak' } }).synced,
      relevo.cart.add({ sku: 'LAMP-1' }).synced,
    ])).then(() => 0)`);

    b.line.refuseSockets(true);
    const replies = b.line.holdReplies();
    const onB = await b.open({ token });
    await eventually(() => replies.count > 0, 'the first request of B has its reply');
    expect(await onB.evaluate('relevo.cart.count')).toBe(0);
    expect(b.line.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/sync']);
    // All that comes later stays unanswered: what is readable then came by this one.
    replies.releaseOne();
    await onB.until('relevo.cart.count === 3');
    const lines = `relevo.cart.lines.map(({ sku, quantity, properties, title }) => ({ sku, quantity, properties, title }))`;
    expect(await onB.evaluate(lines)).toEqual([
      { sku: 'SOFA-3', quantity: 2, properties: { colour: 'oak' }, title: 'Sofa' },
      { sku: 'LAMP-1', quantity: 1, properties: {} },
    ]);
    replies.release();
  });
});
