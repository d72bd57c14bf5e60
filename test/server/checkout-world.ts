import { quantityOf } from '../../src/core/counter.ts';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { type OrderReply, type OrderRequest, orderSchema } from '../../src/protocol/rest.ts';
import { type Auth, createCoreWorld, customer, type Fields, lineOf, op, statuses } from './core-world.ts';

/** Devices of Ana's and of guests, what their pages report, and what the shop does. */
export const createCheckoutWorld = () => {
  const world = createCoreWorld();
  const ana = customer('ana');
  const numbers = new Map<string, number>();

  const device = (name: string, by: Auth = ana) => {
    const numbered = (fields: Fields): Fields => {
      const q = (numbers.get(name) ?? 0) + 1;
      numbers.set(name, q);
      return op(q, fields);
    };
    const sync = (ops: readonly Fields[] = [], more: Fields = {}): Promise<SyncReply> =>
      world.sync({ auth: by, r: `replica_${name}`, device: `device_${name}`, channel: name, ops, ...more });
    return {
      sync,
      /** A line `sofa-red` is of the sku `SOFA`. */
      add: (k: string, n: number, more: Fields = {}) =>
        numbered({ k, t: 'add', n, f: { sku: k.split('-')[0]?.toUpperCase(), ...more } }),
      /** `seen`: how many of its own adds of which line the page had in view. */
      order: (orderId: string, { seen = {}, lines = [], ...more }: Fields = {}) =>
        numbered({
          k: orderId,
          t: 'order',
          orderId,
          lines,
          seen: Object.fromEntries(Object.entries(seen as Fields).map(([key, n]) => [key, { [`replica_${name}`]: n }])),
          ...more,
        }),
      async begin(ops: readonly Fields[] = []): Promise<string> {
        const { id } = (await sync(ops, { want: { begin: true } })).want?.begin ?? {};
        if (!id) throw new Error('not answered');
        return id;
      },
      /** What the server says to what the page reports. */
      tell: async (...ops: readonly Fields[]): Promise<string[]> => statuses((await sync(ops)).acks),
      /** The guest signs in. */
      becomes: (whom: Auth, ops: readonly Fields[] = []) =>
        world.sync({
          auth: whom,
          r: `replica_of_${name}`,
          device: `device_${name}`,
          claim: { ...by, r: `replica_${name}`, ops },
        }),
    };
  };

  return {
    world,
    ana,
    device,
    shop: (fields: Partial<OrderRequest>): Promise<OrderReply> =>
      world.core.orders.complete({ site: 'pk_a', actor: 'till-3' }, orderSchema.parse({ orderId: 'N-1', ...fields })),
    async quantity(key: string, by: Auth = ana): Promise<number> {
      const reply = await device(`reader_${key}`, by).sync();
      return reply.ent.some(([, k]) => k === key) ? quantityOf(lineOf(reply, key).q) : 0;
    },
    checkout: (id: string) => world.store.read((tx) => tx.checkout('pk_a', id)),
    /** What all devices of somebody are told of a checkout. */
    told: async (id: string, by: Auth = ana) =>
      ((await device('told', by).sync()).ent.find(([c, k]) => c === '~checkout' && k === id)?.[3] as { v?: Fields })?.v,
  };
};

export type CheckoutWorld = ReturnType<typeof createCheckoutWorld>;

/** So many of a thing, as an order says it. */
export const bought = (sku: string, quantity: number, properties?: Fields) => ({
  sku,
  quantity,
  ...(properties ? { properties: properties as { readonly [name: string]: never } } : {}),
});

/** The code of a refusal. */
export const refusalOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing',
    ({ code }: { code: string }) => code,
  );
