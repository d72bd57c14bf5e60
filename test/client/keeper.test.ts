import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createCartView } from '../../src/client/cart-view.ts';
import { createKeeper } from '../../src/client/keeper.ts';
import { createModel, type Pending } from '../../src/client/model.ts';
import { emptyCounter } from '../../src/core/counter.ts';
import type { Json } from '../../src/core/json.ts';
import { zeroStamp } from '../../src/core/stamp.ts';
import { settle, sha256, within, world } from './world.ts';

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
};

test('what reads the same keeps its first reference; what is the same reference is not read again', () => {
  let reads = 0;
  const keep = createKeeper<{ readonly size: string }>((value) => {
    reads++;
    return JSON.stringify(value);
  });
  const [first, other] = [{ size: 'M' }, { size: 'L' }];
  const list = keep([
    ['a', first],
    ['b', other],
  ]);
  reads = 0;
  expect(
    keep([
      ['a', first],
      ['b', other],
    ]),
  ).toBe(list);
  expect(reads).toBe(0);
  const [, [, kept] = []] = keep([
    ['a', first],
    ['b', { size: 'L' }],
  ]);
  expect(kept).toBe(other);
  const [, [, next] = []] = keep([
    ['a', first],
    ['b', { size: 'S' }],
  ]);
  expect(next).toEqual({ size: 'S' });
});

test('an object that the page has changed gives way to what it was before, when that is set again', () => {
  const keep = createKeeper<{ size: string }>();
  const given = { size: 'M' };
  keep([['a', given]]);
  given.size = 'L';
  expect(keep([['a', { size: 'M' }]])).toEqual([['a', { size: 'M' }]]);
});

test('a line is found with one hash, however many there are', async () => {
  let hashes = 0;
  const made = world({
    sha256: (text) => {
      hashes++;
      return sha256(text);
    },
  });
  const { relevo } = made.device().device.open();
  await made.clock.pass(100);
  for (let at = 0; at < 50; at++) relevo.cart.add({ sku: `S-${at}` });
  hashes = 0;
  expect(relevo.cart.find({ sku: 'S-49' })?.sku).toBe('S-49');
  expect(hashes).toBe(1);
  await relevo.stop();
});

test('lists of views that nobody reads any more are let go', async () => {
  const made = world();
  const { relevo } = made.device({ consent: { personalization: 'granted' } }).device.open();
  await made.clock.pass(100);
  const lists: WeakRef<object>[] = [];
  for (let limit = 10; limit < 30; limit++) {
    relevo.browsing.view({ kind: 'product', id: 'A', title: `${limit}` });
    lists.push(new WeakRef(relevo.browsing.recent({ limit })));
  }
  await within(made, 1_000, relevo.flush());
  await settle();
  collectGarbage();
  expect(lists.filter((list) => list.deref()).length).toBeLessThanOrEqual(2);
  await relevo.stop();
});

test('what is confirmed stays what it is while changes are folded over it', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'A', quantity: 2, title: 'Lamp' });
  await within(made, 1_000, relevo.flush());
  line.setOnline(false);
  for (let turn = 1; turn <= 3; turn++) {
    relevo.cart.add({ sku: 'A', title: `Lamp ${turn}` });
    expect(relevo.cart.lines).toMatchObject([{ quantity: 2 + turn, title: `Lamp ${turn}` }]);
    relevo.preferences.set('turn', turn);
    expect(relevo.cart.count).toBe(2 + turn);
  }
  line.setOnline(true);
  await made.clock.pass(30_000);
  expect(relevo.cart.lines).toMatchObject([{ quantity: 5, title: 'Lamp 3' }]);
  await relevo.stop();
});

test('a change that is gone leaves no trace on the line it was folded over', () => {
  const model = createModel({ info() {}, warn() {} });
  const line = {
    q: { ...emptyCounter, b: [2, zeroStamp, 0] },
    d: { sku: ['A', zeroStamp], title: ['Lamp', zeroStamp] },
  };
  model.setRow('cart', 'k', [1, line as unknown as Json]);
  const view = createCartView(model.shown, 'web');
  const [before] = view().lines;
  const pend = (...changes: object[]) => {
    model.setPending(changes.map((x) => ({ entry: { c: 'cart', k: 'k', x, w: 5 } }) as unknown as Pending));
    model.touch(['cart']);
  };
  pend({ t: 'add', n: 1, f: { title: 'Sofa' } });
  expect(view().lines).toMatchObject([{ quantity: 3, title: 'Sofa', updatedAt: 5 }]);
  pend({ t: 'add', n: 1 });
  expect(view().lines).toMatchObject([{ quantity: 3, title: 'Lamp', updatedAt: 5 }]);
  pend();
  expect(view().lines).toEqual([before]);
});
