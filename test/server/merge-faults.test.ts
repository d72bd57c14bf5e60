import { afterEach, describe, expect, it, vi } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import type { Line } from '../../src/core/line.ts';
import type { SyncReply } from '../../src/protocol/messages.ts';
import type { Store, WriteTx } from '../../src/server/store.ts';
import { memoryStore } from '../../src/server/stores/memory.ts';
import type { Timer } from '../../src/server/stores/settle-in-time.ts';
import { sqliteStore } from '../../src/server/stores/sqlite.ts';
import { add, type CoreWorld, createCoreWorld, customer, guest, rowOf } from './core-world.ts';
import { tempFolder } from './temp-folder.ts';

// A sign-in for each call of a merge, over a real file: on a busy machine longer than a test's usual 30 s.
vi.setConfig({ testTimeout: 120_000 });

const ana = customer('ana');
const visitor = guest('visitor');
const guestKey = `pk_a/${visitor.guest}`;

type Way = 'throws' | 'hangs' | 'fails at the commit';

/** A store of which the n-th call inside a transaction that writes a claim does not work, once it is armed. */
const faulty = (store: Store) => {
  let left = Number.POSITIVE_INFINITY;
  let way: Way = 'throws';
  const breaks = () => {
    left--;
    if (left !== 0) return undefined;
    if (way === 'hangs') return new Promise<never>(() => {});
    throw new Error('the disk is gone');
  };
  const watched = (tx: WriteTx): WriteTx =>
    new Proxy(tx, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as (...args: readonly unknown[]) => Promise<unknown>;
        return (...args: readonly unknown[]) => Promise.resolve(breaks()).then(() => member.apply(target, [...args]));
      },
    });
  return {
    store: {
      ...store,
      read: store.read.bind(store),
      close: store.close.bind(store),
      write: <T>(body: (tx: WriteTx) => Promise<T>) =>
        store.write(async (tx) => {
          const result = await body(watched(tx));
          if (way === 'fails at the commit' && left < Number.POSITIVE_INFINITY && --left === 0)
            throw new Error('no commit');
          return result;
        }),
    } satisfies Store,
    arm(n: number, how: Way) {
      left = n;
      way = how;
    },
    /** Whether the fault has come. */
    get isSpent() {
      return left <= 0;
    },
    heal() {
      left = Number.POSITIVE_INFINITY;
    },
  };
};

let world: CoreWorld;
let end = () => {};
/** A body that hangs is given up by the world's time. */
const timer: Timer = (ms, callback) => world.clock.timer(ms, callback);

const stores = {
  memory: () => ({ store: memoryStore({ timer }), end() {} }),
  SQLite: () => {
    const folder = tempFolder();
    return { store: sqliteStore({ path: folder.path('relevo.db'), timer }), end: () => folder.remove() };
  },
};

afterEach(async () => {
  await world.dispose();
  end();
});

const cartOf = (reply: SyncReply) => {
  const line = rowOf(reply, 'cart', 'sofa')?.[3] as unknown as Line | undefined;
  return line && quantityOf(line.q);
};
const guestIn = (store: Store) =>
  store.read(async (tx) => JSON.stringify([await tx.entries(guestKey), await tx.replicas(guestKey)]));

/** One sign-in over a store whose n-th call fails; says whether it came to that call. */
const signInWith = async (made: ReturnType<(typeof stores)['memory']>, n: number, way: Way): Promise<boolean> => {
  const broken = faulty(made.store);
  world = createCoreWorld({ store: broken.store });
  end = made.end;
  await world.sync({ auth: visitor, r: 'replica_guest', ops: [add(1, 'sofa', 3), add(2, 'lamp', 1)] });
  await world.sync({ auth: ana, r: 'replica_before', device: 'device_old', ops: [add(1, 'sofa', 2)] });
  const before = await guestIn(made.store);
  const claim = { ...visitor, r: 'replica_guest', ops: [] };
  const ask = () => world.sync({ auth: ana, r: 'replica_ana', claim });
  broken.arm(n, way);
  let reply: SyncReply | undefined;
  void ask().then((found) => {
    reply = found;
  });
  for (let waited = 0; waited < 3_000 && !reply; waited += 250) await world.clock.pass(250);
  const { isSpent } = broken;
  broken.heal();
  expect([n, reply !== undefined]).toEqual([n, true]);
  if (!reply) return isSpent;
  // They have their cart: merged, or as it was.
  expect([n, reply.claim, cartOf(reply)]).toEqual(reply.claim === 'merged' ? [n, 'merged', 3] : [n, 'waiting', 2]);
  if (reply.claim === 'waiting') expect(await guestIn(made.store)).toBe(before);
  // Whatever still hangs is given up.
  await world.clock.pass(60_000);
  const again = await ask();
  expect([n, again.claim, again.receipt?.raised, cartOf(again)]).toEqual([n, 'merged', [['sofa', 2, 3]], 3]);
  if (reply.claim === 'merged') expect(again.receipt).toEqual(reply.receipt);
  expect((await ask()).receipt).toEqual(again.receipt);
  return isSpent;
};

describe.each(['throws', 'hangs', 'fails at the commit'] as const)('a store that %s inside a merge', (way) => {
  it.each(['memory', 'SQLite'] as const)('postpones it whole, and the retry merges once: %s', async (kind) => {
    let n = 1;
    for (let isMore = true; isMore; n++) {
      isMore = await signInWith(stores[kind](), n, way);
      if (!isMore) break;
      await world.dispose();
      end();
    }
    expect(n).toBeGreaterThan(5);
  });
});
