import { createWire, tokenOf } from './wire.ts';
import { cartOf, differences, requireAcks, type Worker } from './worker.ts';

export type Claimer = Worker & { readonly claims: number; readonly cutClaims: number };

/** Guests that become one customer, before the next customer comes. */
const guestsEach = 5;

/**
 * One guest after the other fills a cart and signs in, with a change that only the claim carries; five become
 * the same customer. A claim whose answer was cut off is sent again and must bring the same receipt.
 */
export const createClaimer = async ({
  name,
  port,
  random,
}: {
  name: string;
  port: () => number;
  random: () => number;
}): Promise<Claimer> => {
  const wire = createWire(port, { device: `device_${name}` });
  const carts = new Map<string, Map<string, number>>();
  const worker = {
    name,
    acked: 0,
    claims: 0,
    cutClaims: 0,
    get cut() {
      return wire.cut;
    },
  };

  const signIn = async (n: number) => {
    const who = `${name}_${n}`;
    const customer = `customer_${name}_${Math.floor(n / guestsEach)}`;
    const cart = carts.get(customer) ?? new Map<string, number>();
    const guest = { guest: `guest_of_${who}`, secret: `secret_of_${who}_0123456789` };
    const own = `line_${n % guestsEach}`;
    const [sofas, others] = [1 + Math.floor(random() * 4), 1 + Math.floor(random() * 3)];
    const add = (q: number, k: string, count: number) => ({
      ...{ q, i: `op_${who}_${q}`, a: 0, at: 0, c: 'cart', k, t: 'add', n: count, f: { sku: k } },
    });
    const before = [add(1, 'sofa', sofas), add(2, own, others)];
    requireAcks((await wire.insist({ auth: guest, r: `replica_${who}`, ops: before })).acks, [
      `op_${who}_1`,
      `op_${who}_2`,
    ]);
    const claim = { ...guest, r: `replica_${who}`, ops: [add(3, own, 1)] };
    const asked = { auth: await tokenOf(customer), r: `replica_of_${customer}`, claim };
    const cutBefore = wire.cut;
    let reply = await wire.insist(asked);
    if (wire.cut > cutBefore) worker.cutClaims++;
    // Merges have two seconds; one that had not the time is tried again by the server after a minute.
    while (reply.claim === 'waiting') reply = await wire.insist(asked);
    requireAcks(reply.claimAcks, [`op_${who}_3`]);
    if (reply.claim !== 'merged' || !reply.receipt) throw new Error(`${who}: ${JSON.stringify(reply)}`);
    worker.acked += 3;
    worker.claims++;
    cart.set(own, others + 1);
    cart.set('sofa', Math.max(cart.get('sofa') ?? 0, sofas));
    carts.set(customer, cart);
    const wrong = differences(cartOf(reply), cart);
    if (wrong.length) throw new Error(`${who}: ${wrong.join('; ')}`);
    if (random() < 0.3) {
      const again = await wire.insist(asked);
      if (again.receipt?.id !== reply.receipt.id) throw new Error(`${who}: another receipt`);
    }
  };

  return Object.assign(worker, {
    async run(until: () => boolean) {
      while (!until()) await signIn(worker.claims);
    },
    async wrongs() {
      const wrongs: string[] = [];
      for (const [customer, cart] of carts) {
        const reply = await wire.insist({ auth: await tokenOf(customer), r: `replica_of_${customer}` });
        wrongs.push(...differences(cartOf(reply), cart).map((text) => `${customer}: ${text}`));
      }
      return wrongs;
    },
  });
};
