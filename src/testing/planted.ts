import type { SyncReply, SyncRequest } from '../protocol/messages.ts';
import { apart, overServer, overStore, overWire, overWrites } from './plant.ts';
import type { Plant } from './run-script.ts';
import type { FaultGroup } from './script-faults.ts';

/** A fault of the product put in on purpose, and the kinds of history in which it can show. */
export type Planted = { readonly name: string; readonly plant: () => Plant; readonly only?: readonly FaultGroup[] };

/** Each is found by histories; a test says after how many. */
export const planted: readonly Planted[] = [
  { name: 'the server acknowledges before its disk has it', only: ['server'], plant: () => ({ isAckedEarly: true }) },
  {
    name: 'a page acknowledges before its store has it',
    only: ['kill', 'disk'],
    plant: () => ({
      ports: (ports) =>
        overStore(ports, (store) => ({
          ...store,
          async write(body, options) {
            let result: unknown;
            let isRun = (): void => {};
            const ran = new Promise<void>((done) => {
              isRun = done;
            });
            const writing = store.write(async (tx) => {
              result = await body(tx);
              isRun();
              return result;
            }, options);
            writing.catch(() => {});
            await Promise.race([ran, writing]);
            return result as Awaited<ReturnType<typeof body>>;
          },
        })),
    }),
  },
  { name: 'rows are stored after the cursor', only: ['kill'], plant: apart('row', { isOfAcks: false }) },
  {
    name: 'nothing is taken out of the outbox',
    plant: overWrites((tx) => ({ ...tx, delete: (key) => (key[0] === 'out' ? undefined : tx.delete(key)) })),
  },
  {
    name: 'a sign-out leaves the rows on the disk',
    plant: overWrites((tx) => ({ ...tx, deleteAll: (key) => (key[0] === 'row' ? undefined : tx.deleteAll(key)) })),
  },
  {
    name: 'ids are counted and not drawn',
    plant: () => {
      const counts = new Map<number, number>();
      return {
        ports: (ports, device) => ({
          ...ports,
          ids: {
            ...ports.ids,
            random() {
              ports.ids.random();
              counts.set(device, (counts.get(device) ?? 0) + 1);
              return `counted-${counts.get(device)}-0000000`;
            },
          },
        }),
      };
    },
  },
  {
    name: 'the server remembers no numbers',
    only: ['line'],
    plant: overServer(() => ({ replica: async () => undefined, applied: async () => undefined })),
  },
  {
    name: 'the server forgets what it answered',
    only: ['line'],
    plant: overServer(() => ({ applied: async () => undefined, appliedAs: async () => new Map() })),
  },
  {
    name: "a restore brings another customer's rows",
    plant: () => {
      let first: string | undefined;
      return overServer((tx) => ({
        liveRows(space, limit) {
          if (space.includes('/c_')) first ??= space;
          return tx.liveRows(first ?? space, limit);
        },
      }))();
    },
  },
  {
    name: 'a pull names a later version than its rows',
    plant: () => ({
      store: (store) => ({
        ...store,
        read: (body) =>
          store.read((tx) =>
            body({
              ...tx,
              async space(id) {
                const row = await tx.space(id);
                return row && { ...row, version: row.version + 1 };
              },
            }),
          ),
      }),
    }),
  },
  {
    name: 'tabs do not hear of each other',
    plant: () => ({ ports: (ports) => ({ ...ports, tabs: { ...ports.tabs, post: () => {} } }) }),
  },
  {
    name: 'a pull skips a version',
    plant: overServer((tx) => ({ rowsAfter: (space, version, limit) => tx.rowsAfter(space, version + 1, limit) })),
  },
  {
    name: 'consent is asked on the device only',
    plant: overServer((tx) => ({
      entry: async (space, collection, key) =>
        collection === 'consent'
          ? ({
              collection,
              key,
              version: 1,
              born: 1,
              wall: 1,
              touched: 1,
              state: { v: 'granted', h: [1, 0, 'x', 1] },
            } as const)
          : tx.entry(space, collection, key),
    })),
  },
  {
    name: 'a token is kept for the next customer',
    plant: () => {
      const first = new Map<number, SyncRequest['auth']>();
      return overWire({
        request(request, device) {
          if (request.auth && 'token' in request.auth && !first.has(device)) first.set(device, request.auth);
          return request.auth && 'token' in request.auth ? { ...request, auth: first.get(device) } : request;
        },
      })();
    },
  },
  {
    name: 'an answer acknowledges what was lost',
    only: ['line'],
    plant: () => ({
      ports: (ports) => ({
        ...ports,
        transport: {
          ...ports.transport,
          post: (path, body, how) =>
            ports.transport.post(path, body, how).catch((error) => {
              const { ops, cur } = JSON.parse(body) as SyncRequest;
              if (!cur || !ops.length) throw error;
              const at = Number(cur.split('.')[3]);
              const acks = ops.map(({ i }) => [i, 'ok']);
              const reply = { from: at, cur, head: at, more: false, acks, ent: [], space: 'x', now: 0 };
              return { status: 200, body: JSON.stringify(reply), retryAfterMs: null };
            }),
        },
      }),
    }),
  },
  {
    name: 'what a quantity had seen is not said',
    plant: overWire({
      request: (request) => ({ ...request, ops: request.ops.map((op) => (op.t === 'set' ? { ...op, seen: {} } : op)) }),
    }),
  },
  {
    name: 'a change that looks like an earlier one is taken for it',
    plant: () => {
      const seen = new Map<string, string>();
      return overWire({
        request: (request) => ({
          ...request,
          ops: request.ops.map((op) => {
            const { t, c, k, n } = op as { t: string; c: string; k: string; n?: number };
            const text = JSON.stringify([request.device, t, c, k, n]);
            const isRepeat = t === 'add' && seen.has(text) && seen.get(text) !== op.i;
            if (!seen.has(text)) seen.set(text, op.i);
            return isRepeat ? { ...op, t: 'nop' } : op;
          }),
        }),
      })();
    },
  },
  {
    name: 'a push is applied whatever came before it',
    only: ['line'],
    plant: () => ({
      ports(ports) {
        let at = 0;
        return {
          ...ports,
          transport: {
            ...ports.transport,
            async post(path, body, how) {
              const { cur } = JSON.parse(body) as SyncRequest;
              at = Number(cur?.split('.')[3] ?? 0);
              const reply = await ports.transport.post(path, body, how);
              try {
                at = Number((JSON.parse(reply.body) as SyncReply).cur.split('.')[3] ?? at);
              } catch {
                // no answer of the server
              }
              return reply;
            },
            connect: (ticket, on) =>
              ports.transport.connect(ticket, {
                ...on,
                message(text) {
                  if (!text.startsWith('{')) return on.message(text);
                  const push = JSON.parse(text) as { v: number };
                  on.message(JSON.stringify({ ...push, prev: at }));
                  at = push.v;
                },
              }),
          },
        };
      },
    }),
  },
  {
    name: 'a half-open socket is trusted',
    only: ['freeze'],
    plant: () => ({
      ports: (ports) => ({
        ...ports,
        transport: {
          ...ports.transport,
          connect: (ticket, on) => {
            const socket = ports.transport.connect(ticket, on);
            return { ...socket, send: () => void ports.clock.timer(10, () => on.message('pong')) };
          },
        },
      }),
    }),
  },
  {
    name: 'a failing device asks again at once',
    only: ['offline', 'line'],
    plant: () => ({
      ports: (ports) => ({
        ...ports,
        clock: { ...ports.clock, timer: (ms, callback) => ports.clock.timer(Math.min(ms, 400), callback) },
      }),
    }),
  },
  {
    name: 'the marker beside the store is not looked at',
    only: ['copied disk', 'lost disk'],
    plant: () => ({ ports: (ports) => ({ ...ports, marker: { ...ports.marker, read: () => null } }) }),
  },
  {
    name: 'a store that opens late is left alone',
    only: ['disk'],
    plant: () => ({
      ports: (ports) => {
        let opens = 0;
        return { ...ports, openStore: () => (opens++ ? new Promise(() => {}) : ports.openStore()) };
      },
    }),
  },
  { name: 'an echo of the shop counts', only: ['shop'], plant: () => ({ flags: { echoGuard: false } }) },
  {
    name: 'a page that starts drops the oldest of three waiting changes',
    only: ['offline', 'kill'],
    plant: () => ({
      ports: (ports) => ({
        ...ports,
        openStore: async () => {
          const store = await ports.openStore();
          await store.write(async (tx) => {
            const out = await tx.list(['out']);
            if (out.length >= 3 && out[0]) tx.delete(out[0][0]);
          });
          return store;
        },
      }),
    }),
  },
];
