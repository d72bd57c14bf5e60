import type { ConformanceCase } from './case.ts';
import type { ChannelReply } from './channel-request.ts';
import { cartOf, same } from './check.ts';
import { customer } from './people.ts';

/** W5: tills, desks and bots at the state of a customer. */
export const otherChannels: readonly ConformanceCase[] = [
  {
    id: 'W5a',
    title:
      'what a till or a desk puts into the cart says who did it, and where, on every device, until the customer changes it',
    source: ['10.5'],
    async run(host) {
      const site = await host.site();
      const [phone, laptop] = [await customer(site, 'ana', { SOFA: 1 }), await customer(site, 'ana')];
      const add = (sku: string) => [{ type: 'add', collection: 'cart', item: { sku, quantity: 1 } }] as const;
      await site.ask({ kind: 'key', actor: 'eve', channel: 'pos' }, { of: 'ana', changes: add('LAMP') });
      const desk = site.agent({ customer: 'ana', actor: 'bob', collections: ['cart'] });
      await site.ask(desk, { of: 'ana', changes: add('MUG') });
      await site.pass(1_000);
      const said = ({ relevo }: typeof phone) =>
        Object.fromEntries(
          relevo.cart.lines.map(({ sku, actor, channel }) => [sku, [actor ?? 'nobody else', channel]]),
        );
      const who = { SOFA: ['nobody else', 'web'], LAMP: ['eve', 'pos'], MUG: ['bob', 'agent'] };
      for (const device of [phone, laptop]) same(said(device), who, 'who put it there');
      laptop.relevo.cart.setQuantity({ sku: 'LAMP' }, 2);
      await site.pass(1_000);
      for (const device of [phone, laptop])
        same(said(device), { ...who, LAMP: ['nobody else', 'web'] }, 'who put it there, after the customer changed it');
    },
  },
  {
    id: 'W5b',
    title:
      'a desk reads and writes the collections that were permitted, of that customer and no longer than that: each other try is refused, does nothing, and is in sight',
    source: ['10.5'],
    async run(host) {
      const site = await host.site({ collections: { notes: { kind: 'reg' } } });
      const ana = await customer(site, 'ana', { SOFA: 1 });
      const ben = await customer(site, 'ben', { LAMP: 1 });
      const desk = site.agent({ customer: 'ana', actor: 'bob', collections: ['cart'] });
      const read = await site.ask(desk, { read: 'cart', of: 'ana' });
      same(
        read.entries?.map(({ sku }) => sku),
        ['SOFA'],
        'what the desk reads',
      );
      const write = { type: 'put', collection: 'notes', key: 'of', value: 'bob' } as const;
      const codeOf = ({ code = 'none' }: ChannelReply) => code;
      const tries = [
        codeOf(await site.ask(desk, { read: 'notes', of: 'ana' })),
        codeOf(await site.ask(desk, { changes: [write], of: 'ana' })),
        codeOf(await site.ask(desk, { read: 'cart', of: 'ben' })),
        codeOf(await site.ask(desk, { audit: 'ana' })),
      ];
      same(tries, ['auth/scope', 'auth/scope', 'request/not-found', 'auth/scope'], 'what the desk is refused');
      same((await site.ask({ kind: 'key' }, { read: 'notes', of: 'ana' })).entries, [], 'what it wrote');
      same(cartOf(ana.relevo), { SOFA: 1 }, 'the cart');
      for (const { page } of [ana, ben]) page.kill();
      // Clocks may differ by a little.
      await site.pass(1_000_000);
      same(
        codeOf(await site.ask(desk, { read: 'cart', of: 'ana' })),
        'auth/expired',
        'the desk a quarter of an hour later',
      );
      const { entries = [] } = await site.ask({ kind: 'customer', customer: 'ana' }, { audit: 'ana' });
      const refused = entries.filter(({ act }) => act === 'refused');
      same(
        refused.length > 1 && refused.every(({ actor }) => actor === 'bob'),
        true,
        'that the customer sees who tried',
      );
    },
  },
  {
    id: 'W5c',
    title: 'the customer sees who has read and written what they have, where, and by whose order it was emptied',
    source: ['10.5'],
    async run(host) {
      const site = await host.site();
      await customer(site, 'ana', { SOFA: 1 });
      await customer(site, 'ben', { SOFA: 1 });
      const desk = site.agent({ customer: 'ana', actor: 'bob', collections: ['cart'] });
      const lines = [{ sku: 'SOFA', quantity: 1 }];
      const item = { sku: 'LAMP', quantity: 1 };
      await site.ask({ kind: 'key', actor: 'eve', channel: 'pos' }, { read: 'cart', of: 'ana' });
      await site.ask({ kind: 'key' }, { changes: [{ type: 'add', collection: 'cart', item }], of: 'ana' });
      await site.ask(desk, { read: 'cart', of: 'ana' });
      await site.ask({ kind: 'webhook', id: 'msg_1' }, { order: { orderId: 'o-1', customerId: 'ana', lines } });
      const seen = async (name: string) => {
        const { entries = [] } = await site.ask({ kind: 'customer', customer: name }, { audit: name });
        return entries.map(({ by, actor, channel, act }) => [by, actor, channel, act].join(' ')).sort();
      };
      same(
        await seen('ana'),
        ['agent bob agent read', 'key eve pos read', 'key till server write', 'webhook webhook web order'],
        'who has been at the cart',
      );
      same(await seen('ben'), [], 'who has been at the cart of somebody else');
      same(
        (await site.ask({ kind: 'customer', customer: 'ben' }, { audit: 'ana' })).code,
        'request/not-found',
        'what somebody else is told of it',
      );
    },
  },
];
