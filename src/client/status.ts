import type { Status } from './api.ts';
import type { Disk } from './disk.ts';
import type { Events } from './events.ts';
import type { Model } from './model.ts';
import type { Partition } from './partition.ts';
import type { Sync } from './sync.ts';

/** What a page is told of how it stands. */
export const createStatus = ({
  partition,
  model,
  sync,
  disk,
  events,
  held,
  hasLines,
}: {
  partition: Partition;
  model: Model;
  sync: Sync;
  disk: Disk;
  events: Events;
  held(): Status['held'];
  hasLines(): boolean;
}) => {
  /** Nobody is expected any more whose lines are not here: what is empty may be shown as empty. */
  let isSettled = false;
  let current: Status = {
    isReady: false,
    connection: 'connecting',
    pending: 0,
    held: {},
    lastSyncedAt: null,
    storage: 'memory',
  };
  const publish = (): void => {
    const next: Status = {
      isReady: !partition.isLocked && (isSettled || hasLines()),
      connection: sync.connection,
      pending: model.shown.pending.filter((one) => !one.held).length,
      held: held(),
      lastSyncedAt: sync.lastSyncedAt,
      storage: disk.kind,
      ...(disk.degraded ? { degraded: disk.degraded } : {}),
    };
    if (JSON.stringify(next) === JSON.stringify(current)) return;
    current = next;
    events.emit('status', current);
  };
  return {
    get current() {
      return current;
    },
    publish,
    setSettled(is: boolean): void {
      isSettled = is;
      publish();
    },
  };
};
