import { describe, expect, it } from 'vitest';
import type { Relevo, RelevoOptions } from '../../../src/client/api.ts';
import type { StoreKey } from '../../../src/client/ports.ts';
import type { Json } from '../../../src/core/json.ts';
import { keyValueStorage } from '../../../src/platform/react-native/key-value-storage.ts';
import type { KeyValueLike } from '../../../src/platform/react-native/shapes.ts';
import type { World } from '../../../src/testing/virtual-world.ts';
import { cartOf, settle, within, world } from '../../client/world.ts';
import { asyncStorage, type Disk } from '../../contracts/store/storage-doubles.ts';
import { bucketKeys, name } from './key-value-disk.ts';

const patient = async () => {
  for (let turn = 0; turn < 10; turn++) await settle();
};

type Phone = { readonly made: World; readonly disk: Disk; next(storage?: KeyValueLike): Relevo; line: Line };
type Line = ReturnType<World['device']>['line'];

const phone = (options: (made: World) => Partial<RelevoOptions> = () => ({})): Phone => {
  const made = world({ settle: patient });
  const { device, line } = made.device({ device: { kind: 'personal' }, ...options(made) });
  const disk: Disk = new Map();
  return {
    made,
    disk,
    line,
    next(storage = asyncStorage(disk)) {
      device.setOpen(() => keyValueStorage(storage).open(name));
      return device.open().relevo;
    },
  };
};

/** Skus by line. */
type Lines = ReadonlyMap<string, string>;

/** A cart that the server has, a change whose answer was lost, and some that were never sent. */
const live = async ({ made, line, next }: Phone): Promise<Lines> => {
  const relevo = next();
  for (let at = 0; at < 12; at++) relevo.cart.add({ sku: `S${at}` });
  relevo.preferences.set('size', 'M');
  await within(made, 5_000, relevo.flush());
  line.setFaults({ replyLost: 1 });
  relevo.cart.add({ sku: 'S0', quantity: 2 });
  await made.clock.pass(3_000);
  line.setOnline(false);
  line.setFaults({});
  relevo.cart.add({ sku: 'S1', quantity: 3 });
  relevo.cart.setQuantity(relevo.cart.lines.find(({ sku }) => sku === 'S2')?.key ?? '', 9);
  relevo.cart.add({ sku: 'S3', quantity: 2 });
  relevo.cart.setQuantity(relevo.cart.lines.find(({ sku }) => sku === 'S3')?.key ?? '', 7);
  await made.clock.pass(500);
  // The journal has this alone.
  relevo.cart.add({ sku: 'NEW' });
  await made.clock.pass(500);
  const lines = new Map(relevo.cart.lines.map(({ key, sku }) => [key, sku]));
  await within(made, 1_000, relevo.stop());
  return lines;
};

const whole = {
  ...Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`S${at}`, 1])),
  ...{ S0: 3, S1: 4, S2: 9, S3: 7, NEW: 1 },
};

type StoredRow = readonly [key: StoreKey, value?: { readonly k: string; readonly x: Json }];

const rowsIn = (text = ''): readonly StoredRow[] => {
  const found = JSON.parse(text.slice(text.indexOf(':') + 1)) as [unknown, readonly StoredRow[]] | readonly StoredRow[];
  return text.includes(':[[[') || text.includes(':[]') ? (found as StoredRow[]) : (found as [unknown, StoredRow[]])[1];
};

/** The skus of which an unsent change is lost with a bucket: of those in it, what the journal has not. */
const lostIn = (disk: Disk, bucket: string, lines: Lines): (string | undefined)[] => {
  const journal = rowsIn(disk.get(`${name}/journal`)).map(([key]) => String(key));
  return rowsIn(disk.get(bucket)).flatMap(([key, value]) =>
    key[0] === 'out' && !journal.includes(String(key)) ? lines.get(value?.k ?? '') : [],
  );
};

describe.each([
  { who: 'a guest', isGuest: true },
  { who: 'a customer', isGuest: false },
])('of $who', ({ isGuest }) => {
  const options = (made: World): Partial<RelevoOptions> => (isGuest ? {} : { getToken: () => made.token('ana') });

  it.each(['cut off', 'gone'])(
    'any bucket that is %s costs no more than the unsent changes in it, and every other change syncs once',
    async (damage) => {
      const plain = phone(options);
      await live(plain);
      const keys = bucketKeys(plain.disk);
      expect(keys.length).toBeGreaterThan(15);
      let lostCount = 0;
      for (const key of keys) {
        const own = phone(options);
        const lines = await live(own);
        const text = own.disk.get(key) ?? '';
        const lost = lostIn(own.disk, key, lines);
        lostCount += lost.length;
        if (isGuest && text.includes('[["device"]')) continue;
        if (damage === 'gone') own.disk.delete(key);
        else own.disk.set(key, text.slice(0, 20));
        own.line.setOnline(true);
        const relevo = own.next();
        await own.made.clock.pass(70_000);
        const cart = cartOf(relevo);
        const left = { ...whole, ...Object.fromEntries(lost.map((sku) => [sku, cart[sku ?? '']])) };
        expect({ key, cart }).toEqual({ key, cart: left });
        expect(relevo.status).toMatchObject({ storage: 'async-storage', pending: 0 });
        if (isGuest) await within(own.made, 5_000, relevo.signIn(own.made.token('ana')));
        const other = own.made.device({ getToken: () => own.made.token('ana') }).device.open().relevo;
        await own.made.clock.pass(5_000);
        expect({ key, cart: cartOf(other) }).toEqual({ key, cart: cartOf(relevo) });
        await Promise.all([relevo.stop(), other.stop()]);
      }
      expect(lostCount).toBeGreaterThan(2);
    },
  );

  it('a storage that is cleared while the app runs is whole again with the next change', async () => {
    const { made, disk, next } = phone(options);
    const relevo = next();
    for (let at = 0; at < 12; at++) relevo.cart.add({ sku: `S${at}` });
    await within(made, 5_000, relevo.flush());
    disk.clear();
    relevo.cart.add({ sku: 'NEW' });
    await within(made, 5_000, relevo.flush());
    const cart = cartOf(relevo);
    await within(made, 1_000, relevo.stop());
    const again = next();
    await made.clock.pass(5_000);
    expect(cartOf(again)).toEqual(cart);
    await again.stop();
  });
});
