import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { sqliteStore } from '../../src/server/stores/sqlite.ts';
import { add, createCoreWorld, customer, guest, lineOf, statuses } from './core-world.ts';
import { tempFolder } from './temp-folder.ts';

// A file that the server of release 0.1.0 has written, and the last cursor and changes it had answered.
const released = fileURLToPath(new URL('../fixtures/database/format-1.sqlite', import.meta.url));
const cur = 'jbzuCZ9SoJAe3siWw72QZw.0.0.4.wkosncBSHlbSmMSirJKnGR';
const phoneOps = [{ ...add(1, 'sofa', 2), i: 'op_1_abc' }];

let folder: ReturnType<typeof tempFolder>;
beforeEach(() => {
  folder = tempFolder();
  copyFileSync(released, folder.path('relevo.db'));
});
afterEach(() => folder.remove());

const formatOf = () => {
  const db = new Database(folder.path('relevo.db'), { readonly: true });
  try {
    return db.pragma('user_version', { simple: true });
  } finally {
    db.close();
  }
};

it('a file of format 1 is taken over with all that stands in it', async () => {
  expect(formatOf()).toBe(1);
  const store = sqliteStore({ path: folder.path('relevo.db') });
  const world = createCoreWorld({ store });
  const auth = customer('ana');
  const here = await world.sync({ auth, r: 'replica_laptop', device: 'device_laptop', cur, low: 4 });
  expect([here.reset, here.head, here.ent]).toEqual([undefined, 4, []]);
  const all = await world.sync({ auth, r: 'replica_new' });
  expect(all.ent.map(([, key, version]) => [key, version])).toEqual([
    ['currency', 2],
    ['language', 3],
    ['sofa', 4],
  ]);
  const again = await world.sync({ auth, r: 'replica_phone', ops: phoneOps });
  expect(statuses(again.acks)).toEqual(['dup']);
  expect(quantityOf(lineOf(again, 'sofa').q)).toBe(5);
  const bo = await world.sync({ auth: guest('bo'), r: 'replica_bo' });
  expect(quantityOf(lineOf(bo, 'lamp').q)).toBe(1);
  await world.dispose();
  expect(formatOf()).toBe(2);
});

it('an order in such a file is known, also to the customer whom its guest becomes, and nobody takes more for it', async () => {
  const db = new Database(folder.path('relevo.db'));
  const visitor = guest('bo');
  const space = `pk_a/${visitor.guest}`;
  db.prepare('INSERT INTO "order" (space, order_id, body) VALUES (?, ?, ?)').run(space, 'o-1', '{"lines":[]}');
  db.close();
  const store = sqliteStore({ path: folder.path('relevo.db') });
  const known = { orderId: 'o-1', by: 'server', at: 0, taken: {}, lines: [] };
  expect(await store.read((tx) => tx.order(space, 'o-1'))).toEqual(known);
  await store.write((tx) => tx.copyOrders(space, 'pk_a/c_ana'));
  expect(await store.read((tx) => tx.order('pk_a/c_ana', 'o-1'))).toEqual({ ...known, copied: true });
  await store.close();
});

it('what is in such a file counts as changed when it is taken over: nothing is forgotten at once', async () => {
  const store = sqliteStore({ path: folder.path('relevo.db'), now: () => 1_800_000_000_000 });
  const world = createCoreWorld({ store });
  const space = () =>
    store.read(async (tx) => (await tx.dueSpaces(Number.MAX_SAFE_INTEGER, 9)).map((row) => row.gcVersion));
  while ((await world.core.retention.sweep()) > 0);
  expect(await space()).toEqual([0, 0]);
  world.clock.jump(89 * 86_400_000);
  while ((await world.core.retention.sweep()) > 0);
  expect(await space()).toEqual([0, 0]);
  world.clock.jump(3 * 86_400_000);
  while ((await world.core.retention.sweep()) > 0);
  expect((await space()).includes(3)).toBe(true);
  await world.dispose();
});

it('two processes that take such a file over do it once', async () => {
  const stores = [1, 2].map(() => sqliteStore({ path: folder.path('relevo.db') }));
  await Promise.all(stores.map((store) => store.write((tx) => tx.putMeta('x', '1'))));
  for (const store of stores) await store.close();
  expect(formatOf()).toBe(2);
});
