import { rmSync, writeFileSync } from 'node:fs';
import { createSyncServer, sqliteStore } from '../../../src/server/index.ts';
import { audit } from '../audit.ts';
import { killSites } from '../workers/kill-sites.ts';
import { bodyOf } from '../workers/wire.ts';
import { dump, quantities } from './dump.ts';
import type { KilledServer } from './killed-server.ts';

export type Recovery = {
  /** Why the server would not start. */
  readonly refusal?: string;
  /** How many transactions the state has; -1 when it is not the state after any of them. */
  readonly state: number;
  /** What is wrong with the database, before and after the devices sent all again. */
  readonly wrongs: readonly string[];
};

/** What a database says that was found in this state: which one it is, and whether it holds together. */
export const inspect = (path: string, states: readonly string[]): Recovery => ({
  state: states.lastIndexOf(dump(path)),
  wrongs: audit(path),
});

export type Copy = { readonly file: Buffer; readonly wal?: Buffer; readonly shm?: Buffer };

/** Lays a copy of a database down in place of the one that was there. */
export const layDown = (path: string, { file, wal, shm }: Copy): void => {
  for (const [end, bytes] of [
    ['', file],
    ['-wal', wal],
    ['-shm', shm],
  ] as const) {
    rmSync(path + end, { force: true });
    if (bytes) writeFileSync(path + end, bytes);
  }
};

/** Starts the server's own code on a database, looks at what it has, and lets all devices send all again. */
export const recover = async (path: string, killed: KilledServer): Promise<Recovery> => {
  let store: ReturnType<typeof sqliteStore>;
  try {
    // Thousands of copies: what is tested is which bytes count, not when they reach the disk.
    store = sqliteStore({ path, synchronous: 'OFF' });
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : '', state: -1, wrongs: [] };
  }
  const sync = createSyncServer({ sites: killSites, rates: null, store });
  try {
    const found = inspect(path, killed.states);
    const refused = await sendAgain(sync, killed);
    const [is, should] = [JSON.stringify(quantities(path)), JSON.stringify(killed.quantities)];
    const wrong = is === should ? [] : [`after all was sent again: ${is} instead of ${should}`];
    return { ...found, wrongs: [...found.wrongs, ...refused, ...wrong, ...audit(path)] };
  } finally {
    await sync.close();
  }
};

const sendAgain = async (sync: ReturnType<typeof createSyncServer>, { again }: KilledServer): Promise<string[]> => {
  const wrongs: string[] = [];
  for (const fields of again) {
    const request = new Request('http://localhost/v1/sync', { method: 'POST', body: bodyOf(fields) });
    const reply = await sync.fetch(request);
    const {
      acks = [],
      claimAcks = [],
      fork,
      gap,
    } = (await reply.json()) as {
      [name: string]: readonly (readonly [string, string])[];
    };
    const refused = [...acks, ...claimAcks].filter(([, status]) => status !== 'ok' && status !== 'dup');
    if (reply.status !== 200 || fork || gap || refused.length)
      wrongs.push(`sent again: ${reply.status} ${JSON.stringify({ fork, gap, refused })}`);
  }
  return wrongs;
};
