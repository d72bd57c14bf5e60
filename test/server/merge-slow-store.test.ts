import { afterEach, expect, it } from 'vitest';
import { memoryStore } from '../../src/server/stores/memory.ts';
import { add, type CoreWorld, createCoreWorld, customer, type Fields, guest } from './core-world.ts';

let world: CoreWorld;
afterEach(() => world.dispose());

const ana = customer('ana');
const visitor = guest('visitor');

/** A store of which every transaction takes so long, once it is slow. */
const slowStore = () => {
  const inner = memoryStore();
  let slowMs = 0;
  const wait = () => (slowMs ? new Promise<void>((done) => void world.clock.timer(slowMs, done)) : Promise.resolve());
  return {
    store: {
      ...inner,
      read: async <T>(body: Parameters<typeof inner.read<T>>[0]) => {
        await wait();
        return inner.read(body);
      },
      write: async <T>(body: Parameters<typeof inner.write<T>>[0]) => {
        await wait();
        return inner.write(body);
      },
    },
    slow(ms: number) {
      slowMs = ms;
    },
  };
};

/** What became of a request in so long. */
const after = async (ms: number, fields: Fields) => {
  let claim: unknown;
  void world.sync(fields).then((reply) => {
    claim = reply.claim;
  });
  await world.clock.pass(ms);
  return claim;
};

const signIn = { auth: ana, r: 'replica_ana', claim: { ...visitor, r: 'replica_guest', ops: [] } };
const start = async (slowMs: number) => {
  const { store, slow } = slowStore();
  const asked: boolean[] = [];
  world = createCoreWorld({ store, hooks: { beforeMerge: ({ signal }) => void asked.push(signal.aborted) } });
  await world.sync({ auth: visitor, r: 'replica_guest', ops: [add(1, 'sofa', 3)] });
  await world.sync({ auth: ana, r: 'replica_before', device: 'device_old', ops: [add(1, 'rug', 1)] });
  slow(slowMs);
  return { slow, asked };
};

it.each([300, 500, 700, 900])(
  'a hook is asked, and a guest merged, by a store that takes %i ms for all it does',
  async (slowMs) => {
    const { asked } = await start(slowMs);
    expect([await after(20_000, signIn), asked]).toEqual(['merged', [false]]);
  },
);

it('where it takes longer than that, the next sync finds the guest merged', async () => {
  const { asked } = await start(1_100);
  expect(await after(20_000, signIn)).toBe('waiting');
  expect([await after(20_000, signIn), asked]).toEqual(['merged', [false]]);
});

it.each([500, 700])(
  'a merge that waited is made by the next sync of any device over a store that takes %i ms',
  async (slowMs) => {
    const { slow } = await start(2_500);
    expect(await after(20_000, signIn)).toBe('waiting');
    slow(slowMs);
    world.clock.jump(60_000);
    await after(20_000, { auth: ana, r: 'replica_before', device: 'device_old' });
    slow(0);
    expect((await world.store.read((tx) => tx.claim(`pk_a/${visitor.guest}`)))?.status).toBe('merged');
  },
);

it('a sign-in is answered within 3 s where the hook is slow and the store hangs first, for somebody else', async () => {
  const store = memoryStore({ timer: (ms, callback) => world.clock.timer(ms, callback) });
  const beforeMerge = () => new Promise<undefined>((done) => void world.clock.timer(4_000, () => done(undefined)));
  world = createCoreWorld({ store, hooks: { beforeMerge } });
  await world.sync({ auth: visitor, r: 'replica_guest', ops: [add(1, 'sofa', 3)] });
  await world.sync({ auth: ana, r: 'replica_before', device: 'device_old', ops: [add(1, 'rug', 1)] });
  store.write(() => new Promise(() => {})).catch(() => {});
  expect(await after(2_999, signIn)).toBe('waiting');
});
