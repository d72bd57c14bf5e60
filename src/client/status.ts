import type { Status } from './api.ts';
import type { Disk } from './disk.ts';
import type { Events } from './events.ts';
import type { Model } from './model.ts';
import type { Config } from './options.ts';
import type { Partition } from './partition.ts';
import type { Sync } from './sync.ts';

/** What a page is told of how it stands. */
export const createStatus = ({
  config,
  partition,
  model,
  sync,
  disk,
  events,
  consent,
  view,
}: {
  config: Config;
  partition: Partition;
  model: Model;
  sync: Sync;
  disk: Disk;
  events: Events;
  consent: { held(): Status['held'] };
  view(): { readonly count: number };
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
      isReady: !partition.isLocked && (isSettled || view().count > 0),
      connection: sync.connection,
      pending: model.shown.pending.filter((one) => !one.held).length,
      held: consent.held(),
      lastSyncedAt: sync.lastSyncedAt,
      storage: disk.kind,
      ...(disk.degraded && { degraded: disk.degraded }),
    };
    if (JSON.stringify(next) === JSON.stringify(current)) return;
    current = next;
    events.emit('status', current);
  };
  const setSettled = (is: boolean): void => {
    isSettled = is;
    publish();
  };
  return {
    get current() {
      return current;
    },
    publish,
    setSettled,
    /** Whose lines those are is known, or asked: until it is, what is empty is not shown as empty. */
    expect: (): void => setSettled(!config.getToken || !!partition.device?.customer),
  };
};
