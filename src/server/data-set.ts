import { type CursorCodec, cursorCodec } from './cursor-codec.ts';
import type { Ids } from './ports.ts';
import type { Store } from './store.ts';
import { type TicketCodec, ticketCodec } from './tickets.ts';

export type DataSet = {
  readonly key: string;
  readonly cursors: CursorCodec;
  readonly tickets: TicketCodec;
};

/** The keys of a data set live with the data, so that a restart changes no cursor and a restored copy keeps its own. */
export const createDataSet = (store: Store, ids: Ids): (() => Promise<DataSet>) => {
  let known: DataSet | undefined;
  return async () => {
    if (known) return known;
    const key = await store.write(async (tx) => {
      const of = async (name: string) => {
        const found = await tx.meta(name);
        if (found !== undefined) return found;
        const made = ids.random();
        await tx.putMeta(name, made);
        return made;
      };
      // Read by each request in its own transaction: see incarnation.ts. What other keys signed is of another one: a copy
      // from before the keys may have been marked as restored, used, and put back once more.
      if ((await tx.meta('key-a')) === undefined) await tx.putMeta('incarnation', ids.random());
      else await of('incarnation');
      return (await of('key-a')) + (await of('key-b'));
    });
    known = { key, cursors: cursorCodec(ids, key), tickets: ticketCodec(ids, key) };
    return known;
  };
};
