import type { Counts } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import { seenOf } from './outdated.ts';
import type { OrderOp } from './repeated-order.ts';
import type { SpaceWriter } from './space-writer.ts';
import type { Order } from './take-order.ts';

/** What an order of no checkout may take of a line: what its page had seen of it. */
export const viewOfPage =
  (space: SpaceWriter, op: OrderOp, replica: string): Order['viewOf'] =>
  (key, { born, line }) => {
    const seen = own(op.seen, key);
    const p = seenOf(space, { ...op, seen: seen ?? {}, born, replica });
    return { p: op.late && seen ? { ...p, ...broughtTo(line) } : p, isSeen: !!seen };
  };

/** What guests have brought to a line: the name under which an order that was made as a guest, and found later, has seen it. */
const broughtTo = ({ q }: Line): Counts =>
  Object.fromEntries(Object.entries(q.p).filter(([share]) => share.startsWith('g:')));
