import { existsSync } from 'node:fs';
import { ConfigError } from '../config.ts';
import { beginIncarnation } from '../incarnation.ts';
import { systemClock, systemIds } from '../real-ports.ts';
import { sqliteStore } from '../stores/sqlite.ts';
import type { Settings } from './settings.ts';

/** Says of a database that it is a copy from before: devices then hand back what they hold beyond it. */
export const restored = async ({ db }: Settings): Promise<number> => {
  // Opening would make a new one, and nobody would see that the name was wrong.
  if (!existsSync(db)) throw new ConfigError(`There is no database ${db}. Copy the backup there first, or pass --db.`);
  const store = sqliteStore({ path: db });
  try {
    await store.write((tx) => beginIncarnation(tx, { ids: systemIds, nowMs: systemClock.now(), isKnownHead: true }));
  } finally {
    await store.close();
  }
  console.log(
    `${db} is marked as restored. Start relevo-server: each device hands back what it holds beyond the backup at its next sync.`,
  );
  return 0;
};
