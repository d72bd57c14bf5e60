import { appendFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isInstalled } from './engines.ts';
import { runKillLoop } from './kill-loop.ts';

const blockBytes = 32_768;

/** What a write leaves that was killed after its first bytes: the head of a record, and less of it than the head says. */
const tearLog = (profile: string): void => {
  const folder = join(profile, 'Default/IndexedDB');
  const [database = ''] = readdirSync(folder).filter((name) => name.endsWith('.leveldb'));
  const [log = ''] = readdirSync(join(folder, database)).filter((name) => name.endsWith('.log'));
  const path = join(folder, database, log);
  const record = Buffer.alloc(7 + 50, 'x');
  record.writeUInt16LE(200, 4);
  record.writeUInt8(1, 6);
  // A record does not cross the end of a block; zeros fill one up.
  const left = blockBytes - (statSync(path).size % blockBytes);
  appendFileSync(path, left < 300 ? Buffer.concat([Buffer.alloc(left), record]) : record);
};

const tornOnce = (fault?: 'keeps the log') =>
  runKillLoop({
    engine: 'chromium',
    kills: 3,
    seed: 3,
    fault,
    betweenLives: (life, profile) => {
      if (life === 0) tearLog(profile);
    },
  });

describe.skipIf(!isInstalled('chromium'))('Chromium after a kill in the middle of a write of its own', () => {
  it('has all that was saved, in every later life', async () => {
    const { lost, torn } = await tornOnce();
    expect({ lost, torn }).toEqual({ lost: [], torn: [] });
  }, 120_000);

  it('throws all of it away in the life after the next, without the help of Relevo', async () => {
    const { lost } = await tornOnce('keeps the log');
    expect(lost.filter((text) => text.startsWith('life 1'))).toEqual([]);
    expect(lost.filter((text) => text.startsWith('life 2'))).not.toEqual([]);
  }, 120_000);
});
