import { expect, test } from 'vitest';
import { durableStore, opensLater } from './late-store.ts';
import { cartOf, standOf, within, world } from './world.ts';

test('what ana has already does not go on to bob from a store that opens late', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  device.setOpen(durableStore(device));
  const first = device.open();
  await made.clock.pass(500);
  first.relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(2_000);
  // The server takes it, the answer is lost.
  line.setFaults({ replyLost: 1 });
  first.relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(1_000);
  first.kill();
  await made.clock.pass(30_000);
  line.setFaults({});
  const open = opensLater(device);
  const second = device.open().relevo;
  await made.clock.pass(3_000);
  line.setFaults({ replyLost: 1 });
  const failing = second.signIn(made.token('ana'));
  failing.catch(() => {});
  await made.clock.pass(40_000);
  expect(await standOf(failing)).toBe('network/offline');
  line.setFaults({});
  const signing = second.signIn(made.token('bob'));
  await made.clock.pass(8_000);
  expect(await standOf(signing)).toBe('done');
  open();
  await made.clock.pass(5_000);
  const ana = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(2_000);
  expect([cartOf(ana), cartOf(second)]).toEqual([{ SOFA: 1, LAMP: 1 }, {}]);
});

test('what another tab placed for ana is not kept again for whoever comes next', async () => {
  const made = world();
  const { device } = made.device();
  device.setOpen(durableStore(device));
  const first = device.open().relevo;
  await within(made, 2_000, first.signIn(made.token('ana')));
  first.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  await first.stop();
  let answer: string | null | undefined;
  const one = device.open({ getToken: () => answer as never });
  await made.clock.pass(100);
  const { saved } = one.relevo.cart.add({ sku: 'LAMP' });
  await within(made, 100, saved);
  one.freeze();
  const two = device.open();
  await made.clock.pass(100);
  await within(made, 2_000, two.relevo.signIn(made.token('ana')));
  await made.clock.pass(2_000);
  expect([cartOf(two.relevo), two.relevo.status.pending]).toEqual([{ SOFA: 1, LAMP: 1 }, 0]);
  // The server does not know the replica any more.
  const all = await spaces(made);
  await made.store.write(async (tx) => {
    for (const [space] of all) for (const { id } of await tx.replicas(space)) await tx.dropReplica(space, id);
  });
  two.relevo.cart.add({ sku: 'RUG' });
  await made.clock.pass(3_000);
  expect(two.relevo.status.pending).toBe(0);
  one.thaw();
  await made.clock.pass(1_000);
  answer = null;
  one.signal('visible' as never);
  two.kill();
  await made.clock.pass(70_000);
  one.kill();
  const next = device.open({ getToken: () => null }).relevo;
  await made.clock.pass(10_000);
  expect(cartOf(next)).toEqual({});
});

const spaces = async (made: ReturnType<typeof world>) =>
  (await made.store.read((tx) => tx.dueSpaces(Number.MAX_SAFE_INTEGER, 100))).map(({ id }) => [id] as const);

test('an old "nobody" of one tab does not sign out who has just signed in in another', async () => {
  const made = world();
  const { device } = made.device();
  let isSlow = false;
  device.setOpen(durableStore(device));
  let answer: (token: string | null) => void = () => {};
  let asked = 0;
  device.open({
    getToken: () =>
      asked++
        ? (undefined as never)
        : new Promise<string | null>((done) => {
            answer = done;
          }),
  });
  await made.clock.pass(200);
  device.setOpen(async () => {
    const store = await durableStore(device)();
    return {
      ...store,
      write: async (body, options) => {
        const result = await store.write(body, options);
        if (isSlow) await new Promise<void>((done) => void made.clock.timer(20, done));
        return result;
      },
    };
  });
  const two = device.open();
  await made.clock.pass(500);
  two.relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(2_000);
  isSlow = true;
  const signing = two.relevo.signIn(made.token('ana'));
  signing.catch(() => {});
  // Until the sign-in is committed, and not yet noted beside the store.
  const customer = async () => JSON.stringify(await device.disk.read((tx) => tx.get(['device']))).includes('customer');
  for (let n = 0; n < 2_000 && !(await customer()); n++) await made.clock.pass(1);
  expect([await customer(), device.marker.text?.includes('customer')]).toEqual([true, false]);
  answer(null);
  await made.clock.pass(10_000);
  expect(two.relevo.identity.current.kind).toBe('customer');
});
