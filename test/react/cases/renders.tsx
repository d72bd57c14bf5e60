import { memo } from 'react';
import { expect, test } from 'vitest';
import { useCart, useCartLine, useRelevo } from '../../../src/react/index.ts';
import { within, world } from '../../client/world.ts';
import { during, mount, opened } from '../screen.tsx';

/** A cart of 200 lines as the documentation shows it: the list reads the keys, each row its line. */
const cartOf200 = async () => {
  const made = world();
  const shop = await opened({}, made);
  await within(made, 1_000, shop.relevo.signIn(made.token('ana')));
  for (let at = 0; at < 200; at++) shop.relevo.cart.add({ sku: `S-${at}` });
  await within(made, 5_000, shop.relevo.flush());
  const rendered: string[] = [];
  const Row = ({ id }: { id: string }) => {
    const line = useCartLine(id);
    rendered.push(line?.sku ?? 'gone');
    return <li>{`${line?.sku}×${line?.quantity}`}</li>;
  };
  const RowOnce = memo(Row);
  const List = () => {
    const keys = useCart(({ lines }) => lines.map(({ key }) => key));
    rendered.push('list');
    return keys.map((key) => <RowOnce key={key} id={key} />);
  };
  const screen = await mount(shop.relevo, <List />);
  /** What renders during some work, each name once. */
  const rendersOf = async (work: () => unknown) => {
    rendered.length = 0;
    await during(work);
    return [...rendered];
  };
  return { ...made, relevo: shop.relevo, screen, rendered, rendersOf };
};

test('one changed line in a cart of 200 renders one row', async () => {
  const { clock, relevo, screen, rendered, rendersOf } = await cartOf200();
  expect(rendered).toHaveLength(201);
  expect(await rendersOf(() => relevo.cart.setQuantity({ sku: 'S-77' }, 3))).toEqual(['S-77']);
  expect(screen.text()).toContain('S-77×3');
  // The server's stamp is the line's last news: its time of change is another one.
  const confirmed = await rendersOf(() => clock.pass(2_000));
  expect([...new Set(confirmed)]).toEqual(['S-77']);
  expect(confirmed.length).toBeLessThanOrEqual(1);
  expect(relevo.status.pending).toBe(0);
  await screen.close();
  await relevo.stop();
});

test('a change on another device renders one row', async () => {
  const { clock, device, token, relevo, screen, rendersOf } = await cartOf200();
  const phone = device({ channel: 'ios' }).device.open().relevo;
  await clock.pass(100);
  await within({ clock }, 2_000, phone.signIn(token('ana')));
  expect(
    await rendersOf(async () => {
      phone.cart.setQuantity({ sku: 'S-120' }, 9);
      await clock.pass(2_000);
    }),
  ).toEqual(['S-120']);
  expect(screen.text()).toContain('S-120×9');
  await phone.stop();
  await screen.close();
  await relevo.stop();
});

test('a line more or less renders the list, and of the rows only the new one', async () => {
  const { relevo, screen, rendersOf } = await cartOf200();
  expect(await rendersOf(() => relevo.cart.remove({ sku: 'S-5' }))).toEqual(['list']);
  expect(await rendersOf(() => relevo.cart.add({ sku: 'NEW' }))).toEqual(['list', 'NEW']);
  await screen.close();
  await relevo.stop();
});

test('preferences, views, drafts and the state of sync render no part of the cart', async () => {
  const { clock, relevo, screen, rendersOf } = await cartOf200();
  const elsewhere = [
    () => relevo.preferences.set('currency', 'EUR'),
    () => relevo.browsing.view({ kind: 'product', id: 'S-1' }),
    () => relevo.collection('quiz').set('first', 1),
    () => relevo.identity.set({ displayName: 'Ana' }),
    () => clock.pass(5_000),
  ];
  for (const change of elsewhere) expect(await rendersOf(change)).toEqual([]);
  expect(relevo.status.pending).toBe(0);
  await screen.close();
  await relevo.stop();
});

test('a tab of the same device that writes one line renders one row', async () => {
  const made = world();
  const { relevo, device } = await opened({}, made);
  for (const sku of ['A', 'B', 'C']) relevo.cart.add({ sku });
  await made.clock.pass(1_000);
  const rendered: string[] = [];
  const Row = ({ id }: { id: string }) => {
    rendered.push(useCartLine(id)?.sku ?? 'gone');
    return null;
  };
  const keys = relevo.cart.lines.map(({ key }) => key);
  const screen = await mount(
    relevo,
    keys.map((key) => <Row key={key} id={key} />),
  );
  const tab = device.open().relevo;
  await made.clock.pass(100);
  rendered.length = 0;
  await during(async () => {
    tab.cart.setQuantity({ sku: 'B' }, 4);
    await made.clock.pass(1_000);
  });
  expect(relevo.cart.find({ sku: 'B' })?.quantity).toBe(4);
  expect([...new Set(rendered)]).toEqual(['B']);
  await tab.stop();
  await screen.close();
  await relevo.stop();
});

test('writing alone renders nothing: what only calls the instance listens to nothing', async () => {
  const { clock, relevo } = await opened();
  let renders = 0;
  const AddButton = () => {
    renders++;
    const { cart } = useRelevo();
    return <button type="button" onClick={() => cart.add({ sku: 'A' })} />;
  };
  const screen = await mount(relevo, <AddButton />);
  await during(() => relevo.cart.add({ sku: 'A' }));
  await during(() => clock.pass(1_000));
  expect(renders).toBe(1);
  await screen.close();
  await relevo.stop();
});
