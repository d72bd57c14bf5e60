import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { sqliteStore } from '../../../src/platform/react-native/sqlite-storage.ts';
import { list, put, seeded } from '../../contracts/store/harness.ts';
import { expoSqlite, oldOpSqlite, opSqlite } from '../../contracts/store/storage-doubles.ts';
import { randomHistory, stateOf, statesAfter, turn, write } from './histories.ts';

const name = 'relevo:1:pk_test';

type Sqlite = Parameters<typeof sqliteStore>[0];

/** The same database, with a word before and after each statement. */
const watched = (
  db: Sqlite,
  { before = () => {}, after = () => {} }: { before?(sql: string): unknown; after?(): void },
) =>
  Object.fromEntries(
    Object.entries(db).map(([method, call]) => [
      method,
      async (sql: string, params?: string[]) => {
        await before(sql);
        const answer = await (call as (sql: string, params?: string[]) => Promise<unknown>)(sql, params);
        after();
        return answer;
      },
    ]),
  ) as unknown as Sqlite;

const rowsIn = (db: Database.Database): unknown[] => db.prepare('SELECT name, key, value FROM relevo').all();

describe.each([
  { over: 'expo-sqlite', wrap: expoSqlite },
  { over: 'op-sqlite', wrap: opSqlite },
  { over: 'an old op-sqlite', wrap: oldOpSqlite },
])('the store over $over', ({ wrap }) => {
  it.each([41, 42, 43, 44])('killed after any statement of history %i, is whole', async (seed) => {
    const random = seeded(seed);
    const history = randomHistory(random, { length: 30 });
    const states = await statesAfter(history);
    const db = new Database(':memory:');
    const moments: { readonly file: Buffer; readonly resolved: number }[] = [];
    let resolved = 0;
    const store = await sqliteStore(
      watched(wrap(db), { after: () => moments.push({ file: db.serialize(), resolved }) }),
    ).open(name);
    for (const transaction of history) {
      const written = write(store, transaction).then(() => resolved++);
      if (random() < 0.7) await written;
    }
    await store.read(async () => {});
    expect([resolved, moments.length > 40]).toEqual([history.length, true]);
    for (const moment of moments) {
      const state = await stateOf(await sqliteStore(wrap(new Database(moment.file))).open(name));
      const isWhole = states.slice(moment.resolved, moment.resolved + 2).includes(state);
      expect({ resolved: moment.resolved, isWhole }).toEqual({ resolved: moment.resolved, isWhole: true });
    }
  });

  it('a statement that fails rejects its write, which leaves nothing behind, and the next one commits', async () => {
    const db = new Database(':memory:');
    let isFull = false;
    const before = (sql: string) => {
      if (isFull && sql.startsWith('INSERT')) throw new Error('database or disk is full');
    };
    const store = await sqliteStore(watched(wrap(db), { before })).open(name);
    await put(store, [['a'], 1]);
    isFull = true;
    await expect(put(store, [['a'], 2], [['b'], 2])).rejects.toThrow('full');
    expect(await list(store)).toEqual([[['a'], 1]]);
    isFull = false;
    await put(store, [['c'], 3]);
    const reopened = await sqliteStore(wrap(db)).open(name);
    expect(await list(reopened)).toEqual([
      [['a'], 1],
      [['c'], 3],
    ]);
  });

  it('deleted rows leave the file', async () => {
    const db = new Database(':memory:');
    const store = await sqliteStore(wrap(db)).open(name);
    await put(store, [['a'], 'secret'], [['b'], 1]);
    await store.write(async (tx) => tx.delete(['a']));
    await turn();
    expect(rowsIn(db)).toEqual([{ name, key: '["b"]', value: '1' }]);
  });

  it('deleted rows that a kill left behind leave the file at the next open, and are not read', async () => {
    const db = new Database(':memory:');
    await sqliteStore(wrap(db)).open(name);
    db.prepare('INSERT INTO relevo VALUES (?, ?, NULL)').run(name, '["a"]');
    const store = await sqliteStore(wrap(db)).open(name);
    expect(await list(store)).toEqual([]);
    await turn();
    expect(rowsIn(db)).toEqual([]);
  });

  it('two sites in one database never see each other, quotes in their names included', async () => {
    const db = new Database(':memory:');
    const storage = sqliteStore(wrap(db));
    const [one, other] = [await storage.open(name), await storage.open(`${name}'; DROP TABLE relevo; --`)];
    await put(one, [['a'], 1]);
    await put(other, [['a'], "it's"]);
    await put(other, [['b'], 2]);
    await other.write(async (tx) => tx.delete(['a']));
    const later = sqliteStore(wrap(db));
    for (const { open } of [storage, later])
      expect([await list(await open(name)), await list(await open(`${name}'; DROP TABLE relevo; --`))]).toEqual([
        [[['a'], 1]],
        [[['b'], 2]],
      ]);
  });

  it.each([
    { what: 'a value', sql: 'UPDATE relevo SET value = ? WHERE key = ?', params: ['{"cut', '["row","c_ana",1]'] },
    { what: 'a key', sql: 'UPDATE relevo SET key = ? WHERE key = ?', params: ['["row","c_', '["row","c_ana",1]'] },
  ])(
    'of rows of which one has $what that cannot be read, who is here and what was not sent is kept, and no cursor',
    async ({ sql, params }) => {
      const db = new Database(':memory:');
      const space = { replica: 'r', seq: 7, cursor: 'after', born: false };
      const own = [
        [['device'], { id: 'd' }],
        [['out', 'c_ana', 1, 'i'], { x: 2 }],
      ] as const;
      const first = await sqliteStore(wrap(db)).open(name);
      await put(first, ...own, [['row', 'c_ana', 1], 1], [['row', 'c_ana', 2], 2], [['space', 'c_ana'], space]);
      db.prepare(sql).run(...params);
      const warnings: string[] = [];
      const kept = [...own, [['space', 'c_ana'], { ...space, cursor: null }]];
      for (const storage of [sqliteStore(wrap(db)), sqliteStore(wrap(db))]) {
        expect(await list(await storage.open(name, (text) => warnings.push(text)))).toEqual(kept);
        await turn();
      }
      expect([rowsIn(db).length, warnings]).toEqual([3, [expect.stringContaining('the next sync brings the rest')]]);
    },
  );

  it('asks for what is stored once, at a start that finds its table, and waits for nothing else', async () => {
    const db = new Database(':memory:');
    await put(await sqliteStore(wrap(db)).open(name), [['a'], 1]);
    const asked: string[] = [];
    const before = (sql: string) => {
      asked.push(sql);
      return sql.startsWith('SELECT') ? undefined : new Promise(() => {});
    };
    expect(await list(await sqliteStore(watched(wrap(db), { before })).open(name))).toEqual([[['a'], 1]]);
    expect(asked.slice(0, 2)).toEqual([
      'SELECT key, value FROM relevo WHERE name = ? AND value IS NOT NULL',
      'PRAGMA journal_mode = WAL',
    ]);
  });

  it('a database that cannot be read rejects the open and is left alone', async () => {
    const before = (sql: string) => {
      if (sql.startsWith('SELECT')) throw new Error('disk I/O error');
    };
    const db = new Database(':memory:');
    await put(await sqliteStore(wrap(db)).open(name), [['a'], 1]);
    await expect(sqliteStore(watched(wrap(db), { before })).open(name)).rejects.toThrow('disk I/O error');
    expect(rowsIn(db)).toHaveLength(1);
  });

  it('asks for a write-ahead log that is flushed at every commit and for deletions that overwrite, and does without', async () => {
    const asked: string[] = [];
    const before = (sql: string) => {
      if (!sql.startsWith('PRAGMA')) return;
      asked.push(sql);
      throw new Error('not on this connection');
    };
    const store = await sqliteStore(watched(wrap(new Database(':memory:')), { before })).open(name);
    await put(store, [['a'], 1]);
    expect(asked.slice(0, 3)).toEqual([
      'PRAGMA journal_mode = WAL',
      'PRAGMA synchronous = FULL',
      'PRAGMA secure_delete = ON',
    ]);
  });
});

it.each([undefined, null, {}, 'relevo.db', { getItem() {}, setItem() {} }, { execAsync() {} }])(
  'what is no database is refused at once, with what to pass: %o',
  (db) => {
    expect(() => sqliteStore(db as unknown as Sqlite)).toThrow(
      expect.objectContaining({
        code: 'options/invalid',
        message: expect.stringContaining('sqliteStore() takes a database of expo-sqlite or op-sqlite.'),
      }),
    );
  },
);
