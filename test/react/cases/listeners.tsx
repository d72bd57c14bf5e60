import { expect, test } from 'vitest';
import {
  useCart,
  useCartLine,
  useCollection,
  useEntry,
  useIdentity,
  usePreference,
  useReady,
  useRecent,
  useSyncStatus,
} from '../../../src/react/index.ts';
import { counted } from '../counted.ts';
import { during, mount, opened } from '../screen.tsx';

/** Every hook once. */
const All = () => {
  const parts = [
    useCart().count,
    useCart(({ lines }) => lines.map(({ sku }) => sku)),
    useCartLine({ sku: 'A' })?.quantity,
    useIdentity().kind,
    useRecent({ kind: 'product' }).length,
    usePreference('currency', 'none')[0],
    useCollection('quiz')[0].length,
    useEntry('quiz', 'first')[0],
    useSyncStatus().storage,
    useReady(),
  ];
  return parts.join(' ');
};

test('unmounting takes every listener back', async () => {
  const { relevo, listeners } = counted((await opened()).relevo);
  const screen = await mount(relevo, <All />);
  expect(listeners()).toBeGreaterThanOrEqual(10);
  await during(() => relevo.cart.add({ sku: 'A' }));
  expect(screen.text()).toBe('1 A 1 guest 0 none 0  indexeddb true');
  await screen.close();
  expect(listeners()).toBe(0);
  await relevo.stop();
});

test('in strict mode, where everything is mounted twice, no listener is left over and none is missing', async () => {
  const plain = counted((await opened()).relevo);
  const strict = counted((await opened()).relevo);
  const screens = [await mount(plain.relevo, <All />), await mount(strict.relevo, <All />, { isStrict: true })];
  expect(strict.listeners()).toBe(plain.listeners());
  await during(() => strict.relevo.cart.add({ sku: 'A', quantity: 3 }));
  expect(screens[1]?.text()).toBe('3 A 3 guest 0 none 0  indexeddb true');
  for (const screen of screens) await screen.close();
  expect([plain.listeners(), strict.listeners()]).toEqual([0, 0]);
  await plain.relevo.stop();
  await strict.relevo.stop();
});

test('rendering again adds no listener', async () => {
  const { relevo, listeners } = counted((await opened()).relevo);
  const screen = await mount(relevo, <All />);
  const first = listeners();
  for (let turn = 0; turn < 20; turn++) {
    await screen.show(<All />);
    await during(() => relevo.cart.add({ sku: 'A' }));
  }
  expect(listeners()).toBe(first);
  await screen.close();
  await relevo.stop();
});

test('another instance in the provider is read at once, and the first one is let go', async () => {
  const first = counted((await opened()).relevo);
  const second = counted((await opened()).relevo);
  second.relevo.cart.add({ sku: 'B', quantity: 2 });
  const screen = await mount(first.relevo, <All />);
  const count = first.listeners();
  await screen.change(second.relevo);
  expect(screen.text()).toBe('2 B  guest 0 none 0  indexeddb true');
  expect([first.listeners(), second.listeners()]).toEqual([0, count]);
  await during(() => first.relevo.cart.add({ sku: 'A' }));
  expect(screen.text()).toContain('2 B');
  await screen.close();
  await first.relevo.stop();
  await second.relevo.stop();
});

test('a thousand mounts and unmounts leave no listener', async () => {
  const { relevo, listeners } = counted((await opened()).relevo);
  const screen = await mount(relevo, null);
  for (let turn = 0; turn < 1_000; turn++) {
    await screen.show(<All key={turn} />);
  }
  expect(listeners()).toBeLessThan(20);
  await screen.show(null);
  expect(listeners()).toBe(0);
  await screen.close();
  await relevo.stop();
});
