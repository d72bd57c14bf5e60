import Database from 'better-sqlite3';
import { expoSqlite } from '../../contracts/store/storage-doubles.ts';

/** As `openDatabaseSync` of expo-sqlite, whose own SQLite needs a phone: a real one, in memory. */
export const openDatabaseSync = (_name: string) => expoSqlite(new Database(':memory:'));
