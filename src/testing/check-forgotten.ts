import { collectionShape } from '../core/collection.ts';
import { isSpent } from '../core/spent-entry.ts';
import type { EntryRow } from '../server/store.ts';
import type { ServerDisk } from './server-disk.ts';
import { simCollections } from './sim-device.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Watch } from './watch.ts';

/** It shows nothing, deleted or not. */
const isSpentRow = ({ collection, state }: EntryRow): boolean =>
  state === null || isSpent(collectionShape(collection, simCollections).kind, state as never);

/** Nobody comes any more: what is left is what customers have, and nothing that was only kept for devices. */
export const checkForgotten = async ({
  clock,
  watch,
  serverDisk,
}: {
  clock: VirtualClock;
  watch: Watch;
  serverDisk: ServerDisk;
}): Promise<void> => {
  await clock.pass(4_000_000);
  await serverDisk.read(async (tx) => {
    for (const space of await tx.dueSpaces(Number.MAX_SAFE_INTEGER, 1_000)) {
      const claim = await tx.claim(space.id);
      const replicas = await tx.replicas(space.id);
      const rows = await tx.rowsAfter(space.id, 0, 10_000);
      const states = JSON.stringify(rows.map(({ state }) => state));
      const isLean = replicas.length === 0 && !/"[ps]":\{"/.test(states) && !rows.some(isSpentRow);
      const isOver = space.kind === 'guest' ? claim?.status === 'waiting' : isLean || claim !== undefined;
      watch.check('forgotten', isOver, () => `${space.id} keeps ${JSON.stringify(replicas)} ${states}`);
    }
  });
};
