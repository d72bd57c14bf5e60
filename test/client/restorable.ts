import type { SyncRequest } from '../../src/protocol/messages.ts';
import { beginIncarnation } from '../../src/server/incarnation.ts';
import { createServerDisk } from '../../src/testing/server-disk.ts';
import type { World } from '../../src/testing/virtual-world.ts';
import { world } from './world.ts';

/** A world whose server can be put back to a copy of its disk; requests are kept. */
export const restorable = (options: Parameters<typeof world>[0] = {}) => {
  const made: { disk?: ReturnType<typeof createServerDisk> } = {};
  const requests: SyncRequest[] = [];
  const here: World = world({
    ...options,
    store: (clock) => {
      made.disk = createServerDisk({ clock, durable: () => {} });
      return made.disk.store();
    },
    received: (body) => requests.push(JSON.parse(body) as SyncRequest),
  });
  const disk = () => {
    if (!made.disk) throw new Error('the world has no disk');
    return made.disk;
  };
  return {
    ...here,
    here,
    requests,
    backup: () => disk().backup(),
    setFull: (isFull: boolean) => disk().setFull(isFull),
    async restore(backup: ReturnType<ReturnType<typeof createServerDisk>['backup']>) {
      await disk().restore(backup, (tx) =>
        beginIncarnation(tx, { ids: here.ids, nowMs: here.clock.now(), isKnownHead: true }),
      );
      here.restart(disk().store());
    },
  };
};
