import { expect, test } from 'vitest';
import { restorable } from './restorable.ts';
import { cartOf, standOf, within, world } from './world.ts';

/** How a promise stands after so long. */
const stands = async (made: ReturnType<typeof world>, ms: number, promise: Promise<unknown>) => {
  promise.catch(() => {});
  await made.clock.pass(ms);
  return standOf(promise);
};

/** Ana has a sofa at home; here a guest has three and a lamp, and becomes Ana. */
const merged = async (made = world()) => {
  const home = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(1_000);
  home.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(500);
  relevo.cart.add({ sku: 'SOFA', quantity: 3 });
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(1_000);
  const { receipt } = await within(made, 2_000, relevo.signIn(made.token('ana')));
  return { made, home, relevo, device, line, id: receipt?.id ?? '' };
};

test('a merge that is undone is undone on all devices, and the shop’s own cart follows', async () => {
  const { made, home, relevo, id } = await merged();
  const written: unknown[] = [];
  relevo.cart.bind({
    write: ({ lines, cause }) => void written.push([lines.map(({ sku, quantity }) => [sku, quantity]), cause]),
  });
  await made.clock.pass(500);
  expect([cartOf(home), cartOf(relevo)]).toEqual(Array(2).fill({ SOFA: 3, LAMP: 1 }));
  const { receipt } = await within(made, 1_000, relevo.undoMerge(id));
  expect(receipt).toMatchObject({ id, undoneAtMs: expect.any(Number) });
  await made.clock.pass(1_000);
  expect([cartOf(home), cartOf(relevo)]).toEqual(Array(2).fill({ SOFA: 1 }));
  expect(written.at(-1)).toEqual([[['SOFA', 1]], 'merge']);
});

test('what is not sent yet stays on top of it', async () => {
  const { made, home, relevo, line, id } = await merged();
  line.setOnline(false);
  relevo.cart.add({ sku: 'SOFA' });
  relevo.cart.setQuantity({ sku: 'LAMP' }, 4);
  line.setOnline(true);
  await within(made, 5_000, relevo.undoMerge(id));
  await made.clock.pass(60_000);
  expect([cartOf(home), cartOf(relevo)]).toEqual(Array(2).fill({ SOFA: 2, LAMP: 4 }));
});

test('offline it rejects, and changes nothing; a lost answer is asked for again without effect', async () => {
  const { made, home, relevo, line, id } = await merged();
  line.setOnline(false);
  expect(await stands(made, 1_000, relevo.undoMerge(id))).toBe('network/offline');
  line.setOnline(true);
  await made.clock.pass(90_000);
  expect(cartOf(relevo)).toEqual({ SOFA: 3, LAMP: 1 });
  line.setFaults({ replyLost: 1 });
  expect(await stands(made, 16_000, relevo.undoMerge(id))).toBe('network/offline');
  line.setFaults({});
  home.cart.add({ sku: 'LAMP' });
  await within(made, 90_000, relevo.undoMerge(id));
  await made.clock.pass(2_000);
  expect([cartOf(home), cartOf(relevo)]).toEqual(Array(2).fill({ SOFA: 1, LAMP: 1 }));
});

test('a token that has ended is asked for anew, once', async () => {
  const made = world();
  let serial = 1;
  const { id, device } = await merged(made);
  const page = device.open({ getToken: () => made.token('ana', serial) }).relevo;
  await made.clock.pass(1_000);
  made.expire(made.token('ana', serial++));
  expect(await stands(made, 1_000, page.undoMerge(id))).toBe('done');
  for (const old of [serial++, serial]) made.expire(made.token('ana', old));
  expect(await stands(made, 1_000, page.undoMerge(id))).toBe('auth/expired');
});

test.each([
  ['of nobody', 'rc_nobody', 'merge/unknown'],
  ['without a name', '', 'change/bad-value'],
])('a receipt %s cannot be undone', async (_, id, code) => {
  const { made, relevo } = await merged();
  expect(await stands(made, 1_000, relevo.undoMerge(id))).toBe(code);
  await made.clock.pass(1_000);
  expect([cartOf(relevo), relevo.status.connection]).toEqual([{ SOFA: 3, LAMP: 1 }, 'online']);
});

test('a guest has merged nothing', async () => {
  const { made, relevo, id } = await merged();
  await within(made, 5_000, relevo.signOut());
  expect(await stands(made, 1_000, relevo.undoMerge(id))).toBe('merge/unknown');
});

test('a server that does not know how says so', async () => {
  const { made, relevo, id } = await merged();
  const { core } = made;
  const sync = core.sync.bind(core);
  Object.assign(core, { sync: (text: string) => sync(text.replace('"undo"', '"later"')) });
  expect(await stands(made, 1_000, relevo.undoMerge(id))).toBe('request/version');
});

test('somebody who signs out meanwhile is told nothing any more', async () => {
  const { made, relevo, line, id } = await merged();
  const release = line.hold();
  const undoing = relevo.undoMerge(id);
  undoing.catch(() => {});
  await made.clock.pass(50);
  const leaving = relevo.signOut();
  await made.clock.pass(100);
  release();
  await within(made, 5_000, leaving);
  expect(cartOf(relevo)).toEqual({});
  expect(await stands(made, 20_000, undoing)).toBe('sync/abandoned');
});

test('of somebody who has left before its turn comes nothing is asked', async () => {
  const { made, relevo, device, line, id } = await merged();
  const other = device.open({ getToken: () => made.token('ana') }).relevo;
  await made.clock.pass(1_000);
  const release = line.hold();
  other.flush().catch(() => {});
  await made.clock.pass(200);
  const undoing = relevo.undoMerge(id);
  undoing.catch(() => {});
  await made.clock.pass(200);
  const leaving = relevo.signOut();
  await made.clock.pass(5_000);
  release();
  await within(made, 5_000, leaving);
  expect(await stands(made, 20_000, undoing)).toBe('sync/abandoned');
  expect(line.requests.filter(({ body }) => body.includes('"undo"'))).toEqual([]);
});

test('a server that is put back meanwhile is told first what it has lost, and asked again', async () => {
  const { here, backup: back, restore } = restorable();
  const { made, home, relevo, id } = await merged(here);
  const backup = back();
  await made.clock.pass(1_000);
  const { core } = made;
  const sync = core.sync.bind(core);
  Object.assign(core, {
    sync: async (text: string) =>
      text.includes('"undo"') ? restore(backup).then(() => made.core.sync(text)) : sync(text),
  });
  const { receipt } = await within(made, 5_000, relevo.undoMerge(id));
  expect(receipt.undoneAtMs).toEqual(expect.any(Number));
  await made.clock.pass(60_000);
  expect([cartOf(home), cartOf(relevo)]).toEqual(Array(2).fill({ SOFA: 1 }));
});

test('a page that has stopped asks for nothing any more', async () => {
  const { made, relevo, line, id } = await merged();
  await within(made, 5_000, relevo.stop());
  const asked = line.requests.length;
  expect(await stands(made, 20_000, relevo.undoMerge(id))).toBe('sync/abandoned');
  expect(line.requests.length).toBe(asked);
});
