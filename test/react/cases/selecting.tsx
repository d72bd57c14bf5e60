import { memo, useLayoutEffect } from 'react';
import { expect, test } from 'vitest';
import {
  useCart,
  useCollection,
  useEntry,
  useIdentity,
  usePreference,
  useSyncStatus,
} from '../../../src/react/index.ts';
import { within } from '../../client/world.ts';
import { during, mount, opened } from '../screen.tsx';

test('a selector that builds a new array or object at every call neither loops nor renders for nothing', async () => {
  const { clock, relevo } = await opened();
  relevo.cart.add({ sku: 'A' });
  await clock.pass(1_000);
  const seen = new Set<unknown>();
  let renders = 0;
  const Skus = () => {
    renders++;
    const skus = useCart(({ lines }) => lines.map(({ sku }) => sku));
    const { first } = useCart(({ lines }) => ({ first: lines[0]?.sku, of: 'the cart' }));
    seen.add(skus);
    return `${skus} ${first}`;
  };
  const screen = await mount(relevo, <Skus />);
  await during(() => relevo.cart.setQuantity({ sku: 'A' }, 7));
  await during(() => clock.pass(1_000));
  expect([renders, seen.size]).toEqual([1, 1]);
  await during(() => relevo.cart.add({ sku: 'B' }));
  expect(screen.text()).toBe('A,B A');
  expect([renders, seen.size]).toEqual([2, 2]);
  await screen.close();
  await relevo.stop();
});

test('an equal selection keeps its reference when the component renders for another reason', async () => {
  const { relevo } = await opened();
  relevo.cart.add({ sku: 'A' });
  let renders = 0;
  const Child = memo(({ skus }: { skus: readonly string[] }) => {
    renders++;
    return `${skus}`;
  });
  const Parent = (_: { turn: number }) => <Child skus={useCart(({ lines }) => lines.map(({ sku }) => sku))} />;
  const screen = await mount(relevo, <Parent turn={1} />);
  await screen.show(<Parent turn={2} />);
  await during(() => relevo.cart.add({ sku: 'A' }));
  await screen.show(<Parent turn={3} />);
  expect(renders).toBe(1);
  await screen.close();
  await relevo.stop();
});

test('a change before the effects of the first render, of nothing that was selected, renders no more', async () => {
  const { relevo } = await opened();
  relevo.cart.add({ sku: 'A' });
  let renders = 0;
  const Skus = () => {
    renders++;
    return `${useCart(({ lines }) => lines.map(({ sku }) => sku))}`;
  };
  const AddsOne = () => {
    useLayoutEffect(() => void relevo.cart.add({ sku: 'A' }), []);
    return null;
  };
  const screen = await mount(relevo, [<Skus key="skus" />, <AddsOne key="adds" />]);
  expect(relevo.cart.count).toBe(2);
  expect([screen.text(), renders]).toEqual(['A', 1]);
  await screen.close();
  await relevo.stop();
});

test('a provider that renders again with the same instance renders nothing below it', async () => {
  const { relevo } = await opened();
  let renders = 0;
  const Count = () => {
    renders++;
    return String(useCart().count);
  };
  const below = <Count />;
  const screen = await mount(relevo, below);
  for (let turn = 0; turn < 3; turn++) await screen.show(below);
  expect(renders).toBe(1);
  await screen.close();
  await relevo.stop();
});

test('an inline selector always answers for what was rendered last', async () => {
  const { relevo } = await opened();
  relevo.cart.add({ sku: 'A', quantity: 1 });
  relevo.cart.add({ sku: 'B', quantity: 2 });
  const One = ({ sku }: { sku: string }) =>
    String(useCart(({ lines }) => lines.find((line) => line.sku === sku)?.quantity));
  const screen = await mount(relevo, <One sku="A" />);
  expect(screen.text()).toBe('1');
  await screen.show(<One sku="B" />);
  expect(screen.text()).toBe('2');
  await during(() => relevo.cart.setQuantity({ sku: 'B' }, 5));
  expect(screen.text()).toBe('5');
  await screen.show(<One sku="C" />);
  expect(screen.text()).toBe('undefined');
  await screen.close();
  await relevo.stop();
});

test('isEqual decides what counts as another selection', async () => {
  const { relevo } = await opened();
  let renders = 0;
  const Roughly = () => {
    renders++;
    const count = useCart(
      (cart) => cart.count,
      (before, after) => Math.floor(before / 10) === Math.floor(after / 10),
    );
    return String(count);
  };
  const screen = await mount(relevo, <Roughly />);
  for (let at = 0; at < 9; at++) await during(() => relevo.cart.add({ sku: 'A' }));
  expect([renders, screen.text()]).toEqual([1, '0']);
  await during(() => relevo.cart.add({ sku: 'A' }));
  expect([renders, screen.text()]).toEqual([2, '10']);
  await screen.close();
  await relevo.stop();
});

test('what looks alike but is not: arrays of another length or order, absent members, maps, dates', async () => {
  const { relevo } = await opened();
  let [renders, turn] = [0, 0];
  const of = (make: (turn: number) => unknown) => async () => {
    const Selected = () => {
      renders++;
      useCart(() => make(turn));
      return null;
    };
    [renders, turn] = [0, 0];
    const screen = await mount(relevo, <Selected />);
    const before = renders;
    turn = 1;
    await during(() => relevo.cart.add({ sku: 'A' }));
    const caused = renders - before;
    await screen.close();
    return caused;
  };
  const differ = [
    of((at) => (at ? [1, 2] : [1])),
    of((at) => (at ? [2, 1] : [1, 2])),
    of((at) => (at ? { a: undefined } : { b: undefined })),
    of((at) => (at ? { a: 1, b: 2 } : { a: 1 })),
    of((at) => (at ? { 0: 1, length: 1 } : [1])),
    of((at) => (at ? null : {})),
    of((at) => new Map([['at', at]])),
    of((at) => new Date(at)),
  ];
  for (const [at, causes] of differ.entries()) expect([at, await causes()]).toEqual([at, 1]);
  const same = [of(() => [1, 2]), of(() => ({ a: 1 })), of(() => Number.NaN), of(() => Object.create(null))];
  for (const [at, causes] of same.entries()) expect([at, await causes()]).toEqual([at, 0]);
  await relevo.stop();
});

test('a value of a preference or an entry renders again only when it is another one', async () => {
  const { clock, relevo } = await opened();
  relevo.preferences.set('filters', { size: ['M'] });
  relevo.collection('quiz').set('first', { answer: 'yes' });
  let renders = 0;
  const Values = () => {
    renders++;
    const [filters] = usePreference('filters');
    const [first] = useEntry('quiz', 'first');
    return JSON.stringify([filters, first]);
  };
  const screen = await mount(relevo, <Values />);
  await during(() => relevo.preferences.set('currency', 'EUR'));
  await during(() => relevo.collection('quiz').set('second', 1));
  await during(() => clock.pass(2_000));
  expect(relevo.status.pending).toBe(0);
  expect(renders).toBe(1);
  await during(() => relevo.preferences.set('filters', { size: ['L'] }));
  expect(screen.text()).toBe('[{"size":["L"]},{"answer":"yes"}]');
  await screen.close();
  await relevo.stop();
});

test('a collection whose schema is written inline keeps its entries', async () => {
  const { relevo } = await opened();
  relevo.collection('quiz').set('first', 1);
  const seen = new Set<unknown>();
  const Quiz = (_: { turn: number }) => {
    const schema = { '~standard': { validate: (value: unknown) => ({ value }) } };
    const [entries] = useCollection('quiz', { schema });
    seen.add(entries);
    return JSON.stringify(entries);
  };
  const screen = await mount(relevo, <Quiz turn={1} />);
  await screen.show(<Quiz turn={2} />);
  expect(screen.text()).toBe('[["first",1]]');
  expect(seen.size).toBe(1);
  await screen.close();
  await relevo.stop();
});

test('a part of the status or of the identity renders only with that part', async () => {
  const { clock, relevo, token } = await opened();
  await within({ clock }, 1_000, relevo.signIn(token('ana')));
  let renders = 0;
  const Parts = () => {
    renders++;
    const kind = useIdentity((identity) => identity.kind);
    return `${kind} ${useSyncStatus(({ connection }) => connection)}`;
  };
  const screen = await mount(relevo, <Parts />);
  await during(() => relevo.cart.add({ sku: 'A' }));
  await during(() => relevo.identity.set({ displayName: 'Ana' }));
  await during(() => clock.pass(2_000));
  expect([screen.text(), renders]).toEqual(['customer online', 1]);
  await screen.close();
  await relevo.stop();
});
