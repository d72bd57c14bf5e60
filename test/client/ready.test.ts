import { expect, test } from 'vitest';
import type { Relevo, RelevoOptions } from '../../src/client/api.ts';
import { codeOf, standOf, within, world } from './world.ts';

const consent = { personalization: 'granted' } as const;

/** What a page would have shown at each word it got from the engine; each text once in a row. */
const shownBy = (relevo: Relevo): string[] => {
  const texts: string[] = [];
  const show = () => {
    const { status, cart, identity } = relevo;
    const text = status.isReady ? `${cart.count} of ${identity.current.customerId ?? 'guest'}` : '…';
    if (texts.at(-1) !== text) texts.push(text);
  };
  show();
  for (const off of ['status', 'signin', 'signout'] as const) relevo.on(off, show);
  relevo.subscribe(show);
  relevo.cart.subscribe(show);
  relevo.identity.subscribe(show);
  return texts;
};

/** A world in which these customers have so many things in their carts; and a device that knows nobody yet. */
const shops = async (
  carts: { readonly [customer: string]: number },
  deviceKind: 'personal' | 'shared' = 'personal',
) => {
  const made = world();
  for (const [customer, quantity] of Object.entries(carts)) {
    const { relevo } = made.device({ consent }).device.open();
    await made.clock.pass(100);
    await within(made, 2_000, relevo.signIn(made.token(customer)));
    if (quantity) relevo.cart.add({ sku: 'A', quantity });
    await within(made, 2_000, relevo.flush());
    await relevo.stop();
  }
  const { device, line } = made.device({ consent, device: { kind: deviceKind } } as Partial<RelevoOptions>);
  return { ...made, device, line };
};

test('a new device whose page knows the customer shows nothing before the customer’s cart', async () => {
  const { clock, token, device } = await shops({ ana: 2 });
  const { relevo } = device.open({ getToken: async () => token('ana') });
  const texts = shownBy(relevo);
  await clock.pass(5_000);
  expect(texts).toEqual(['…', '2 of ana']);
  await relevo.stop();
});

test('an empty cart of a customer is shown as hers', async () => {
  const { clock, token, device } = await shops({ ana: 0 });
  const { relevo } = device.open({ getToken: async () => token('ana') });
  const texts = shownBy(relevo);
  await clock.pass(5_000);
  expect(texts).toEqual(['…', '0 of ana']);
  await relevo.stop();
});

test.each([
  ['nobody', () => null],
  ['that it does not know', () => undefined],
  ['with a failure', () => Promise.reject(new Error('no'))],
] satisfies [string, NonNullable<RelevoOptions['getToken']>][])(
  'a page that answers %s shows the empty guest',
  async (_, getToken) => {
    const { clock, device } = await shops({});
    const { relevo } = device.open({ getToken });
    const texts = shownBy(relevo);
    await clock.pass(0);
    expect(texts).toEqual(['…', '0 of guest']);
    await relevo.stop();
  },
);

test('a page that never says whose it is is waited for fifteen seconds', async () => {
  const { clock, device } = await shops({});
  const { relevo } = device.open({ getToken: () => new Promise(() => {}) });
  const texts = shownBy(relevo);
  await clock.pass(14_900);
  expect(texts).toEqual(['…']);
  await clock.pass(200);
  expect(texts).toEqual(['…', '0 of guest']);
  await relevo.stop();
});

test('offline a sign-in that fails ends the waiting; the customer comes when the line is back', async () => {
  const { clock, token, device, line } = await shops({ ana: 2 });
  line.setOnline(false);
  const { relevo } = device.open({ getToken: async () => token('ana') });
  const texts = shownBy(relevo);
  await clock.pass(20_000);
  expect(texts).toEqual(['…', '0 of guest']);
  line.setOnline(true);
  await clock.pass(60_000);
  expect(texts).toEqual(['…', '0 of guest', '2 of ana']);
  await relevo.stop();
});

test('a guest’s own lines are shown at once, and stay while the page is asked', async () => {
  const { clock, token, device } = await shops({ ana: 2 });
  const first = device.open().relevo;
  first.cart.add({ sku: 'B' });
  await clock.pass(1_000);
  await first.stop();
  let answer = (_: string): void => {};
  const asked = new Promise<string>((done) => {
    answer = done;
  });
  const { relevo } = device.open({ getToken: () => asked });
  const texts = shownBy(relevo);
  await clock.pass(1_000);
  expect(texts).toEqual(['…', '1 of guest']);
  answer(token('ana'));
  await clock.pass(5_000);
  expect(texts).toEqual(['…', '1 of guest', '3 of ana']);
  await relevo.stop();
});

test('what is added while the page is asked is shown', async () => {
  const { clock, device } = await shops({});
  const { relevo } = device.open({ getToken: () => new Promise(() => {}) });
  const texts = shownBy(relevo);
  await clock.pass(1_000);
  relevo.cart.add({ sku: 'B' });
  expect(texts).toEqual(['…', '1 of guest']);
  await relevo.stop();
});

test('a device that has its customer’s state shows it before the page has answered, empty or not', async () => {
  const { clock, token, device } = await shops({ ana: 0 });
  const first = device.open({ getToken: () => token('ana') }).relevo;
  await clock.pass(2_000);
  await first.stop();
  const { relevo } = device.open({ getToken: () => new Promise(() => {}) });
  const texts = shownBy(relevo);
  await clock.pass(1_000);
  expect(texts).toEqual(['…', '0 of ana']);
  await relevo.stop();
});

test('a customer who signs in is shown, empty cart or not, whatever the page has still to answer', async () => {
  const made = await shops({ ana: 0 });
  const { clock, token, device } = made;
  const { relevo } = device.open({ getToken: () => new Promise(() => {}) });
  await clock.pass(100);
  const texts = shownBy(relevo);
  await within(made, 2_000, relevo.signIn(token('ana')));
  expect(texts).toEqual(['…', '0 of ana']);
  await relevo.stop();
});

test('from one customer to the next nothing is shown in between', async () => {
  const made = await shops({ ana: 1, bob: 7 });
  const { clock, token, device } = made;
  const { relevo } = device.open();
  await clock.pass(100);
  await within(made, 2_000, relevo.signIn(token('ana')));
  const texts = shownBy(relevo);
  await within(made, 5_000, relevo.signIn(token('bob')));
  expect(texts).toEqual(['1 of ana', '…', '7 of bob']);
  await relevo.stop();
});

test('the word that the cart is empty comes after the word that it is nobody’s', async () => {
  const made = await shops({ ana: 1 });
  const { clock, token, device } = made;
  const { relevo } = device.open();
  await clock.pass(100);
  await within(made, 2_000, relevo.signIn(token('ana')));
  const heard: unknown[] = [];
  relevo.cart.subscribe(() => heard.push([relevo.cart.count, relevo.status.isReady]));
  const entering = relevo.signIn(token('bob'));
  await clock.pass(0);
  expect(heard[0]).toEqual([0, false]);
  await within(made, 5_000, entering);
  await relevo.stop();
});

test('a switch that fails ends with the empty guest', async () => {
  const made = await shops({ ana: 1 });
  const { clock, token, device, line } = made;
  const { relevo } = device.open();
  await clock.pass(100);
  await within(made, 2_000, relevo.signIn(token('ana')));
  const texts = shownBy(relevo);
  line.setOnline(false);
  const entering = relevo.signIn(token('bob'));
  await clock.pass(60_000);
  expect(await standOf(entering)).toBe('network/offline');
  expect(texts).toEqual(['1 of ana', '…', '0 of guest']);
  await relevo.stop();
});

test('another tab that follows the page from one customer to the next shows nobody’s cart in between', async () => {
  const { clock, token, device } = await shops({ ana: 1, bob: 7 });
  let customer = 'ana';
  const getToken = async () => token(customer);
  const [relevo, tab] = [device.open({ getToken }).relevo, device.open({ getToken }).relevo];
  await clock.pass(5_000);
  const texts = shownBy(tab);
  customer = 'bob';
  const entering = relevo.signIn(token('bob'));
  await clock.pass(10_000);
  expect(await standOf(entering)).toBe('done');
  expect([texts[0], texts.at(-1)]).toEqual(['1 of ana', '7 of bob']);
  expect(texts).not.toContain('0 of guest');
  expect(texts).not.toContain('0 of bob');
  await tab.stop();
  await relevo.stop();
});

test.each(['personal', 'shared'] as const)(
  'who signs out of a %s device sees the empty guest at once',
  async (kind) => {
    const made = await shops({ ana: 1 }, kind);
    const { clock, token, device } = made;
    let answer: string | null = token('ana');
    const { relevo } = device.open({ getToken: async () => answer });
    await clock.pass(5_000);
    const texts = shownBy(relevo);
    answer = null;
    const leaving = relevo.signOut();
    await clock.pass(0);
    expect(texts).toEqual(['1 of ana', '0 of guest']);
    await within(made, 5_000, leaving);
    await clock.pass(20_000);
    expect(texts).toEqual(['1 of ana', '0 of guest']);
    await relevo.stop();
  },
);

test('a guest who signs in keeps seeing what there is', async () => {
  const made = await shops({ ana: 2 });
  const { clock, token, device } = made;
  const { relevo } = device.open();
  await clock.pass(100);
  const texts = shownBy(relevo);
  await within(made, 5_000, relevo.signIn(token('ana')));
  expect(texts).toEqual(['0 of guest', '2 of ana']);
  expect(codeOf(() => relevo.signIn(''))).toBe('auth/bad-token');
  expect(relevo.status.isReady).toBe(true);
  await relevo.stop();
});

/** A shared device that ana left signed in, opened anew; her token comes when `answer` is called. */
const reopenedShared = async () => {
  const made = world();
  const { device } = made.device({ consent });
  const first = device.open({ getToken: () => made.token('ana') }).relevo;
  first.cart.add({ sku: 'A' });
  await made.clock.pass(1_000);
  await first.stop();
  let answer = (_: string): void => {};
  const token = new Promise<string>((done) => {
    answer = done;
  });
  const { relevo } = device.open({ getToken: () => token });
  return { ...made, relevo, answer };
};

test('the status says when what is here may be shown: at once on a guest’s device, never before', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  const seen = [relevo.status.isReady];
  relevo.on('status', ({ isReady }) => seen.push(isReady));
  await within(made, 0, relevo.ready);
  expect([...new Set(seen)]).toEqual([false, true]);
  expect(seen.at(-1)).toBe(true);
  await relevo.stop();
});

test('on a shared device nothing may be shown until the token has come, and then everybody who listens hears it', async () => {
  const { clock, relevo, answer, token } = await reopenedShared();
  await within({ clock }, 1_000, relevo.ready);
  expect(relevo.status.isReady).toBe(false);
  expect(relevo.cart.lines).toEqual([]);
  const heard = { identity: '', cart: -1, isReady: false };
  relevo.identity.subscribe(() => Object.assign(heard, { identity: relevo.identity.current.kind }));
  relevo.cart.subscribe(() => Object.assign(heard, { cart: relevo.cart.count }));
  relevo.on('status', ({ isReady }) => Object.assign(heard, { isReady }));
  answer(token('ana'));
  await clock.pass(0);
  expect(heard).toEqual({ identity: 'customer', cart: 1, isReady: true });
  await relevo.stop();
});
