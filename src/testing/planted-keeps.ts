import type { WriteTx } from '../client/ports.ts';
import { type Device, type OutEntry, outKey, owedTo, rowKey, type StoredRow } from '../client/records.ts';
import { quantityOf } from '../core/counter.ts';
import type { Fork } from '../core/fork.ts';
import type { Line } from '../core/line.ts';
import { parkedFor } from '../core/parked-line.ts';
import { overStore } from './plant.ts';
import type { Planted } from './planted.ts';
import type { Plant } from './run-script.ts';

type Add = { readonly t: 'add'; readonly n: number; readonly f: { readonly fork: Fork } };
type Copy = { readonly space: string; readonly entry: OutEntry; readonly x: Add };

/** How many the guests have of it whose merge is owed. */
const owedOf = async (tx: WriteTx, { space, entry }: Copy): Promise<number> => {
  const owing = [...(await tx.list(['device'])), ...(await tx.list(['space']))];
  const guests = owing.flatMap(([, one]) => owedTo(one as unknown as Device)).filter((guest) => guest !== space);
  const counts = guests.map(async (guest) => {
    const row = (await tx.get(rowKey(guest, 'cart', entry.k))) as StoredRow | undefined;
    const line = row?.[1] as unknown as Line | undefined;
    return line && parkedFor(line) === null ? quantityOf(line.q) : 0;
  });
  return Math.max(0, ...(await Promise.all(counts)));
};

/** How many a copy says that there were, of a line that waits for its merge with so many of a guest's. */
const overCopiesOfMerging = (change: (own: number, owed: number) => number) => (): Plant => ({
  ports: (ports) =>
    overStore(ports, (store) => ({
      ...store,
      write: (body, options) =>
        store.write(async (tx) => {
          const copies: Copy[] = [];
          const result = await body({
            ...tx,
            put(key, value) {
              const entry = value as unknown as OutEntry;
              const isCopy = key[0] === 'out' && entry.q === undefined && (entry.x as Partial<Add>).f?.fork;
              if (isCopy) copies.push({ space: String(key[1]), entry, x: entry.x as unknown as Add });
              tx.put(key, value);
            },
          });
          for (const copy of copies) {
            const { space, entry, x } = copy;
            const owed = await owedOf(tx, copy);
            if (owed <= x.n) continue;
            const n = change(x.n, owed);
            const said = { ...x, n, f: { ...x.f, fork: { ...x.f.fork, n } } };
            tx.put(outKey(space, entry), { ...entry, x: said } as never);
          }
          return result;
        }, options),
    })),
});

/** Faults in what stays in view of lines that wait for their merge. */
export const plantedKeeps: readonly Planted[] = [
  {
    name: 'of a line that waits for its merge what the guest brings stays in view too',
    only: ['devices', 'server', 'token'],
    plant: overCopiesOfMerging((_, owed) => owed),
  },
  {
    name: 'of a line that waits for its merge one fewer stays in view',
    only: ['devices', 'server', 'tabs'],
    plant: overCopiesOfMerging((own) => Math.max(1, own - 1)),
  },
];
