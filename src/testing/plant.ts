import type { Ports, Store, WriteTx } from '../client/ports.ts';
import type { SyncReply, SyncRequest } from '../protocol/messages.ts';
import type { ReadTx as ServerRead, Store as ServerStore, WriteTx as ServerWrite } from '../server/store.ts';
import type { Plant } from './run-script.ts';

type Wrap = (tx: WriteTx) => WriteTx;

/** A page's own store as `wrap` makes it. */
export const overStore = (ports: Ports, wrap: (store: Store) => Store): Ports => ({
  ...ports,
  openStore: () => ports.openStore().then(wrap),
});

/** Each transaction of a device's store sees what `wrap` makes of it. */
export const overWrites = (wrap: Wrap) => (): Plant => ({
  ports: (ports) =>
    overStore(ports, (store) => ({ ...store, write: (body, options) => store.write((tx) => body(wrap(tx)), options) })),
});

/**
 * What a transaction puts under this table is committed by another one, right after it: of those that
 * take something out of the outbox, or of those that do not.
 */
export const apart =
  (table: string, { isOfAcks }: { isOfAcks: boolean }) =>
  (): Plant => ({
    ports: (ports) =>
      overStore(ports, (store) => ({
        ...store,
        async write(body, options) {
          let later: Parameters<WriteTx['put']>[] = [];
          const result = await store.write(async (tx) => {
            later = [];
            let isAck = false;
            const made = await body({
              ...tx,
              put: (key, value) => (key[0] === table ? void later.push([key, value]) : tx.put(key, value)),
              delete(key) {
                isAck ||= key[0] === 'out';
                return tx.delete(key);
              },
            });
            if (isAck !== isOfAcks) for (const [key, value] of later.splice(0)) tx.put(key, value);
            return made;
          }, options);
          if (later.length)
            await store.write(async (tx) => {
              for (const [key, value] of later) tx.put(key, value);
            });
          return result;
        },
      })),
  });

/** Requests and answers as `change` makes them. */
export const overWire =
  (change: {
    request?: (request: SyncRequest, device: number) => SyncRequest;
    reply?: (reply: SyncReply, request: SyncRequest) => SyncReply;
  }) =>
  (): Plant => ({
    ports: (ports, device) => ({
      ...ports,
      transport: {
        ...ports.transport,
        async post(path, body, how) {
          const asked = JSON.parse(body) as SyncRequest;
          const request = change.request?.(asked, device) ?? asked;
          const answer = await ports.transport.post(path, JSON.stringify(request), how);
          if (answer.status !== 200 || !change.reply) return answer;
          try {
            return { ...answer, body: JSON.stringify(change.reply(JSON.parse(answer.body) as SyncReply, request)) };
          } catch {
            return answer;
          }
        },
      },
    }),
  });

/** The server's store with other methods in its transactions. */
export const overServer = (change: (tx: ServerWrite) => Partial<ServerWrite>) => (): Plant => ({
  store: (store: ServerStore) => ({
    ...store,
    read: (body) => store.read((tx) => body({ ...tx, ...change(tx as ServerWrite) } as ServerRead)),
    write: (body) => store.write((tx) => body(over(tx, change(tx)))),
  }),
});

const over = (tx: ServerWrite, other: Partial<ServerWrite>): ServerWrite =>
  new Proxy(tx, { get: (target, name: keyof ServerWrite) => other[name] ?? target[name] });
