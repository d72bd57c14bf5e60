import { Component, type ReactNode } from 'react';
import { expect, test, vi } from 'vitest';
import {
  useCart,
  useCartLine,
  useCollection,
  useEntry,
  useIdentity,
  usePreference,
  useReady,
  useRecent,
  useRelevo,
  useSyncStatus,
} from '../../../src/react/index.ts';
import { within, world } from '../../client/world.ts';
import { bare, createRecord, during, mount, opened } from '../screen.tsx';

test('the cart is shown, and what becomes of it', async () => {
  const { relevo } = await opened();
  const Cart = () => {
    const { lines, parked, count, isReady } = useCart();
    return `${isReady} ${count} of ${lines.map(({ sku }) => sku)} ${parked.length}`;
  };
  const screen = await mount(relevo, <Cart />);
  expect(screen.text()).toBe('true 0 of  0');
  await during(() => relevo.cart.add({ sku: 'SOFA-3', quantity: 2 }));
  expect(screen.text()).toBe('true 2 of SOFA-3 0');
  await during(() => relevo.cart.remove({ sku: 'SOFA-3' }));
  expect(screen.text()).toBe('true 0 of  0');
  await screen.close();
  await relevo.stop();
});

test('a line is found by its key, and by its sku and properties', async () => {
  const { relevo } = await opened();
  const oak = { sku: 'SOFA-3', properties: { colour: 'oak' } };
  const { key } = relevo.cart.add({ ...oak, quantity: 2 });
  const Lines = () =>
    [useCartLine(key), useCartLine(oak), useCartLine({ sku: 'SOFA-3' })].map((line) => line?.quantity ?? 'none').join();
  const screen = await mount(relevo, <Lines />);
  expect(screen.text()).toBe('2,2,none');
  await during(() => relevo.cart.setQuantity(key, 5));
  expect(screen.text()).toBe('5,5,none');
  await during(() => relevo.cart.clear());
  expect(screen.text()).toBe('none,none,none');
  await screen.close();
  await relevo.stop();
});

test('who uses the device: a guest, then the customer who signs in, then a guest again', async () => {
  const { clock, relevo, token } = await opened();
  const Who = () => {
    const { kind, customerId = '' } = useIdentity();
    const name = useIdentity(({ traits }) => traits['displayName']);
    return `${kind} ${customerId} ${name ?? ''}`;
  };
  const screen = await mount(relevo, <Who />);
  expect(screen.text()).toBe('guest  ');
  await during(() => within({ clock }, 1_000, relevo.signIn(token('ana'))));
  await during(() => relevo.identity.set({ displayName: 'Ana' }));
  expect(screen.text()).toBe('customer ana Ana');
  await during(() => within({ clock }, 4_000, relevo.signOut()));
  expect(screen.text()).toBe('guest  ');
  await screen.close();
  await relevo.stop();
});

test('what was looked at, of one kind and so many', async () => {
  const { clock, relevo } = await opened();
  const Recent = ({ kind, limit }: { kind?: string; limit?: number }) =>
    useRecent({ ...(kind ? { kind } : {}), ...(limit ? { limit } : {}) })
      .map(({ id }) => id)
      .join();
  const screen = await mount(relevo, <Recent kind="product" limit={2} />);
  expect(screen.text()).toBe('');
  for (const id of ['A', 'B', 'C']) {
    await during(() => relevo.browsing.view({ kind: 'product', id }));
    await during(() => clock.pass(1_000));
  }
  await during(() => relevo.browsing.view({ kind: 'article', id: 'X' }));
  expect(screen.text()).toBe('C,B');
  await screen.show(<Recent limit={3} />);
  expect(screen.text()).toBe('X,C,B');
  await screen.show(<Recent />);
  expect(screen.text()).toBe('X,C,B,A');
  await screen.close();
  await relevo.stop();
});

test('a preference is held as useState holds it: set, made of the one before, deleted', async () => {
  const { relevo } = await opened();
  const sets = new Set<unknown>();
  let setCount = (_: number | null | ((before: number) => number)): unknown => undefined;
  const Settings = () => {
    const [currency] = usePreference<string>('currency');
    const [count, set] = usePreference('count', 10);
    sets.add(set);
    setCount = set;
    return `${currency ?? 'none'} ${count}`;
  };
  const screen = await mount(relevo, <Settings />);
  expect(screen.text()).toBe('none 10');
  await during(() => relevo.preferences.set('currency', 'EUR'));
  await during(() => setCount((before) => before + 1));
  await during(() => setCount((before) => before + 1));
  expect(screen.text()).toBe('EUR 12');
  expect(relevo.preferences.get('count')).toBe(12);
  await during(() => setCount(null));
  expect(screen.text()).toBe('EUR 10');
  expect(relevo.preferences.get('count')).toBeUndefined();
  expect(sets.size).toBe(1);
  await screen.close();
  await relevo.stop();
});

test('the last fallback counts, the setter stays, and false is a value', async () => {
  const { relevo } = await opened();
  const sets = new Set<unknown>();
  let change = (_: (before: { readonly size: string }) => { readonly size: string }): unknown => undefined;
  const Settings = ({ size }: { size: string }) => {
    const [filters, set] = usePreference('filters', { size });
    const [news, setNews] = usePreference('newsletter', true);
    sets.add(set).add(setNews);
    change = set;
    return `${filters.size} ${news}`;
  };
  const screen = await mount(relevo, <Settings size="M" />);
  await screen.show(<Settings size="L" />);
  expect(screen.text()).toBe('L true');
  await during(() => relevo.preferences.set('newsletter', false));
  await during(() => change(({ size }) => ({ size: `X${size}` })));
  expect(screen.text()).toBe('XL false');
  expect(sets.size).toBe(2);
  await screen.close();
  await relevo.stop();
});

test('a collection is read whole and by key, and written through its schema', async () => {
  const { relevo } = await opened();
  const numbers = {
    '~standard': {
      validate: (value: unknown) =>
        typeof value === 'number' ? { value } : { issues: [{ message: 'A number, please.' }] },
    },
  };
  const writes: ((value: number) => unknown)[] = [];
  const Scores = () => {
    const [entries, scores] = useCollection('scores', { schema: numbers });
    const [ana = 0, setAna] = useEntry('scores', 'ana', { schema: numbers });
    writes.splice(
      0,
      2,
      (value) => scores.set('bob', value),
      (value) => setAna((before = 0) => before + value),
    );
    return `${JSON.stringify(entries)} ${ana}`;
  };
  const screen = await mount(relevo, <Scores />);
  expect(screen.text()).toBe('[] 0');
  await during(() => writes[0]?.(3));
  await during(() => writes[1]?.(4));
  await during(() => writes[1]?.(4));
  expect(screen.text()).toBe('[["bob",3],["ana",8]] 8');
  expect(() => writes[0]?.('many' as unknown as number)).toThrow('A number, please.');
  expect(() => writes[1]?.(Number.NaN)).toThrow('change/bad-value');
  await screen.close();
  await relevo.stop();
});

test('the state of sync, and that what is here may be shown', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  const { texts, useRecord } = createRecord();
  const Sync = () => {
    const { pending } = useSyncStatus();
    return useRecord(`${useReady()} ${useSyncStatus(({ connection }) => connection)} ${pending}`);
  };
  const screen = await mount(relevo, <Sync />);
  expect(texts).toEqual(['false connecting 0', 'true connecting 0']);
  await during(() => within(made, 1_000, relevo.signIn(made.token('ana'))));
  expect(screen.text()).toBe('true online 0');
  line.setOnline(false);
  await during(() => relevo.cart.add({ sku: 'A' }));
  await during(() => made.clock.pass(20_000));
  expect(screen.text()).toBe('true offline 1');
  await screen.close();
  await relevo.stop();
});

test('writes go through the instance that the provider was given, the nearest one', async () => {
  const [outer, inner] = [await opened(), await opened()];
  const given: unknown[] = [];
  const Given = () => {
    given.push(useRelevo());
    return null;
  };
  const screen = await mount(outer.relevo, <Given />);
  await screen.show(bare(inner.relevo, <Given />));
  expect(given.map((one) => [outer.relevo, inner.relevo].indexOf(one as never))).toEqual([0, 1]);
  await screen.close();
  await outer.relevo.stop();
  await inner.relevo.stop();
});

test('without a provider a hook throws a code and what to do', async () => {
  class Boundary extends Component<{ readonly children: ReactNode }> {
    override state = { code: '', message: '' };
    static getDerivedStateFromError({ code, message }: Error & { code?: string }) {
      return { code, message };
    }
    override render() {
      const { code, message } = this.state;
      return code ? `${code} | ${message}` : this.props.children;
    }
  }
  const Lost = () => String(useRelevo());
  const calm = (event: ErrorEvent) => event.preventDefault();
  addEventListener('error', calm);
  const screen = await mount(
    null,
    <Boundary>
      <Lost />
    </Boundary>,
  );
  const [code, message] = screen.text().split(' | ');
  expect(code).toBe('react/no-provider');
  expect(message).toContain('<RelevoProvider');
  // React 19 says every error that a boundary catches; React 18 says it unless the page has heard it and is calm.
  vi.mocked(console.error).mockClear();
  removeEventListener('error', calm);
  await screen.close();
});
