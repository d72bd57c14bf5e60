import { useEffect } from 'react';
import { expect, test } from 'vitest';
import type { Change, Relevo } from '../../../src/client/api.ts';
import { type SetValue, useCart, useEntry, useIdentity, usePreference } from '../../../src/react/index.ts';
import { standOf, within, world } from '../../client/world.ts';
import { consent, createRecord, during, mount, promised } from '../screen.tsx';

const createShop = () => {
  const { texts, useRecord } = createRecord();
  const Shop = () => {
    const { isReady, count } = useCart();
    const who = useIdentity(({ customerId, kind }) => customerId ?? kind);
    return useRecord(isReady ? `${count || 'Your cart is empty.'} (${who})` : '…');
  };
  return { texts, Shop };
};

/** A world in which ana has two things in her cart and a counter at 41, and a device of hers. */
const anas = async () => {
  const made = world();
  const { device } = made.device({ consent });
  const { relevo } = device.open();
  await made.clock.pass(100);
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  relevo.cart.add({ sku: 'A', quantity: 2 });
  relevo.preferences.set('count', 41);
  relevo.collection('quiz').set('count', 41);
  await within(made, 2_000, relevo.flush());
  await relevo.stop();
  return { ...made, hers: device };
};

/** Tenths of a second of virtual time in steps shorter than an answer takes, each with what React makes of it. */
const passes = async (clock: { pass(ms: number): Promise<void> }, tenths: number) => {
  for (let step = 0; step < tenths * 10; step++) await during(() => clock.pass(10));
};

test('a new device whose page knows the customer never shows her an empty cart', async () => {
  const { clock, device, token } = await anas();
  const { texts, Shop } = createShop();
  const { relevo } = device({ consent }).device.open({ getToken: async () => token('ana') });
  const screen = await mount(relevo, <Shop />);
  await passes(clock, 40);
  expect(texts).toEqual(['…', '2 (ana)']);
  await screen.close();
  await relevo.stop();
});

test('from one customer to the next the page shows neither’s empty cart', async () => {
  const made = await anas();
  const { clock, hers, token } = made;
  const { texts, Shop } = createShop();
  const { relevo } = hers.open({ getToken: async () => token('ana') });
  await clock.pass(1_000);
  const screen = await mount(relevo, <Shop />);
  const entering = relevo.signIn(token('bob'));
  await passes(clock, 40);
  await entering;
  expect(texts).toEqual(['2 (ana)', '…', 'Your cart is empty. (bob)']);
  await screen.close();
  await relevo.stop();
});

type Counter = SetValue<number | null, number>;

const createCounter = (onMount: (set: Counter, setEntry: Counter) => unknown) => {
  const { texts, useRecord } = createRecord();
  const Count = () => {
    const [count, set] = usePreference('count', 0);
    const [entry = 0, setEntry] = useEntry<number>('quiz', 'count');
    useEffect(() => void onMount(set, setEntry as Counter), [set, setEntry]);
    return useRecord(`${count} ${entry}`);
  };
  return { texts, Count };
};

const counts = (relevo: Relevo) => [relevo.preferences.get('count'), relevo.collection('quiz').get('count')];

test.each(['a device that knows her', 'a new device'])(
  'what is made of a value before it is known is made of it once it is: %s',
  async (which) => {
    const made = await anas();
    const { clock, hers, token } = made;
    const opened = which === 'a new device' ? made.device({ consent }).device : hers;
    const { relevo } = opened.open({ getToken: async () => token('ana') });
    const changes: Change[] = [];
    const { texts, Count } = createCounter((...setters) => {
      for (const set of setters) changes.push(set((count) => count + 1));
    });
    const screen = await mount(relevo, <Count />);
    await passes(clock, 40);
    expect(texts.at(-1)).toBe('42 42');
    expect(texts).not.toContain('1 1');
    expect(changes.map(({ key }) => key)).toEqual(['count', 'count']);
    for (const { saved, synced } of changes)
      expect([await standOf(saved), await standOf(synced)]).toEqual(['done', 'done']);
    await screen.close();
    await relevo.stop();
  },
);

test('what is set before it is known keeps its order; a value alone is there at once', async () => {
  const { clock, hers, token } = await anas();
  const { relevo } = hers.open({ getToken: async () => token('ana') });
  const { Count } = createCounter((set, setEntry) => {
    set((count) => count + 1);
    set(5);
    set((count) => count * 2);
    setEntry(7);
    expect(counts(relevo)).toEqual([undefined, 7]);
    setEntry((count) => count + 1);
  });
  const screen = await mount(relevo, <Count />);
  await passes(clock, 20);
  expect(counts(relevo)).toEqual([10, 8]);
  await screen.close();
  await relevo.stop();
});

test('a function that throws when its turn comes rejects its change, and what waits behind it goes on', async () => {
  const { clock, hers, token } = await anas();
  const answer = promised<string>();
  const { relevo } = hers.open({ getToken: () => answer.promise });
  const changes: Change[] = [];
  const { Count } = createCounter((set) => {
    const fails = () => {
      throw Object.assign(new Error('no'), { code: 'shop/no' });
    };
    changes.push(
      set(fails),
      set((count) => count + 1),
      set(() => Number.NaN),
    );
  });
  const screen = await mount(relevo, <Count />);
  await passes(clock, 20);
  answer.keep(token('ana'));
  await passes(clock, 20);
  expect(counts(relevo)).toEqual([42, 41]);
  expect(await Promise.all(changes.map(({ saved }) => standOf(saved)))).toEqual([
    'shop/no',
    'done',
    'change/bad-value',
  ]);
  await screen.close();
  await relevo.stop();
});

test('what still waits when the instance is stopped is told so', async () => {
  const { clock, hers } = await anas();
  const changes: Change[] = [];
  const { Count } = createCounter((set) => changes.push(set((n) => n + 1)));
  const { relevo } = hers.open({ getToken: () => new Promise<never>(() => {}) });
  const screen = await mount(relevo, <Count />);
  await passes(clock, 3);
  const before = await Promise.all(changes.map(({ saved }) => standOf(saved)));
  await during(() => relevo.stop());
  const after = await Promise.all(changes.flatMap(({ saved, synced }) => [standOf(saved), standOf(synced)]));
  expect([before, after]).toEqual([['open'], ['sync/abandoned', 'sync/abandoned']]);
  await screen.close();
});
