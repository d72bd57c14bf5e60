import type { ServerDisk } from './server-disk.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Watch } from './watch.ts';

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
      const states = JSON.stringify((await tx.rowsAfter(space.id, 0, 10_000)).map(({ state }) => state));
      const isLean = replicas.length === 0 && !/"[ps]":\{"/.test(states) && !states.includes('null,null');
      const isOver = space.kind === 'guest' ? claim?.status === 'waiting' : isLean || claim !== undefined;
      watch.check('forgotten', isOver, () => `${space.id} keeps ${JSON.stringify(replicas)} ${states}`);
    }
  });
};
