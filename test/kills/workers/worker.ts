import { quantityOf } from '../../../src/core/counter.ts';
import type { Line } from '../../../src/core/line.ts';
import type { Row, SyncReply } from '../../../src/protocol/messages.ts';

/** Somebody who works on while the server is killed, and knows what must be there. */
export type Worker = {
  readonly name: string;
  /** Changes that the server acknowledged. */
  readonly acked: number;
  readonly cut: number;
  /** Works until told to stop; what was begun is finished. */
  run(until: () => boolean): Promise<void>;
  /** What the server has that is not what was acknowledged; empty when all is right. */
  wrongs(): Promise<string[]>;
};

/** Rows of a cart, by key. */
export const cartOf = ({ ent }: Pick<SyncReply, 'ent'>): Map<string, Line> =>
  new Map(
    ent.filter(([c, , , state]) => c === 'cart' && state !== null).map(([, key, , state]) => [key, lineOf(state)]),
  );

export const lineOf = (state: Row[3] | undefined): Line => state as unknown as Line;

/** Lines that differ from what is expected, in words. */
export const differences = (found: ReadonlyMap<string, Line>, expected: ReadonlyMap<string, number>): string[] =>
  [...new Set([...found.keys(), ...expected.keys()])].flatMap((key) => {
    const line = found.get(key);
    const [is, should] = [line ? quantityOf(line.q) : 0, expected.get(key) ?? 0];
    return is === should ? [] : [`${key}: ${should} were acknowledged, ${is} are there`];
  });

/** Fails for an acknowledgement that says anything but that the change counts. */
export const requireAcks = (acks: SyncReply['acks'] | undefined, ids: readonly string[]): void => {
  const good = new Set(acks?.filter(([, status]) => status === 'ok' || status === 'dup').map(([id]) => id));
  const missing = ids.filter((id) => !good.has(id));
  if (missing.length) throw new Error(`not acknowledged: ${missing.join(' ')} in ${JSON.stringify(acks)}`);
};
