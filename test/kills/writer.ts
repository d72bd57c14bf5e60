import type { SyncReply } from '../../src/protocol/messages.ts';

export type Writer = {
  readonly name: string;
  /** Highest number that the server acknowledged. */
  acked: number;
  /** Highest number that was sent. */
  sent: number;
  run(until: () => boolean): Promise<void>;
  /** Sends what is not acknowledged yet, and reads the count that the server has. */
  settle(): Promise<number>;
};

const count = (reply: SyncReply, replica: string): number => {
  const state = reply.ent.find(([c, key]) => c === 'cart' && key === 'sofa')?.[3] as
    | { q?: { p?: Record<string, number> } }
    | undefined;
  return state?.q?.p?.[replica] ?? 0;
};

/**
 * A guest that adds one sofa after the other, each acknowledged before the next, and that sends a
 * change again until it is.
 */
export const createWriter = (name: string, port: () => number): Writer => {
  const replica = `replica_${name}`;
  const post = async (ops: readonly object[]): Promise<SyncReply> => {
    const auth = { guest: `guest_of_${name}`, secret: `secret_of_${name}_0123456789` };
    const body = {
      v: 1,
      site: 'pk_a',
      sdk: '0',
      channel: 'web',
      device: `device_${name}`,
      auth,
      r: replica,
      cur: null,
      low: 0,
      ops,
    };
    const reply = await fetch(`http://127.0.0.1:${port()}/v1/sync`, { method: 'POST', body: JSON.stringify(body) });
    const json: unknown = await reply.json();
    if (reply.status !== 200) throw new Error(`${reply.status} ${JSON.stringify(json)}`);
    return json as SyncReply;
  };
  const writer: Writer = {
    name,
    acked: 0,
    sent: 0,
    async run(until) {
      while (!until()) {
        const q = writer.acked + 1;
        writer.sent = q;
        try {
          const reply = await post([{ q, i: `op_${name}_${q}`, a: 0, at: 0, c: 'cart', k: 'sofa', t: 'add', n: 1 }]);
          const [ack] = reply.acks;
          if (ack && ['ok', 'dup'].includes(ack[1])) writer.acked = q;
          else throw new Error(`${name} ${q}: ${JSON.stringify(reply)}`);
        } catch (error) {
          // A killed server is a failed fetch; everything else is a finding.
          if (!(error instanceof TypeError)) throw error;
          await new Promise((done) => setTimeout(done, 5));
        }
      }
    },
    async settle() {
      await writer.run(() => writer.acked === writer.sent);
      return count(await post([]), replica);
    },
  };
  return writer;
};
