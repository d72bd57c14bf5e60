import { expect, test } from 'vitest';
import type { Receipt } from '../../src/core/receipt.ts';
import { cartOf, within, world } from './world.ts';

type Page = { on(event: 'merge', handler: (detail: { receipt: Receipt }) => void): unknown };
/** What a page hears of merges: the guest's first line, and `undone`. */
const heardBy = (page: Page): string[] => {
  const heard: string[] = [];
  page.on('merge', ({ receipt }) => heard.push(`${receipt.added.length}${receipt.undoneAtMs ? ' undone' : ''}`));
  return heard;
};
const of = (made: ReturnType<typeof world>) => ({ getToken: () => made.token('ana') });

test.each([['personal'], ['shared']] as const)(
  'both devices and both tabs hear of one merge once, and of its undoing: %s',
  async (kind) => {
    const made = world();
    const home = made.device(of(made)).device.open().relevo;
    let isHere = false;
    const getToken = () => (isHere ? made.token('ana') : undefined);
    const { device } = made.device({ device: { kind } });
    const [first, second] = [device.open().relevo, device.open({ getToken }).relevo];
    await made.clock.pass(1_000);
    first.cart.add({ sku: 'SOFA' });
    await made.clock.pass(1_000);
    const heard = [home, first, second].map(heardBy);
    const order: string[] = [];
    first.on('signin', () => order.push('signin'));
    first.on('merge', () => order.push('merge'));
    first.on('restore', () => order.push('restore'));
    isHere = true;
    const { receipt } = await within(made, 2_000, first.signIn(made.token('ana')));
    await made.clock.pass(20_000);
    expect(heard).toEqual([['1'], ['1'], ['1']]);
    expect(order).toEqual(['signin', 'merge', 'restore']);
    await within(made, 2_000, home.undoMerge(receipt?.id ?? ''));
    await made.clock.pass(20_000);
    expect(heard).toEqual(Array(3).fill(['1', '1 undone']));
    expect([home, first, second].map(cartOf)).toEqual([{}, {}, {}]);
  },
);

test('a device that comes later is told nothing old, hears what comes after, and can undo it', async () => {
  const made = world();
  const { device } = made.device();
  const page = device.open().relevo;
  await made.clock.pass(500);
  page.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  const { receipt } = await within(made, 2_000, page.signIn(made.token('ana')));
  await made.clock.pass(1_000);
  const own = made.device(of(made)).device;
  const later = own.open().relevo;
  const heard = heardBy(later);
  await made.clock.pass(2_000);
  expect([heard, cartOf(later)]).toEqual([[], { SOFA: 1 }]);
  await within(made, 2_000, later.undoMerge(receipt?.id ?? ''));
  await made.clock.pass(1_000);
  expect([heard, cartOf(page)]).toEqual([['1 undone'], {}]);
  // Loaded anew it knows both already.
  await later.stop();
  const again = own.open().relevo;
  const heardAgain = heardBy(again);
  await made.clock.pass(20_000);
  expect(heardAgain).toEqual([]);
});

test('what happened while a device was offline it hears when it is back', async () => {
  const made = world();
  const { device, line } = made.device(of(made));
  const home = device.open().relevo;
  await made.clock.pass(1_000);
  line.setOnline(false);
  const heard = heardBy(home);
  const guest = made.device().device.open().relevo;
  await made.clock.pass(500);
  guest.cart.add({ sku: 'SOFA' });
  await made.clock.pass(500);
  await within(made, 2_000, guest.signIn(made.token('ana')));
  line.setOnline(true);
  await made.clock.pass(90_000);
  expect(heard).toEqual(['1']);
});

test.each(['lineage', 'customer'] as const)(
  'a merge by `%s` that the server owed is told once, when the guest’s lines wait no more',
  async (cart) => {
    let isBroken = true;
    const made = world({
      merge: { cart },
      hooks: {
        beforeMerge: () => {
          if (isBroken) throw new Error('not now');
        },
      },
    });
    const home = made.device(of(made)).device.open().relevo;
    const { device } = made.device();
    const page = device.open().relevo;
    await made.clock.pass(500);
    page.cart.add({ sku: 'SOFA' });
    await made.clock.pass(1_000);
    const heard = [home, page].map(heardBy);
    const waiting: unknown[] = [];
    page.on('merge', () => waiting.push(page.cart.lines.some(({ merging }) => merging)));
    expect((await within(made, 4_000, page.signIn(made.token('ana')))).receipt).toBeNull();
    isBroken = false;
    await made.clock.pass(180_000);
    const told = cart === 'customer' ? ['0'] : ['1'];
    expect([heard, waiting]).toEqual([[told, told], [false]]);
  },
);

test('a receipt is the server’s: no page opens that collection', async () => {
  const made = world();
  const page = made.device().device.open().relevo;
  expect(() => page.collection('~receipts')).toThrow('collection/bad-name');
});
