import type { OrderReply, OrderRequest } from '../protocol/rest.ts';
import type { Ledger } from './ledger.ts';
import type { World } from './virtual-world.ts';
import type { Watch } from './watch.ts';

/** So long it waits for an answer, and before it asks again. */
const patienceMs = 3_000;

type Word = OrderRequest & { readonly by: 'webhook' | 'till'; readonly isLost: boolean };

export type ShopOffice = ReturnType<typeof createShopOffice>;

/**
 * What the shop itself tells the server of its orders, without any page: a signed webhook, which is sent again until it is
 * answered, or a till with its key, which asks again under the same name.
 */
export const createShopOffice = ({ world, watch, ledger }: { world: World; watch: Watch; ledger: Ledger }) => {
  const { clock } = world;
  const open = new Set<string>();
  let words = 0;

  /** Of a checkout that is nobody's, or not of the customer who is named beside it. */
  const isUnknown = ({ checkoutId, customerId }: OrderRequest): boolean => {
    const found = checkoutId === undefined ? undefined : ledger.checkouts.find(checkoutId);
    const isTheirs = customerId === undefined || found?.space === ledger.spaceOf(customerId);
    return checkoutId !== undefined && !(found && isTheirs);
  };

  const check = (name: string, { orderId }: OrderRequest, reply: OrderReply, before: OrderReply | undefined) => {
    const detail = () => `${name} says ${orderId}: ${JSON.stringify(reply)}`;
    watch.check('paying ends', reply.status === 'completed' || reply.status === 'known', detail);
    watch.check('recorded', ledger.checkouts.isPlaced(orderId), detail);
    const isSaid = reply.code === 'order/duplicate-snapshot' && reply.duplicateOf !== undefined;
    watch.check('paid twice', !reply.duplicateOf || (isSaid && ledger.checkouts.isTwice(orderId)), detail);
    if (!before) return;
    const isSame = JSON.stringify(before) === JSON.stringify(reply);
    watch.check('one order', isSame, () => `${detail()}, and before ${JSON.stringify(before)}`);
  };

  return {
    say({ by, isLost, ...said }: Word) {
      const name = `${by}-${++words}`;
      const order = { ...said, channel: name };
      ledger.checkouts.asks(name, order);
      open.add(name);
      let answered: OrderReply | undefined;
      let losses = isLost ? 1 : 0;
      const ask = () => {
        let isOver = false;
        const wasUnknown = isUnknown(order);
        const again = () => {
          if (isOver) return;
          isOver = true;
          clock.timer(patienceMs, ask);
        };
        clock.timer(patienceMs, again);
        const once = { once: { key: name, hash: JSON.stringify(order) } };
        world.core.orders.complete({ site: 'pk_world', actor: by, ...once }, order).then(
          (reply) => {
            check(name, order, reply, answered);
            answered = reply;
            if (losses-- > 0) return again();
            isOver = true;
            return void open.delete(name);
          },
          (error: { code?: string; retryable?: boolean }) => {
            if (error.retryable) return again();
            isOver = true;
            open.delete(name);
            const isRight = error.code === 'checkout/unknown' && (wasUnknown || isUnknown(order));
            watch.check('paying ends', isRight && !answered, () => `${name} is refused: ${error.code ?? error}`);
            return undefined;
          },
        );
      };
      ask();
    },
    /** All is quiet: the shop was told of each. */
    check: () => watch.check('paying ends', !open.size, () => `${[...open]} had no answer`),
  };
};
