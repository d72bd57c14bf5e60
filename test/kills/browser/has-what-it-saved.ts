import { describe, expect, it } from 'vitest';
import { figures } from '../../../tools/full/figures.ts';
import { type EngineName, isInstalled } from './engines.ts';
import { runKillLoop } from './kill-loop.ts';

const kills = Number(process.env['RELEVO_KILLS'] ?? 8);
const seed = Number(process.env['RELEVO_SEED'] ?? 7);

/** The test of one engine; each has a file of its own, so that a full gate runs them in parts. */
export const hasWhatItSaved = (engine: EngineName): void => {
  describe.skipIf(!isInstalled(engine))(engine, () => {
    it(`has every turn it reported as saved, whole, killed ${kills} times while it writes`, async () => {
      const { version, turns, lines, lost, torn } = await runKillLoop({ engine, kills, seed });
      figures.sum(`${engine}: kills`, kills);
      figures.sum(`${engine}: turns reported as saved`, turns);
      figures.sum(`${engine}: saved and lost`, lost.length);
      figures.sum(`${engine}: torn`, torn.length);
      figures.text('browsers', version);
      expect({ lost, torn }).toEqual({ lost: [], torn: [] });
      // Two writers in each life, three lines each; one that was killed at once may have none yet.
      expect(lines).toBeGreaterThan(kills * 3);
      expect(turns).toBeGreaterThanOrEqual(kills * 4);
      console.info(`${version}: ${kills} kills, ${turns} turns reported as saved, 0 lost, 0 torn (seed ${seed})`);
    }, 560_000);
  });
};
