import type { Ports, Store } from '../client/ports.ts';
import type { Json } from '../core/json.ts';
import type { SyncRequest } from '../protocol/messages.ts';
import { overServer, overWire } from './plant.ts';
import type { Planted } from './planted.ts';

type Fields = Readonly<Record<string, Json>>;

/** What a device says of lines that stay in view, said otherwise. */
const overCopies = (change: (fields: Fields) => Fields) => {
  const changed = <T extends SyncRequest['ops']>(ops: T): T =>
    ops.map((op) => {
      const { f } = op as { readonly f?: Fields };
      return f?.['fork'] ? { ...op, f: change(f) } : op;
    }) as T;
  return overWire({
    request: (request) => ({
      ...request,
      ops: changed(request.ops),
      ...(request.claim ? { claim: { ...request.claim, ops: changed(request.claim.ops) } } : {}),
    }),
  });
};

/** What is put into memory is put on the disk too. */
const mirrored = ({ openStore, memoryStore }: Ports): Store => {
  const memory = memoryStore();
  return {
    ...memory,
    async write(body, options) {
      const result = await memory.write(body, options);
      const rows = await memory.read((tx) => tx.list([]));
      const store = await openStore();
      await store.write(async (tx) => {
        for (const [key, value] of rows) tx.put(key, value);
      });
      return result;
    },
  };
};

/** Faults in what a device keeps when somebody leaves it, and in who is let back. */
export const plantedDevices: readonly Planted[] = [
  {
    name: 'a line that stays in view does not say of whose it is a copy',
    only: ['devices'],
    plant: overCopies(({ fork: _, ...fields }) => fields),
  },
  {
    name: 'a line that stays in view says that there were fewer',
    only: ['devices'],
    plant: overCopies(({ fork, ...fields }) => ({ ...fields, fork: { ...(fork as { of: string }), n: 1 } })),
  },
  {
    name: 'the price that a customer was told stays with the line',
    only: ['devices'],
    plant: overCopies((fields) => ({ ...fields, price: { amountMinor: 1_299, currency: 'EUR' } })),
  },
  {
    name: 'a copy of a line is a second one when its customer is back',
    only: ['devices'],
    plant: overServer((tx) => ({
      putEntry: (space, row) => {
        const line = row.state as { readonly d?: Readonly<Record<string, Json>> } | null;
        if (!line?.d?.['fork']) return tx.putEntry(space, row);
        const { fork: _, ...d } = line.d;
        return tx.putEntry(space, { ...row, state: { ...line, d } });
      },
    })),
  },
  {
    name: 'a device that was taken back goes on by its old sign-in',
    only: ['devices'],
    plant: overServer(() => ({ revoked: async () => undefined })),
  },
  {
    name: 'a customer is told of a device that they took back before they asked',
    only: ['devices'],
    plant: overServer((tx) => ({
      devices: async (space) => (await tx.devices(space)).map((device) => ({ ...device, signedOutAt: 0 })),
    })),
  },
  {
    name: 'a device that hears that it was taken back waits for another token',
    only: ['devices'],
    plant: () => ({
      ports: (ports) => ({
        ...ports,
        transport: {
          ...ports.transport,
          async post(path, body, how) {
            const answer = await ports.transport.post(path, body, how);
            return { ...answer, body: answer.body.replace('auth/revoked', 'auth/expired') };
          },
        },
      }),
    }),
  },
  {
    name: 'a kiosk does not notice that somebody touches it',
    only: ['devices'],
    plant: () => ({ ports: ({ signals: { acts: _, ...signals }, ...ports }) => ({ ...ports, signals }) }),
  },
  {
    name: 'what a kiosk has in memory is on its disk too',
    only: ['devices'],
    plant: () => ({ ports: (ports) => ({ ...ports, memoryStore: () => mirrored(ports) }) }),
  },
];
