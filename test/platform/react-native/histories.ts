import type { Store, StoreKey, WriteTx } from '../../../src/client/ports.ts';
import type { Json } from '../../../src/core/json.ts';
import { memoryStore } from '../../../src/platform/memory-store.ts';
import { list } from '../../contracts/store/harness.ts';

/** What one transaction does. */
export type Transaction = readonly Step[];
type Step =
  | { readonly put: StoreKey; readonly value: Json }
  | { readonly delete: StoreKey }
  | { readonly deleteAll: StoreKey };

const spaces = ['out', 'rows', 'space'];

/** Transactions like the engine's: mostly a few puts, some deletes, now and then a whole table. */
export const randomHistory = (
  random: () => number,
  { length, valueLength = () => 3 }: { length: number; valueLength?: () => number },
): Transaction[] => {
  const below = (count: number) => Math.floor(random() * count);
  const key = (): StoreKey => [spaces[below(spaces.length)] as string, below(20)];
  const step = (): Step => {
    const kind = random();
    if (kind < 0.7) return { put: key(), value: { n: below(1_000), text: 'é"😀'.repeat(valueLength()) } };
    return kind < 0.95 ? { delete: key() } : { deleteAll: [spaces[below(spaces.length)] as string] };
  };
  return Array.from({ length }, () => Array.from({ length: 1 + below(6) }, step));
};

export const run = (tx: WriteTx, transaction: Transaction): void => {
  for (const step of transaction) {
    if ('put' in step) tx.put(step.put, step.value);
    else if ('delete' in step) tx.delete(step.delete);
    else tx.deleteAll(step.deleteAll);
  }
};

export const write = (store: Store, transaction: Transaction): Promise<void> =>
  store.write(async (tx) => run(tx, transaction));

/** All a store holds, as one text. */
export const stateOf = async (store: Store): Promise<string> => JSON.stringify(await list(store));

/** What a store that never fails holds after each transaction, the empty one before the first included. */
export const statesAfter = async (history: readonly Transaction[], start: string = '[]'): Promise<string[]> => {
  const store = memoryStore();
  await store.write(async (tx) => {
    for (const [key, value] of JSON.parse(start) as [StoreKey, Json][]) tx.put(key, value);
  });
  const states = [await stateOf(store)];
  for (const transaction of history) {
    await write(store, transaction);
    states.push(await stateOf(store));
  }
  return states;
};

/** Lets everything happen that waits for no one. */
export const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
