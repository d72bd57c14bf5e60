import { expect, test } from 'vitest';
import {
  useCart,
  useCartLine,
  useCollection,
  useEntry,
  useIdentity,
  usePreference,
  useRecent,
  useSyncStatus,
} from '../../../src/react/index.ts';
import { sha256, within, world } from '../../client/world.ts';
import { during, mount, opened } from '../screen.tsx';

test('another key, name or kind is read at once, written to, and listened to', async () => {
  const { relevo } = await opened();
  relevo.preferences.set('a', 'pa');
  relevo.preferences.set('b', 'pb');
  relevo.collection('one').set('a', '1a');
  relevo.collection('one').set('b', '1b');
  relevo.collection('two').set('a', '2a');
  relevo.browsing.view({ kind: 'product', id: 'P' });
  relevo.browsing.view({ kind: 'article', id: 'X' });
  let write: { readonly [hook: string]: (value: string) => unknown } = {};
  const All = ({ id, name, kind }: { id: string; name: string; kind: string }) => {
    const [preference, setPreference] = usePreference<string>(id);
    const [entry, setEntry] = useEntry<string>(name, id);
    const [entries, collection] = useCollection<string>(name);
    write = { setPreference, setEntry, add: (value) => collection.set('c', value) };
    return JSON.stringify([preference, entry, entries.length, useRecent({ kind }).map((view) => view.id)]);
  };
  const screen = await mount(relevo, <All id="a" name="one" kind="product" />);
  expect(screen.text()).toBe('["pa","1a",2,["P"]]');
  await screen.show(<All id="b" name="one" kind="product" />);
  expect(screen.text()).toBe('["pb","1b",2,["P"]]');
  await during(() => write['setPreference']?.('pb2'));
  await during(() => write['setEntry']?.('1b2'));
  expect(screen.text()).toBe('["pb2","1b2",2,["P"]]');
  await screen.show(<All id="a" name="two" kind="product" />);
  expect(screen.text()).toBe('["pa","2a",1,["P"]]');
  await during(() => write['setEntry']?.('2a2'));
  await during(() => write['add']?.('2c'));
  expect(screen.text()).toBe('["pa","2a2",2,["P"]]');
  expect(relevo.collection('one').entries()).toEqual([
    ['a', '1a'],
    ['b', '1b2'],
  ]);
  await screen.show(<All id="a" name="two" kind="article" />);
  expect(screen.text()).toBe('["pa","2a2",2,["X"]]');
  await screen.close();
  await relevo.stop();
});

test('another schema checks what is written from then on', async () => {
  const { relevo } = await opened();
  const only = (type: string) => ({
    '~standard': {
      validate: (value: unknown) =>
        typeof value === type ? { value } : { issues: [{ message: `A ${type}, please.` }] },
    },
  });
  const schemas = [only('number'), only('string')];
  let writes: ((value: never) => unknown)[] = [];
  const Quiz = ({ turn }: { turn: number }) => {
    const options = { schema: schemas[turn] };
    const [, quiz] = useCollection('quiz', options);
    const [, setFirst] = useEntry('quiz', 'first', options);
    writes = [(value) => quiz.set('first', value), setFirst];
    return null;
  };
  const screen = await mount(relevo, <Quiz turn={0} />);
  for (const write of writes) expect(() => write('yes' as never)).toThrow('A number, please.');
  await screen.show(<Quiz turn={1} />);
  for (const write of writes) expect(() => write(1 as never)).toThrow('A string, please.');
  await screen.close();
  await relevo.stop();
});

test('isEqual decides for the identity and for the status as well', async () => {
  const made = world();
  const { relevo, token } = await opened({}, made);
  await within(made, 2_000, relevo.signIn(token('ana')));
  const renders = { who: 0, sync: 0 };
  const Who = () => {
    renders.who++;
    const { of } = useIdentity(
      (identity) => ({ of: { name: identity.traits['displayName'], kind: identity.kind } }),
      (before, after) => before.of.kind === after.of.kind,
    );
    return `${of.name ?? 'nobody'} `;
  };
  const Sync = () => {
    renders.sync++;
    const pending = useSyncStatus(
      (status) => status.pending,
      (before, after) => before > 0 === after > 0,
    );
    return String(pending);
  };
  const screen = await mount(relevo, [<Who key="who" />, <Sync key="sync" />]);
  await during(() => relevo.identity.set({ displayName: 'Ana' }));
  await during(() => relevo.identity.set({ displayName: 'Anna' }));
  expect([screen.text(), renders]).toEqual(['nobody 1', { who: 1, sync: 2 }]);
  await screen.close();
  await relevo.stop();
});

test('who signs in on a shared device is shown though nothing else of it changes', async () => {
  const made = world();
  const { device } = made.device();
  const first = device.open({ getToken: () => made.token('ana') }).relevo;
  await made.clock.pass(2_000);
  await first.stop();
  let answer = (_: string): void => {};
  const asked = new Promise<string>((done) => {
    answer = done;
  });
  const { relevo } = device.open({ getToken: () => asked });
  const Who = () => {
    const { isReady, kind } = useIdentity();
    return `${isReady} ${kind}`;
  };
  const screen = await mount(relevo, <Who />);
  await during(() => made.clock.pass(1_000));
  expect(screen.text()).toBe('false guest');
  await during(async () => {
    answer(made.token('ana'));
    await made.clock.pass(1_000);
  });
  expect(screen.text()).toBe('true customer');
  await screen.close();
  await relevo.stop();
});

test('a guest’s identity becomes ready by the status alone', async () => {
  const made = world();
  let answer = (_: null): void => {};
  const asked = new Promise<null>((done) => {
    answer = done;
  });
  const { relevo } = made.device().device.open({ getToken: () => asked });
  await made.clock.pass(1_000);
  const screen = await mount(relevo, <IsKnown />);
  expect(screen.text()).toBe('false');
  await during(async () => {
    answer(null);
    await made.clock.pass(0);
  });
  expect(screen.text()).toBe('true');
  await screen.close();
  await relevo.stop();
});

const IsKnown = () => String(useIdentity().isReady);

test('a line of another device that the shop refuses is among the parked ones, until it is taken back', async () => {
  const made = world();
  const [{ relevo }, phone] = [await opened({}, made), await opened({}, made)];
  for (const one of [relevo, phone.relevo]) await within(made, 2_000, one.signIn(made.token('ana')));
  const unbind = relevo.cart.bind({
    write: ({ added }) => ({ refused: added.map(({ key }) => ({ key, reason: 'sold out' })) }),
  });
  const Cart = () => {
    const { lines, parked } = useCart();
    return `${lines.map(({ sku }) => sku)} | ${parked.map(({ sku, reason }) => `${sku}: ${reason}`)}`;
  };
  const screen = await mount(relevo, <Cart />);
  const { key } = phone.relevo.cart.add({ sku: 'A' });
  phone.relevo.cart.add({ sku: 'B' });
  await during(() => made.clock.pass(3_000));
  expect(screen.text()).toBe(' | A: sold out,B: sold out');
  unbind();
  await during(() => relevo.cart.remove({ sku: 'B' }));
  expect(screen.text()).toBe(' | A: sold out');
  await during(() => relevo.cart.unpark(key));
  expect(screen.text()).toBe('A | ');
  await screen.close();
  await phone.relevo.stop();
  await relevo.stop();
});

test('a row that knows its line by sku and properties costs no hash at a change, and another one is read at once', async () => {
  let hashes = 0;
  const made = world({
    sha256: (text) => {
      hashes++;
      return sha256(text);
    },
  });
  const { relevo } = await opened({}, made);
  relevo.cart.add({ sku: 'A', properties: { colour: 'oak', size: 'M' }, quantity: 2 });
  relevo.cart.add({ sku: 'A', seller: 'other', quantity: 3 });
  relevo.cart.add({ sku: 'B', quantity: 5 });
  const Row = ({ colour, seller }: { colour?: string; seller?: string }) => {
    const properties = { size: 'M', ...(colour ? { colour } : {}) };
    return String(useCartLine({ sku: 'A', ...(seller ? { seller } : { properties }) })?.quantity ?? 'none');
  };
  const screen = await mount(relevo, <Row colour="oak" />);
  expect(screen.text()).toBe('2');
  hashes = 0;
  await screen.show(<Row colour="oak" />);
  await during(() => relevo.cart.lines.map(({ key }) => relevo.cart.setQuantity(key, 9)));
  expect([screen.text(), hashes]).toEqual(['9', 0]);
  await screen.show(<Row colour="ash" />);
  expect(screen.text()).toBe('none');
  await screen.show(<Row seller="other" />);
  expect(screen.text()).toBe('9');
  await screen.close();
  await relevo.stop();
});
