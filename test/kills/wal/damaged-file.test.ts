import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOfFile } from '../../../src/server/stores/sqlite-file.ts';
import { tempFolder } from '../../server/temp-folder.ts';
import { audit } from '../audit.ts';
import { type KilledServer, killedServer } from './killed-server.ts';
import { inspect, layDown, recover } from './recover.ts';

const folder = tempFolder();
afterAll(() => folder.remove());
let killed: KilledServer;
beforeAll(async () => {
  killed = await killedServer(folder.path('relevo.db'), { age: 'old', changes: 40 });
}, 60_000);

const change = (path: string, sql: string) => {
  const db = new Database(path);
  db.exec(sql);
  db.close();
};

describe('the head of a database file', () => {
  it('that is damaged in any byte is refused in words, or means nothing, or is found by the doctor', async () => {
    const path = folder.path('head.db');
    const outcomes = { refused: 0, harmless: 0, found: 0 };
    for (let offset = 0; offset < 100; offset++) {
      for (const mask of [0xff, 0x01, 0x80]) {
        const file = Buffer.from(killed.file);
        file[offset] = (file[offset] ?? 0) ^ mask;
        layDown(path, { file });
        const faults = safely(() => faultsOfFile(path));
        const { refusal, state, wrongs } = await recover(path, killed);
        const at = `byte ${offset} by ${mask}`;
        if (refusal !== undefined) {
          expect(refusal, at).toMatch(/head\.db (is damaged|cannot be written|is of a newer relevo-server)/);
          outcomes.refused++;
        } else if (faults.length > 0) {
          expect([at, state]).toEqual([at, killed.base]);
          outcomes.found++;
        } else {
          // Counters of changes, cache sizes, room for later formats.
          expect([at, state, wrongs]).toEqual([at, killed.base, []]);
          outcomes.harmless++;
        }
      }
    }
    expect(outcomes.refused).toBeGreaterThan(80);
    console.log(`head of the file: ${JSON.stringify(outcomes)} of 300 damaged copies`);
  }, 120_000);
});

const safely = (look: () => readonly string[]): readonly string[] => {
  try {
    return look();
  } catch {
    return [];
  }
};

describe('the check of these tests', () => {
  const lay = (name: string) => {
    const path = folder.path(name);
    layDown(path, { file: killed.file });
    return path;
  };

  it('sees a state that mixes two: rows of one, numbers of the other', () => {
    const path = lay('mixed.db');
    expect(inspect(path, killed.states).state).toBe(killed.base);
    const later = folder.path('later.db');
    layDown(later, { file: killed.file, wal: killed.wal.bytes });
    change(
      path,
      `ATTACH '${later}' AS later;
       INSERT OR REPLACE INTO entry SELECT * FROM later.entry WHERE version > (SELECT max(version) FROM entry)`,
    );
    expect(inspect(path, killed.states)).toEqual({
      state: -1,
      wrongs: expect.arrayContaining([expect.stringContaining('late entry')]),
    });
  });

  it('sees numbers that are not those of the changes it remembers', () => {
    const path = lay('numbers.db');
    change(path, "UPDATE replica SET last = last + 1 WHERE id = 'replica_a'");
    expect(audit(path)).toEqual([expect.stringContaining('ring')]);
    change(path, "UPDATE replica SET last = last - 1 WHERE id = 'replica_a'");
    expect(audit(path)).toEqual([]);
    change(path, "DELETE FROM replica WHERE id = 'replica_a'");
    expect(audit(path)).toEqual([expect.stringContaining('forgotten replica')]);
  });

  it('sees changes that count twice because a server forgot their numbers', async () => {
    const path = lay('forgotten.db');
    change(path, 'DELETE FROM replica; DELETE FROM applied');
    const { wrongs } = await recover(path, killed);
    expect(wrongs.join()).toContain('after all was sent again');
  });
});
