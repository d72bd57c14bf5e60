import { expect, test } from 'vitest';
import { within, world } from './world.ts';

const consent = { personalization: 'granted' } as const;

const opened = async () => {
  const made = world();
  const page = made.device({ consent }).device.open();
  await made.clock.pass(100);
  return { ...made, page, relevo: page.relevo };
};

test('what was read keeps its reference until it changes', async () => {
  const { clock, relevo } = await opened();
  relevo.cart.add({ sku: 'A' });
  relevo.cart.add({ sku: 'B' });
  relevo.browsing.view({ kind: 'product', id: 'A' });
  await clock.pass(1_000);
  const { lines, parked } = relevo.cart;
  const { status } = relevo;
  const { current } = relevo.identity;
  const recent = relevo.browsing.recent({ kind: 'product', limit: 10 });
  const agreed = relevo.consent.current;
  relevo.preferences.set('currency', 'EUR');
  expect(relevo.cart.lines).toBe(lines);
  expect(relevo.cart.parked).toBe(parked);
  expect(relevo.identity.current).toBe(current);
  expect(relevo.browsing.recent({ kind: 'product', limit: 10 })).toBe(recent);
  expect(relevo.consent.current).toBe(agreed);
  expect(relevo.status).not.toBe(status);
  const after = relevo.status;
  expect(relevo.status).toBe(after);
  await relevo.stop();
});

test('a changed line is a new object; the others stay the same', async () => {
  const { relevo } = await opened();
  relevo.cart.add({ sku: 'A' });
  relevo.cart.add({ sku: 'B' });
  const [before, other] = relevo.cart.lines;
  relevo.cart.setQuantity({ sku: 'A' }, 5);
  const [after, same] = relevo.cart.lines;
  expect(after).not.toBe(before);
  expect(after?.quantity).toBe(5);
  expect(before?.quantity).toBe(1);
  expect(same).toBe(other);
  await relevo.stop();
});

test('a page cannot change what it reads', async () => {
  const { relevo } = await opened();
  relevo.cart.add({ sku: 'A' });
  expect(() => Object.assign(relevo.cart.lines[0] ?? {}, { quantity: 9 })).toThrow(TypeError);
  expect(relevo.cart.count).toBe(1);
  await relevo.stop();
});

test('before it is ready reads are empty, writes are accepted and shown, and none is lost', async () => {
  const made = world();
  const { device } = made.device();
  const { relevo } = device.open();
  expect(relevo.cart.lines).toEqual([]);
  expect(relevo.identity.current).toMatchObject({ kind: 'guest', anonymousId: '' });
  expect(relevo.preferences.get('currency')).toBeUndefined();
  const change = relevo.cart.add({ sku: 'EARLY', quantity: 2 });
  expect(relevo.cart.count).toBe(2);
  relevo.preferences.set('currency', 'EUR');
  await within(made, 1_000, Promise.all([relevo.ready, change.saved, change.synced]));
  expect(relevo.cart.count).toBe(2);
  expect(relevo.identity.current.anonymousId).not.toBe('');
  await relevo.stop();
  const again = device.open().relevo;
  await within(made, 100, again.ready);
  expect(again.cart.count).toBe(2);
  expect(again.preferences.get('currency')).toBe('EUR');
  await again.stop();
});

test('a quantity set before it is ready meets what the device already holds', async () => {
  const made = world();
  const { device } = made.device();
  const first = device.open().relevo;
  first.cart.add({ sku: 'A', quantity: 5 });
  await made.clock.pass(1_000);
  await first.stop();
  const second = device.open().relevo;
  second.cart.add({ sku: 'A', quantity: 2 });
  await within(made, 1_000, second.ready);
  expect(second.cart.count).toBe(7);
  await second.stop();
});

test('listeners hear their collection, the general one hears all, and off means off', async () => {
  const { clock, relevo } = await opened();
  const heard: string[] = [];
  const cart = () => void heard.push('cart');
  const offs = [
    relevo.cart.subscribe(cart),
    relevo.cart.subscribe(cart),
    relevo.preferences.subscribe(() => heard.push('preferences')),
    relevo.browsing.subscribe(() => heard.push('browsing')),
    relevo.identity.subscribe(() => heard.push('identity')),
    relevo.subscribe(() => heard.push('any')),
  ];
  relevo.preferences.set('size', 'M');
  expect(heard).toEqual(['preferences', 'any']);
  heard.length = 0;
  relevo.cart.add({ sku: 'A' });
  expect(heard).toEqual(['cart', 'cart', 'any']);
  heard.length = 0;
  offs[0]?.();
  offs[0]?.();
  relevo.cart.add({ sku: 'A' });
  expect(heard).toEqual(['cart', 'any']);
  for (const off of offs) off();
  heard.length = 0;
  relevo.cart.add({ sku: 'A' });
  relevo.identity.set({ displayName: 'Ana' });
  await clock.pass(1_000);
  expect(heard).toEqual([]);
  await relevo.stop();
});

test('a listener or handler that throws harms nobody else and is said in the log', async () => {
  const { clock, relevo, page } = await opened();
  const heard: string[] = [];
  relevo.cart.subscribe(() => {
    throw new Error('listener of the shop');
  });
  relevo.cart.subscribe(() => heard.push('cart'));
  relevo.on('status', () => {
    throw new Error('handler of the shop');
  });
  relevo.on('status', () => heard.push('status'));
  const change = relevo.cart.add({ sku: 'A' });
  expect(heard).toContain('cart');
  await within({ clock }, 1_000, change.synced);
  expect(heard).toContain('status');
  expect(page.warnings.join()).toContain('listener of the shop');
  expect(page.warnings.join()).toContain('handler of the shop');
  await relevo.stop();
});

test('a handler that was let go hears nothing more', async () => {
  const { clock, relevo } = await opened();
  let heard = 0;
  const off = relevo.on('status', () => heard++);
  relevo.cart.add({ sku: 'A' });
  await clock.pass(1_000);
  const before = heard;
  expect(before).toBeGreaterThan(0);
  off();
  relevo.cart.add({ sku: 'A' });
  await clock.pass(1_000);
  expect(heard).toBe(before);
  await relevo.stop();
});

test('what did not change keeps its reference when a neighbour changes, when the server has it, and when a tab writes', async () => {
  const { clock, relevo } = await opened();
  relevo.preferences.set('filters', { size: ['M'], colour: 'oak' });
  relevo.browsing.view({ kind: 'product', id: 'A' });
  relevo.browsing.view({ kind: 'article', id: 'B' });
  relevo.cart.add({ sku: 'A' });
  const quiz = relevo.collection('quiz');
  quiz.set('first', { answer: 'yes' });
  await clock.pass(1_000);
  const read = () => ({
    filters: relevo.preferences.get('filters'),
    products: relevo.browsing.recent({ kind: 'product', limit: 5 }),
    lines: relevo.cart.lines,
    parked: relevo.cart.parked,
    first: quiz.get('first'),
    quiz: quiz.entries(),
    quizThroughAnotherHandle: relevo.collection('quiz').entries(),
    preference: relevo.preferences.entries().find(([key]) => key === 'filters'),
    identity: relevo.identity.current,
  });
  const before = read();
  expect(before.filters).toEqual({ size: ['M'], colour: 'oak' });
  expect(before.quizThroughAnotherHandle).toBe(before.quiz);
  const expectKept = () => {
    const after = read();
    for (const name of Object.keys(before) as (keyof typeof before)[]) expect(after[name], name).toBe(before[name]);
  };
  relevo.preferences.set('currency', 'EUR');
  relevo.browsing.view({ kind: 'article', id: 'C' });
  expectKept();
  await clock.pass(1_000);
  expectKept();
  await relevo.stop();
});

test('a value keeps its reference when the server confirms it', async () => {
  const { clock, relevo } = await opened();
  const read = () => [relevo.preferences.get('filters'), relevo.collection('quiz').get('first')];
  const synced = [
    relevo.preferences.set('filters', { size: ['M'], colour: null }).synced,
    relevo.collection('quiz').set('first', { question: 'b', answer: 'yes' }).synced,
  ];
  const [filters, first] = read();
  await within({ clock }, 1_000, Promise.all(synced));
  const [sameFilters, sameFirst] = read();
  expect(sameFilters).toBe(filters);
  expect(sameFirst).toBe(first);
  await relevo.stop();
});

test('false is a value of a preference like any other', async () => {
  const { clock, relevo } = await opened();
  const { synced } = relevo.preferences.set('newsletter', false);
  expect(relevo.preferences.get('newsletter')).toBe(false);
  await within({ clock }, 1_000, synced);
  expect(relevo.preferences.get('newsletter')).toBe(false);
  expect(relevo.preferences.entries()).toEqual([['newsletter', false]]);
  await relevo.stop();
});

test('a value that differs by a null alone is another value', async () => {
  const { relevo } = await opened();
  relevo.preferences.set('filters', { size: 'M', colour: null });
  expect(relevo.preferences.get('filters')).toEqual({ size: 'M', colour: null });
  relevo.preferences.set('filters', { size: 'M' });
  expect(relevo.preferences.get('filters')).toEqual({ size: 'M' });
  await relevo.stop();
});

test('a tab that writes leaves what it did not write as it was, by reference', async () => {
  const made = world();
  const { device } = made.device({ consent });
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.preferences.set('filters', { size: ['M'] });
  relevo.cart.add({ sku: 'A' });
  relevo.browsing.view({ kind: 'product', id: 'A' });
  await made.clock.pass(1_000);
  const read = () => [
    relevo.preferences.get('filters'),
    relevo.preferences.entries(),
    relevo.cart.lines,
    relevo.browsing.recent({ kind: 'product' }),
    relevo.identity.current,
  ];
  const before = read();
  const tab = device.open().relevo;
  await made.clock.pass(100);
  tab.collection('quiz').set('first', 1);
  await made.clock.pass(1_000);
  expect(relevo.collection('quiz').get('first')).toBe(1);
  for (const [at, value] of read().entries()) expect(value).toBe(before[at]);
  await tab.stop();
  await relevo.stop();
});

test('when synced resolves the status has heard of it', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  await made.clock.pass(100);
  const seen = relevo.cart.add({ sku: 'A' }).synced.then(() => relevo.status);
  await made.clock.pass(1_000);
  const { connection, lastSyncedAt } = await seen;
  expect([connection, lastSyncedAt !== null]).toEqual(['online', true]);
  await relevo.stop();
});
