import { emptyCounter } from '../core/counter.ts';
import { overServer } from './plant.ts';
import type { Planted } from './planted.ts';
import { withQuantity } from './planted-quantities.ts';

/** Faults in what a merge does and in taking it back. */
export const plantedMerges: readonly Planted[] = [
  {
    name: 'what an undone merge had brought counts still',
    only: ['merge'],
    plant: overServer((tx) => ({
      putEntry: (space, row) => {
        const isGuests = ([share]: readonly [string, number]) => share.startsWith('g:');
        return tx.putEntry(
          space,
          withQuantity(row, (q) => ({
            ...q,
            s: Object.fromEntries(Object.entries(q.s).filter((one) => !isGuests(one))),
          })),
        );
      },
    })),
  },
  {
    name: 'a guest who was merged is merged again, under another receipt',
    only: ['merge', 'line'],
    plant: overServer((tx) => ({
      claim: async (guest) => {
        const row = await tx.claim(guest);
        return row?.status === 'merged' ? { ...row, status: 'waiting', receipt: null, triedAt: 0 } : row;
      },
    })),
  },
  {
    name: 'what is set aside at a checkout is lost',
    only: ['merge'],
    plant: overServer((tx) => ({
      putEntry: (space, row) => {
        const { d } = (row.state ?? {}) as { readonly d?: { readonly parked?: readonly unknown[] } };
        const isAside = d?.parked?.[0] === 'merge/checkout';
        return tx.putEntry(space, isAside ? withQuantity(row, () => emptyCounter) : row);
      },
    })),
  },
  {
    name: 'a merge that has to wait loses a line of the guest',
    only: ['merge'],
    plant: overServer((tx) => ({
      putClaim: async (claim) => {
        await tx.putClaim(claim);
        if (claim.status !== 'waiting') return;
        const [line] = await tx.entries(claim.guest, 'cart');
        if (line)
          await tx.putEntry(
            claim.guest,
            withQuantity(line, () => emptyCounter),
          );
      },
    })),
  },
];
