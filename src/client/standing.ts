import type { Status } from './api.ts';
import type { Disk } from './disk.ts';
import type { Events } from './events.ts';
import type { Shown } from './model.ts';
import type { Config } from './options.ts';
import type { Partition } from './partition.ts';
import type { Sync } from './sync.ts';

/** How things stand, as the page may see it, and told when it changes. */
export const createStanding = ({
  config,
  events,
  partition,
  model,
  view,
  sync,
  consent,
  disk,
}: {
  config: Config;
  events: Events;
  partition: Partition;
  model: Shown;
  view: () => { readonly count: number };
  sync: Sync;
  consent: { held(): Status['held'] };
  disk: Disk;
}) => {
  /** Nobody is expected any more whose lines are not here: what is empty may be shown as empty. */
  let isSettled = false;
  let status: Status = {
    isReady: false,
    connection: 'connecting',
    pending: 0,
    held: {},
    lastSyncedAt: null,
    storage: 'memory',
  };

  const publish = () => {
    const next: Status = {
      isReady: !partition.isLocked && (isSettled || view().count > 0),
      connection: sync.connection,
      pending: model.pending.filter(({ held }) => !held).length,
      held: consent.held(),
      lastSyncedAt: sync.lastSyncedAt,
      storage: disk.kind,
      ...(disk.degraded ? { degraded: disk.degraded } : {}),
    };
    if (JSON.stringify(next) === JSON.stringify(status)) return;
    status = next;
    events.emit('status', status);
  };

  const setSettled = (is: boolean) => {
    isSettled = is;
    publish();
  };

  return {
    get status() {
      return status;
    },
    publish,
    setSettled,
    /** Whose lines those are is known, or asked: until it is, what is empty is not shown as empty. */
    expect: () => setSettled(!config.getToken || !!partition.device?.customer),
  };
};
