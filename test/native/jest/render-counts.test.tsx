import { describe, expect, test } from '@jest/globals';
import { act, render, screen } from '@testing-library/react-native';
import { memo, StrictMode } from 'react';
import { FlatList, Text } from 'react-native';
import type { CartLine, Relevo } from 'relevo';
import { RelevoProvider, useCart, useCartLine, usePreference } from 'relevo/react';
import { newCustomer, newLine, startDevice, startOtherDevice, tokenOf } from './devices.ts';

const lineCount = 200;
const skus = Array.from({ length: lineCount }, (_, at) => `SKU-${at}`);

/** How often each component's function ran since the last `take()`. */
const createCounts = () => {
  let counts: { [component: string]: number } = {};
  return {
    hit(component: string) {
      counts[component] = (counts[component] ?? 0) + 1;
    },
    take() {
      const taken = counts;
      counts = {};
      return taken;
    },
  };
};

const counts = createCounts();

const shown = (line: CartLine | undefined) => <Text>{`${line?.sku} x ${line?.quantity}`}</Text>;

/** A list of keys, whose rows read their own line. */
const Row = memo(({ lineKey }: { lineKey: string }) => {
  const line = useCartLine(lineKey);
  counts.hit(`row ${line?.sku}`);
  return shown(line);
});
const renderRow = ({ item }: { item: string }) => <Row lineKey={item} />;
const ListOfKeys = () => {
  counts.hit('list');
  const keys = useCart((cart) => cart.lines.map(({ key }) => key));
  return <FlatList data={keys} renderItem={renderRow} keyExtractor={(key) => key} initialNumToRender={lineCount} />;
};

/** The plain way: the list has the lines, and hands each row its own. */
const LineRow = memo(({ line }: { line: CartLine }) => {
  counts.hit(`row ${line.sku}`);
  return shown(line);
});
const renderLineRow = ({ item }: { item: CartLine }) => <LineRow line={item} />;
const ListOfLines = () => {
  counts.hit('list');
  const { lines } = useCart();
  return (
    <FlatList data={lines} renderItem={renderLineRow} keyExtractor={({ key }) => key} initialNumToRender={lineCount} />
  );
};

const Badge = () => {
  counts.hit('badge');
  return <Text>{`${useCart((cart) => cart.count)} things`}</Text>;
};

const Currency = () => <Text>{`in ${usePreference('currency', 'EUR')[0]}`}</Text>;

/** After all that React has still to do. */
const rendered = () => act(async () => {});

const start = async (list: 'keys' | 'lines', relevo: Relevo) => {
  render(
    <RelevoProvider relevo={relevo}>
      <Badge />
      <Currency />
      {list === 'keys' ? <ListOfKeys /> : <ListOfLines />}
    </RelevoProvider>,
  );
  await screen.findByText(`${lineCount} things`);
  await screen.findByText(`SKU-${lineCount - 1} x 1`);
  await rendered();
  counts.take();
};

/** A phone with the cart, and its line: once it is cut, what a test does is all that happens. */
const fill = async () => {
  const line = await newLine();
  const relevo = startDevice({ endpoint: line.url });
  await relevo.ready;
  for (const sku of skus) relevo.cart.add({ sku });
  await relevo.flush();
  return { relevo, line };
};

describe(`a cart of ${lineCount} lines`, () => {
  test('renders one row, and not the list, for one changed line', async () => {
    const { relevo, line } = await fill();
    await start('keys', relevo);
    line.cut();
    const { synced } = relevo.cart.setQuantity({ sku: 'SKU-100' }, 7);
    await screen.findByText('SKU-100 x 7');
    await screen.findByText('206 things');
    expect(counts.take()).toEqual({ 'row SKU-100': 1, badge: 1 });

    // The server's answer brings its time of the change, `updatedAt`: the line is another one, and no other line is.
    line.mend();
    await synced;
    await rendered();
    expect(counts.take()).toEqual({ 'row SKU-100': 1 });
  });

  test('renders one row for a line that another device changed', async () => {
    const customer = newCustomer();
    const other = await startOtherDevice(customer);
    for (const sku of skus) other.cart.add({ sku });
    await other.flush();
    const line = await newLine();
    const relevo = startDevice({ endpoint: line.url });
    await relevo.signIn(await tokenOf(customer));
    await start('keys', relevo);
    other.cart.setQuantity({ sku: 'SKU-100' }, 7);
    await screen.findByText('SKU-100 x 7');
    await screen.findByText('206 things');
    expect(counts.take()).toEqual({ 'row SKU-100': 1, badge: 1 });
  });

  test('renders one row where the list has the lines, too', async () => {
    const { relevo, line } = await fill();
    await start('lines', relevo);
    line.cut();
    relevo.cart.setQuantity({ sku: 'SKU-100' }, 7);
    await screen.findByText('SKU-100 x 7');
    await screen.findByText('206 things');
    expect(counts.take()).toEqual({ list: 1, 'row SKU-100': 1, badge: 1 });
  });

  test.each(['keys', 'lines'] as const)('renders nothing for an unrelated preference (list of %s)', async (list) => {
    const { relevo } = await fill();
    await start(list, relevo);
    const { synced } = relevo.preferences.set('currency', 'CHF');
    await screen.findByText('in CHF');
    await synced;
    await rendered();
    expect(counts.take()).toEqual({});
  });

  test('renders one row in StrictMode, where React runs it twice', async () => {
    const { relevo, line } = await fill();
    render(
      <StrictMode>
        <RelevoProvider relevo={relevo}>
          <ListOfKeys />
        </RelevoProvider>
      </StrictMode>,
    );
    await screen.findByText(`SKU-${lineCount - 1} x 1`);
    await rendered();
    counts.take();
    line.cut();
    relevo.cart.setQuantity({ sku: 'SKU-100' }, 7);
    await screen.findByText('SKU-100 x 7');
    expect(counts.take()).toEqual({ 'row SKU-100': 2 });
  });
});
