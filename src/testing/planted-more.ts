import { apart, overServer, overStore, overWrites } from './plant.ts';
import type { Planted } from './planted.ts';

/** Faults of the lists that `docs/TESTING.md` maps to these, beside those of `planted.ts`. */
export const plantedMore: readonly Planted[] = [
  {
    name: 'recovery applies what is left of a torn record',
    only: ['server', 'line'],
    plant: () => ({ isTornApplied: true }),
  },
  {
    name: 'an answer of a captive portal acts as one of the server',
    only: ['line'],
    plant: () => ({
      ports: (ports) => ({
        ...ports,
        transport: {
          ...ports.transport,
          async post(path, body, how) {
            const reply = await ports.transport.post(path, body, how);
            if (reply.status !== 401 && reply.status !== 403) return reply;
            if (reply.body.includes('"retryable"')) return reply;
            const refusal = { code: 'auth/revoked', message: '', retryable: false };
            return { ...reply, body: JSON.stringify(refusal) };
          },
        },
      }),
    }),
  },
  {
    name: 'a number is sent before it is committed',
    plant: overWrites((tx) => ({
      ...tx,
      put(key, value) {
        const { q: _, ...rest } = value as { readonly [field: string]: never };
        tx.put(key, key[0] === 'out' ? rest : value);
      },
    })),
  },
  {
    name: 'an acknowledged change leaves the outbox before its row is there',
    only: ['kill'],
    plant: apart('row', { isOfAcks: true }),
  },
  {
    name: 'the outbox is emptied before the server has answered',
    only: ['line', 'offline'],
    plant: () => ({
      ports: (ports) =>
        overStore(ports, (store) => ({
          ...store,
          write: (body, options) =>
            store.write(async (tx) => {
              const result = await body(tx);
              for (const [key, value] of await tx.list(['out'])) if ((value as { q?: number }).q) tx.delete(key);
              return result;
            }, options),
        })),
    }),
  },
  {
    name: 'clocks of devices are not clamped',
    only: ['clock'],
    plant: overServer((tx) => ({
      putEntry(space, row) {
        const text = JSON.stringify(row.state);
        const ahead = text.replace(/"b":\[(\d+),\[(\d+),/, (_, v, wall) => `"b":[${v},[${Number(wall) + 3_600_000},`);
        return tx.putEntry(space, { ...row, state: JSON.parse(ahead) });
      },
    })),
  },
  {
    name: 'an order is forgotten and counts again',
    plant: overServer((tx) => ({
      order: async () => undefined,
      // Its marks in the lines tell of it too.
      async entries(space, collection) {
        const rows = await tx.entries(space, collection);
        return rows.map((row) => ({ ...row, state: JSON.parse(JSON.stringify(row.state, unmarked)) }));
      },
    })),
  },
  {
    name: 'an order takes nothing',
    plant: overServer((tx) => ({
      putEntry: (space, row) => {
        const state = row.state as { q?: { o: unknown[]; w: object } } | null;
        if (!state?.q?.o.length) return tx.putEntry(space, row);
        const q = { ...state.q, o: [] };
        return tx.putEntry(space, { ...row, state: { ...state, q } as never });
      },
    })),
  },
  {
    name: 'a device retries without a wait that grows',
    only: ['offline', 'line'],
    plant: () => ({ ports: (ports) => ({ ...ports, clock: { ...ports.clock, jitter: () => 0 } }) }),
  },
  {
    name: 'a sign-out in one tab is not told to the others',
    plant: () => ({
      ports: (ports) => ({
        ...ports,
        tabs: { ...ports.tabs, post: (message) => (message === 'epoch' ? undefined : ports.tabs.post(message)) },
        marker: { ...ports.marker, read: () => null },
      }),
    }),
  },
];

const unmarked = (name: string, value: unknown): unknown => (name.startsWith('o:') ? undefined : value);
