import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/testing/random.ts';
import { figures } from '../../../tools/full/figures.ts';
import { tempFolder } from '../../server/temp-folder.ts';
import { type KilledServer, killedServer } from './killed-server.ts';
import { layDown, recover } from './recover.ts';
import { damageAt, damages, walOffsets, wholeCommits } from './wal-file.ts';

/** Offsets over all three databases; each is cut at, written over and zeroed from. */
const offsets = Number(process.env['RELEVO_OFFSETS'] ?? 200);
const seed = Number(process.env['RELEVO_SEED'] ?? 7);
const folder = tempFolder();
afterAll(() => folder.remove());

describe.each([
  ['whose log holds all it ever wrote', 'young', 60],
  ['that had stopped cleanly before', 'old', 60],
  ['whose log was begun anew over an older, longer one', 'worn', 260],
] as const)('a killed server %s', (_, age, changes) => {
  let killed: KilledServer;
  beforeAll(async () => {
    killed = await killedServer(folder.path(`${age}.db`), { age, changes });
  }, 120_000);

  it('has every acknowledged change when its files are as it left them', async () => {
    const path = folder.path('whole.db');
    const { file, wal, shm, states } = killed;
    for (const copy of [
      { file, wal: wal.bytes },
      { file, wal: wal.bytes, shm },
    ]) {
      layDown(path, copy);
      expect(await recover(path, killed)).toEqual({ state: states.length - 1, wrongs: [] });
    }
    // It is what its name says.
    expect(wal.bytes.length > 32 + wal.frames * wal.frameBytes).toBe(age === 'worn');
    expect(killed.base > 0).toBe(age !== 'young');
    expect(killed.base + wal.commitEnds.length).toBe(states.length - 1);
  });

  it('has exactly the transactions before the damage, and all again when devices send all again', async () => {
    const random = createRandom(seed).next;
    const { file, wal, shm, base } = killed;
    const path = folder.path('damaged.db');
    const chosen = walOffsets(wal, Math.ceil(offsets / 3), random);
    const found = new Set<number>();
    const wrong: unknown[] = [];
    for (const [n, offset] of chosen.entries()) {
      for (const damage of damages) {
        const damaged = damageAt(wal.bytes, { damage, offset });
        layDown(path, { file, wal: damaged, ...(n % 2 === 0 ? { shm } : {}) });
        const recovery = await recover(path, killed);
        // Without the transaction that made the tables they are made anew.
        const state = Math.max(0, base + wholeCommits(wal, damaged));
        if (recovery.refusal !== undefined || recovery.state !== state || recovery.wrongs.length > 0)
          wrong.push({ offset, damage, wanted: state, ...recovery });
        found.add(recovery.state);
      }
    }
    figures.sum('log: offsets', chosen.length);
    figures.sum('log: damaged copies', chosen.length * damages.length);
    figures.sum('log: wrong', wrong.length);
    figures.max('log: different states found', found.size);
    expect(wrong).toEqual([]);
    expect(chosen.length).toBeGreaterThanOrEqual(offsets / 3);
    expect(found.size).toBeGreaterThan(Math.min(30, offsets / 10));
    console.log(
      `log (${age}): ${wal.frames} pages, ${wal.commitEnds.length} transactions; ${chosen.length} offsets, ${chosen.length * damages.length} damaged copies, ${found.size} different states, each the one before the damage; 0 lost or doubled after all was sent again (seed ${seed})`,
    );
  }, 580_000);
});
