import { own } from '../../../src/core/own.ts';
import { createWire } from './wire.ts';
import { cartOf, requireAcks, type Worker } from './worker.ts';

/**
 * A guest that adds one sofa after the other, each acknowledged before the next, and that sends a
 * change again until it is.
 */
export const createWriter = (name: string, port: () => number): Worker => {
  const replica = `replica_${name}`;
  const auth = { guest: `guest_of_${name}`, secret: `secret_of_${name}_0123456789` };
  const wire = createWire(port, { auth, device: `device_${name}`, r: replica });
  let acked = 0;
  return {
    name,
    get acked() {
      return acked;
    },
    get cut() {
      return wire.cut;
    },
    async run(until) {
      while (!until()) {
        const q = acked + 1;
        const i = `op_${name}_${q}`;
        const { acks } = await wire.insist({ ops: [{ q, i, a: 0, at: 0, c: 'cart', k: 'sofa', t: 'add', n: 1 }] });
        requireAcks(acks, [i]);
        acked = q;
      }
    },
    async wrongs() {
      const p = cartOf(await wire.insist({})).get('sofa')?.q.p ?? {};
      const found = own(p, replica) ?? 0;
      return found === acked ? [] : [`${name}: ${acked} were acknowledged, ${found} are there`];
    },
  };
};
