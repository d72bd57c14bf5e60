import { describe, expect, jest, test } from '@jest/globals';
import AsyncStorage2 from '@react-native-async-storage/async-storage';
import { render, screen, waitFor } from '@testing-library/react-native';
import { createAsyncStorage } from 'async-storage-3/jest';
import { type ReactElement, StrictMode } from 'react';
import { Text } from 'react-native';
import type { Relevo } from 'relevo';
import {
  RelevoProvider,
  useCart,
  useCollection,
  useIdentity,
  usePreference,
  useReady,
  useRecent,
  useSyncStatus,
} from 'relevo/react';
import { newCustomer, newLine, startDevice, startOtherDevice, tokenOf } from './devices.ts';

const inApp = (relevo: Relevo, ui: ReactElement) => (
  <StrictMode>
    <RelevoProvider relevo={relevo}>{ui}</RelevoProvider>
  </StrictMode>
);

const Everything = () => {
  const { kind } = useIdentity();
  const { lines, count } = useCart();
  const [currency] = usePreference('currency', 'EUR');
  const recent = useRecent({ kind: 'product' });
  const [notes] = useCollection('notes');
  const connection = useSyncStatus((status) => status.connection);
  const texts = [
    `kind: ${kind}`,
    `count: ${count}`,
    `lines: ${lines.map(({ sku, quantity }) => `${quantity} ${sku}`).join(', ')}`,
    `currency: ${currency}`,
    `recent: ${recent.map(({ id }) => id).join(', ')}`,
    `notes: ${notes.map(([key, value]) => `${key}=${value}`).join(', ')}`,
    `connection: ${connection}`,
  ];
  return texts.map((text) => <Text key={text}>{text}</Text>);
};

const notes = { kind: 'reg', purpose: 'necessary' } as const;

describe('the hooks in React Native', () => {
  test('show what is done here', async () => {
    const relevo = startDevice({ collections: { notes } });
    render(inApp(relevo, <Everything />));
    await relevo.ready;
    relevo.cart.add({ sku: 'MUG-1', quantity: 2 });
    relevo.preferences.set('currency', 'CHF');
    relevo.browsing.view({ kind: 'product', id: 'SOFA-3' });
    relevo.collection('notes').set('gift', 'yes');
    await screen.findByText('lines: 2 MUG-1');
    for (const text of ['kind: guest', 'count: 2', 'currency: CHF', 'recent: SOFA-3', 'notes: gift=yes'])
      await screen.findByText(text);
    await screen.findByText('connection: online');
  });

  test('show what another device of the customer does', async () => {
    const customer = newCustomer();
    const line = await newLine();
    const relevo = startDevice({ endpoint: line.url });
    render(inApp(relevo, <Everything />));
    await relevo.signIn(await tokenOf(customer));
    await screen.findByText('kind: customer');

    const other = await startOtherDevice(customer);
    other.cart.add({ sku: 'SOFA-3', quantity: 3 });
    other.preferences.set('currency', 'SEK');
    other.browsing.view({ kind: 'product', id: 'LAMP-7' });
    await screen.findByText('lines: 3 SOFA-3');
    for (const text of ['count: 3', 'currency: SEK', 'recent: LAMP-7']) await screen.findByText(text);

    relevo.cart.setQuantity({ sku: 'SOFA-3' }, 5);
    await waitFor(() => expect(other.cart.find({ sku: 'SOFA-3' })).toMatchObject({ quantity: 5, channel: 'ios' }));
  });

  test('tell a line that is cut, and when it is there again', async () => {
    const line = await newLine();
    const relevo = startDevice({ endpoint: line.url });
    render(inApp(relevo, <Everything />));
    relevo.cart.add({ sku: 'MUG-1' });
    await screen.findByText('connection: online');

    line.cut();
    const { synced } = relevo.cart.add({ sku: 'MUG-1' });
    await screen.findByText('connection: offline');
    await screen.findByText('lines: 2 MUG-1');

    line.mend();
    await screen.findByText('connection: online');
    await synced;
  });

  test('end their subscriptions with the screen, StrictMode or not', async () => {
    const relevo = startDevice();
    await relevo.ready;
    let live = 0;
    const subscribe = relevo.cart.subscribe;
    jest.spyOn(relevo.cart, 'subscribe').mockImplementation((listener) => {
      const end = subscribe(listener);
      live += 1;
      return () => {
        live -= 1;
        end();
      };
    });
    const { unmount } = render(inApp(relevo, <Everything />));
    expect(live).toBe(1);
    unmount();
    expect(live).toBe(0);
  });
});

const Cart = ({ seen }: { seen: string[] }) => {
  const isReady = useReady();
  const { lines } = useCart();
  const text = isReady ? `${lines.length} lines` : 'placeholder';
  if (seen.at(-1) !== text) seen.push(text);
  return <Text>{text}</Text>;
};

test.each([
  ['2', AsyncStorage2],
  ['3', createAsyncStorage('relevo')],
])(
  'an app started again offline shows its cart, and never an empty one before (AsyncStorage %s)',
  async (_, storage) => {
    const line = await newLine();
    const first = startDevice({ endpoint: line.url, storage });
    await first.cart.add({ sku: 'MUG-1' }).saved;
    await first.stop();
    line.cut();

    const again = startDevice({ endpoint: line.url, storage });
    const seen: string[] = [];
    render(inApp(again, <Cart seen={seen} />));
    await screen.findByText('1 lines');
    expect(seen).toEqual(['placeholder', '1 lines']);
    expect(again.status.storage).toBe('async-storage');
  },
);
