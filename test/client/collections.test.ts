import { expect, test } from 'vitest';
import type { RelevoOptions, StandardSchema } from '../../src/client/api.ts';
import { codeOf, within, world } from './world.ts';

const collections: RelevoOptions['collections'] = {
  quiz: { kind: 'reg' },
  profile: { kind: 'map' },
  liked: { kind: 'flag' },
  points: { kind: 'auth' },
};

const opened = async () => {
  const made = world({ collections });
  const laptop = made.device({ collections, getToken: () => made.token('ana') });
  const phone = made.device({ collections, getToken: () => made.token('ana') });
  const pages = [laptop.device.open(), phone.device.open()] as const;
  await made.clock.pass(1_000);
  const [here, there] = [pages[0].relevo, pages[1].relevo];
  return {
    made,
    here,
    there,
    lines: [laptop.line, phone.line] as const,
    pages,
    stop: () => Promise.all([here.stop(), there.stop()]),
  };
};

test('a reg holds a value by key, patches objects, deletes, and reaches the other device', async () => {
  const { made, here, there, stop } = await opened();
  const quiz = here.collection('quiz');
  quiz.set('style', { answer: 'oak', n: 1 });
  quiz.patch('style', { n: 2 });
  quiz.set('gone', 1);
  quiz.delete('gone');
  expect(quiz.get('style')).toEqual({ answer: 'oak', n: 2 });
  expect(quiz.entries()).toEqual([['style', { answer: 'oak', n: 2 }]]);
  await made.clock.pass(1_000);
  expect(there.collection('quiz').entries()).toEqual([['style', { answer: 'oak', n: 2 }]]);
  await stop();
});

test('entries keep their reference until the collection changes', async () => {
  const { here, stop } = await opened();
  const quiz = here.collection('quiz');
  quiz.set('a', 1);
  const entries = quiz.entries();
  here.preferences.set('other', 1);
  expect(quiz.entries()).toBe(entries);
  quiz.set('a', 2);
  expect(quiz.entries()).not.toBe(entries);
  await stop();
});

test('fields of a map patched on two devices at once both stay', async () => {
  const { made, here, there, lines, pages, stop } = await opened();
  here.collection('profile').patch('ana', { shoe: 38, city: 'Vigo' });
  await made.clock.pass(1_000);
  for (const line of lines) line.setOnline(false);
  here.collection('profile').patch('ana', { shoe: 39 });
  there.collection('profile').patch('ana', { city: null, name: 'Ana' });
  for (const line of lines) line.setOnline(true);
  for (const page of pages) page.signal('online');
  await made.clock.pass(3_000);
  expect(here.collection('profile').get('ana')).toEqual({ shoe: 39, name: 'Ana' });
  expect(there.collection('profile').get('ana')).toEqual({ shoe: 39, name: 'Ana' });
  await stop();
});

test('a map takes patch and not set; deleting it empties its fields', async () => {
  const { here, stop } = await opened();
  const profile = here.collection('profile');
  expect(codeOf(() => profile.set('ana', {}))).toBe('collection/kind');
  profile.patch('ana', { shoe: 38 });
  profile.delete('ana');
  expect(profile.get('ana') ?? {}).toEqual({});
  await stop();
});

test('a flag is on or off, keeps its last turn through both orders, and reaches the other device', async () => {
  const { made, here, there, stop } = await opened();
  const liked = here.collection('liked');
  liked.set('SOFA', true);
  liked.set('LAMP', true);
  liked.set('LAMP', false);
  liked.set('LAMP', true);
  liked.delete('SOFA');
  expect(liked.entries()).toEqual([['LAMP', true]]);
  await made.clock.pass(1_000);
  expect(there.collection('liked').entries()).toEqual([['LAMP', true]]);
  there.collection('liked').delete('LAMP');
  await made.clock.pass(1_000);
  expect(liked.get('LAMP')).toBeUndefined();
  await stop();
});

test('only the server writes an auth collection', async () => {
  const { here, stop } = await opened();
  expect(codeOf(() => here.collection('points').set('balance', 1_000_000))).toBe('change/read-only');
  expect(codeOf(() => here.collection('points').delete('balance'))).toBe('change/read-only');
  expect(here.collection('points').entries()).toEqual([]);
  await stop();
});

const schema: StandardSchema<{ size: number }> = {
  '~standard': {
    validate: (value) => {
      const { size } = (value ?? {}) as { size?: unknown };
      return Number.isFinite(Number(size))
        ? { value: { size: Number(size) } }
        : { issues: [{ message: 'size is a number' }, { message: 'and not a joke' }] };
    },
  },
};

test('a schema sees every value first: what it returns is stored, what it refuses is change/schema in its words', async () => {
  const { made, here, there, stop } = await opened();
  const sizes = here.collection('quiz', { schema });
  sizes.set('shoe', { size: '38' } as never);
  expect(sizes.get('shoe')).toEqual({ size: 38 });
  expect(() => sizes.set('shoe', { size: 'large' } as never)).toThrow('size is a number; and not a joke');
  expect(codeOf(() => sizes.patch('shoe', { size: 'large' }))).toBe('change/schema');
  expect(sizes.get('shoe')).toEqual({ size: 38 });
  await made.clock.pass(1_000);
  expect(there.collection('quiz').get('shoe')).toEqual({ size: 38 });
  await stop();
});

test('a schema that answers later is refused in words', async () => {
  const { here, stop } = await opened();
  const late: StandardSchema<number> = { '~standard': { validate: async () => ({ value: 1 }) } };
  expect(() => here.collection('quiz', { schema: late }).set('a', 1)).toThrow('synchronously');
  await stop();
});

test('preferences set on two devices while both are offline agree on the later one', async () => {
  const { made, here, there, lines, pages, stop } = await opened();
  for (const line of lines) line.setOnline(false);
  here.preferences.set('currency', 'EUR');
  await made.clock.pass(60_000);
  there.preferences.set('currency', 'USD');
  await made.clock.pass(60_000);
  for (const [at, line] of lines.entries()) {
    line.setOnline(true);
    pages[1 - at]?.signal('online');
    await made.clock.pass(3_000);
  }
  expect([here.preferences.get('currency'), there.preferences.get('currency')]).toEqual(['USD', 'USD']);
  await stop();
});

test('traits are kept per field and shown in the identity', async () => {
  const { made, here, there, stop } = await opened();
  here.identity.set({ displayName: 'Ana', city: 'Vigo' });
  here.identity.set({ city: null });
  expect(here.identity.current.traits).toEqual({ displayName: 'Ana' });
  await within(made, 1_000, here.flush());
  await made.clock.pass(1_000);
  expect(there.identity.current.traits).toEqual({ displayName: 'Ana' });
  await stop();
});

test('views are one a thing, newest first, by kind, and can be removed, cleared and paused', async () => {
  const made = world();
  const { relevo } = made.device({ consent: { personalization: 'granted' } }).device.open();
  await made.clock.pass(100);
  const { browsing } = relevo;
  for (const id of ['A', 'B', 'A']) {
    browsing.view({ kind: 'product', id, title: `Product ${id}` });
    await made.clock.pass(1_000);
  }
  browsing.view({ kind: 'category', id: 'sofas' });
  const ids = (options?: { kind?: string; limit?: number }) => browsing.recent(options).map(({ id }) => id);
  expect(ids()).toEqual(['sofas', 'A', 'B']);
  expect(ids({ kind: 'product' })).toEqual(['A', 'B']);
  expect(ids({ limit: 1 })).toEqual(['sofas']);
  const resume = browsing.pause();
  browsing.view({ kind: 'product', id: 'SECRET' });
  resume();
  expect(ids()).not.toContain('SECRET');
  browsing.remove('A');
  expect(ids()).toEqual(['sofas', 'B']);
  browsing.clear();
  await made.clock.pass(1_000);
  expect(ids()).toEqual([]);
  await relevo.stop();
});

test('what a page does to its own object after it was set is neither kept nor sent, and a cycle ends nothing', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  const draft: Record<string, unknown> = { step: 1 };
  const change = relevo.collection('drafts').set('kitchen', draft as never);
  draft['step'] = 2;
  draft['self'] = draft;
  await within(made, 2_000, change.synced);
  expect(relevo.collection('drafts').get('kitchen')).toEqual({ step: 1 });
  expect(
    line.requests.filter(({ body }) => body.includes('"step"')).map(({ body }) => body.includes('"step":1')),
  ).toEqual([true]);
  await within(made, 2_000, relevo.preferences.set('currency', 'EUR').synced);
  await relevo.stop();
});
