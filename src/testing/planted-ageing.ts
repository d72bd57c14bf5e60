import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { overServer } from './plant.ts';
import type { Planted } from './planted.ts';

/** Faults of what keeps the server from growing. */
export const plantedAgeing: readonly Planted[] = [
  {
    name: 'a fold waits for nobody',
    only: ['age', 'offline'],
    plant: overServer((tx) => ({
      replicas: async (space) => (await tx.replicas(space)).map((row) => ({ ...row, low: Number.MAX_SAFE_INTEGER })),
    })),
  },
  {
    name: 'a quantity from before a fold is taken',
    only: ['age', 'offline'],
    plant: overServer((tx) => ({
      async entry(space, collection, key) {
        const row = await tx.entry(space, collection, key);
        const line = row?.state as unknown as Line | null | undefined;
        if (!row || collection !== 'cart' || !line) return row;
        return { ...row, state: { ...line, q: { ...line.q, floor: 0 } } as unknown as Json };
      },
    })),
  },
  {
    name: 'what was deleted is forgotten at once',
    only: ['age'],
    plant: overServer((tx) => ({
      // Retention alone reads all rows, also those of deleted entries, from the beginning.
      rowsAfter: async (space, version, limit) => {
        const rows = await tx.rowsAfter(space, version, limit);
        return version === 0 ? rows.map((row) => ({ ...row, touched: 0 })) : rows;
      },
    })),
  },
  {
    name: 'what retired replicas had sent is forgotten at once',
    only: ['age'],
    plant: overServer((tx) => ({
      replicas: async (space) =>
        (await tx.replicas(space)).map((row) => ({ ...row, retiredAt: row.retiredAt === null ? null : 0 })),
    })),
  },
  {
    name: 'a device that only reads is not known',
    only: ['age', 'offline'],
    plant: overServer((tx) => ({
      putReplica: async (space, row) => (row.last === 0 ? undefined : tx.putReplica(space, row)),
    })),
  },
];
