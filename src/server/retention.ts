import { incarnationOf } from './incarnation.ts';
import { onceKeptMs } from './once.ts';
import type { Clock, Log } from './ports.ts';
import { lastHeardMs } from './replicas.ts';
import { dayMs, retentionTimes } from './retention-times.ts';
import type { SiteRules } from './site.ts';
import type { SpaceNews } from './space-news.ts';
import { openSpace } from './space-writer.ts';
import type { Store, WriteTx } from './store.ts';
import { tidySpace } from './tidy-space.ts';

export type Retention = {
  /** Looks at the spaces that are due, a batch of them; says how many there were. */
  sweep(): Promise<number>;
  /** Sweeps now and then until it is stopped. */
  start(): () => void;
};

const batchSize = 20;
/** A space that could not be looked at is looked at again so much later. */
const postponedMs = 3_600_000;
/** Between two sweeps, and while there is more to do. */
const pauseMs = { idle: 60_000, busy: 1_000 } as const;

/** The server's housekeeping, beside the requests: what no request comes to do. Each space in a transaction of its own. */
export const createRetention = ({
  store,
  clock,
  sites,
  log,
  on,
}: {
  store: Store;
  clock: Clock;
  sites: Readonly<Record<string, SiteRules>>;
  log: Log;
  on(news: SpaceNews): void;
}): Retention => {
  const tidy = async (tx: WriteTx, id: string): Promise<SpaceNews | undefined> => {
    const nowMs = clock.now();
    const row = await tx.space(id);
    if (!row || row.due > nowMs) return undefined;
    const site = sites[row.site];
    if (!site) {
      // A site that is not served any more keeps what it has, and is not asked about all the time.
      await tx.putSpace({ ...row, due: nowMs + dayMs });
      return undefined;
    }
    if (row.kind === 'guest' && (await isAbandoned(tx, { id, site, nowMs }))) {
      await tx.dropSpace(id);
      return undefined;
    }
    const space = openSpace(tx, { row, site, nowMs });
    await tidySpace(space);
    const { row: after, changed } = await space.finish();
    return { before: row.version, row: after, rows: changed, incarnation: await incarnationOf(tx) };
  };

  /** One space that cannot be looked at keeps nobody else waiting. */
  const postpone = async (id: string, error: unknown): Promise<undefined> => {
    log.warn('retention-failed', { detail: error instanceof Error ? error.name : typeof error });
    await store.write(async (tx) => {
      const row = await tx.space(id);
      if (row) await tx.putSpace({ ...row, due: clock.now() + postponedMs });
    });
  };

  const sweep = async (): Promise<number> => {
    const sinceMs = clock.now() - onceKeptMs;
    const { due, isOld } = await store.read(async (tx) => ({
      due: await tx.dueSpaces(clock.now(), batchSize),
      isOld: await tx.hasIdempotent(sinceMs),
    }));
    if (isOld) await store.write((tx) => tx.forgetIdempotent(sinceMs));
    for (const { id } of due) {
      const tidied = await store.write((tx) => tidy(tx, id)).catch((error: unknown) => postpone(id, error));
      if (tidied) on(tidied);
    }
    return due.length;
  };

  return {
    sweep,
    start() {
      let isStopped = false;
      let cancel = () => {};
      const later = (ms: number) => {
        if (!isStopped) cancel = clock.timer(ms, run);
      };
      const run = () => {
        sweep().then(
          (found) => later(found === batchSize ? pauseMs.busy : pauseMs.idle),
          () => {
            if (!isStopped) log.warn('retention-failed');
            later(pauseMs.idle);
          },
        );
      };
      later(pauseMs.idle);
      return () => {
        isStopped = true;
        cancel();
      };
    },
  };
};

/** A guest nobody has heard of for long, and to whom no customer is owed a merge. */
const isAbandoned = async (
  tx: WriteTx,
  { id, site, nowMs }: { id: string; site: SiteRules; nowMs: number },
): Promise<boolean> => {
  if ((await tx.claim(id))?.status === 'waiting') return false;
  return lastHeardMs(await tx.replicas(id)) + retentionTimes(site.limits).guestIdleMs <= nowMs;
};
