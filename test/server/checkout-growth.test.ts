import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/server/stores/memory.ts';
import {
  add,
  type CoreWorld,
  createCoreWorld,
  customer,
  dayMs,
  type Fields,
  op,
  siteRules,
  statuses,
} from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld({ store: memoryStore() });
});
afterEach(() => world.dispose());

const auth = customer('ana');
let q: number;
beforeEach(() => {
  q = 0;
});
const sync = (ops: readonly Fields[] = [], more: Fields = {}) => world.sync({ auth, ops, ...more });
const begin = async (ops: readonly Fields[] = []) => (await sync(ops, { want: { begin: true } })).want?.begin?.id ?? '';
/** One more of something each time: other content, another checkout. */
const beginAnother = (key = 'sofa', fields: Fields = {}) => {
  world.clock.jump(1);
  return begin([add(++q, key, 1, fields)]);
};
const rows = () =>
  world.store.read(async (tx) => tx.checkouts((await tx.dueSpaces(Number.MAX_SAFE_INTEGER, 1))[0]?.id ?? ''));
const told = async () =>
  (await sync([], { r: 'replica_new' })).ent.filter(([collection]) => collection === '~checkout').length;
const pay = (n: number, checkoutId: string) =>
  op(++q, { k: `N-${n}`, t: 'order', orderId: `N-${n}`, checkoutId, lines: [{ sku: 'NONE', quantity: 1 }], seen: {} });

describe('whoever begins again and again', () => {
  it('has 20 checkouts, five of them open, and 10 are told to a new device', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 30; n++) ids.push(await beginAnother());
    const kept = await rows();
    expect(kept.map(({ id }) => id)).toEqual(ids.slice(10).reverse());
    expect(kept.filter(({ status }) => status === 'open')).toHaveLength(5);
    expect(await told()).toBe(10);
  });

  it('keeps those that are open before those that are not, and of the paid ones which orders paid them', async () => {
    const open = await beginAnother();
    const paid: string[] = [];
    for (let n = 0; n < 25; n++) {
      const id = await beginAnother();
      paid.push(id);
      await sync([pay(n, id)]);
    }
    const kept = await rows();
    const find = (of: string | undefined) => kept.find(({ id }) => id === of);
    expect(find(open)?.lines).toMatchObject({ sofa: { quantity: 1 } });
    expect([find(paid[0])?.orders, find(paid[0])?.lines]).toEqual([['N-0'], {}]);
    expect(Object.keys(find(paid[24])?.lines ?? {})).toEqual(['sofa']);
    // A second order of one whose goods are forgotten is told all the same.
    expect(statuses((await sync([pay(99, paid[0] ?? '')])).acks)).toEqual(['ok order/duplicate-snapshot']);
    for (let n = 25; n < 110; n++) await sync([pay(n, await beginAnother())]);
    expect(await rows()).toHaveLength(100);
  }, 60_000);

  it('does not fill the disk with a large cart: what was in all but the latest is 256 KiB', async () => {
    const properties = { a: 'x'.repeat(4_000), b: 'x'.repeat(4_000), c: 'x'.repeat(4_000) };
    for (let n = 0; n < 16; n++) await sync([add(++q, `l${n}`, 1, { f: { sku: `L${n}`, properties } })]);
    for (let n = 0; n < 6; n++) await beginAnother('l0');
    const sizes = (await rows()).map(({ lines }) => JSON.stringify(lines).length);
    expect(sizes[0]).toBeGreaterThan(190_000);
    expect(sizes.slice(1).reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(262_144);
  });

  it('is not locked out of the own cart by what is told of it', async () => {
    await world.dispose();
    const limits = { maxSpaceBytes: 6_000 };
    world = createCoreWorld({ store: memoryStore(), rules: { limits: { ...siteRules.limits, ...limits } } });
    for (let n = 0; n < 20; n++) await beginAnother(`sofa-${n % 4}`);
    expect(statuses((await sync([add(++q, 'lamp', 1)])).acks)).toEqual(['ok']);
  });
});

describe('a checkout of long ago', () => {
  it('goes after 30 days, though nobody comes', async () => {
    await begin([add(++q, 'sofa', 1)]);
    await world.passDays(30 - 1 / dayMs);
    expect(await rows()).toHaveLength(1);
    await world.passDays(1 / dayMs);
    expect(await rows()).toHaveLength(0);
  });
});
