import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Script } from '../../src/testing/script.ts';
import { shrink } from '../../src/testing/shrink.ts';
import type { Finding } from '../../src/testing/watch.ts';
import { currentCommit } from '../../tools/full/results.ts';
import { corpusText } from './corpus-file.ts';
import { simulationEnv } from './env.ts';

const folder = new URL('../../.full/failures/', import.meta.url);

/** One line that says how to see it again; then what did not hold, and where the history lies, made small. */
export const reportFailure = async (
  script: Script,
  { invariant, detail, event }: Finding,
  together?: number,
): Promise<string> => {
  const { seed } = script;
  const how = together ? `${seed} --together ${together}` : seed;
  const line = `RELEVO_SEED=${seed} COMMIT=${currentCommit()} INVARIANT=${JSON.stringify(invariant)} EVENT=${event} replay: node test/simulation/play.ts --seed ${how}`;
  const small = await shrink(script, { env: simulationEnv, invariant });
  const file = new URL(`${seed}-${invariant.replaceAll(' ', '-')}.json`, folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, corpusText(`${invariant}: ${detail.slice(0, 200)}`, small));
  const steps = `${small.devices.length} devices, ${small.steps.length} steps`;
  return `${line}\n${detail.slice(0, 1_500)}\nmade small (${steps}): node test/simulation/play.ts --script ${fileURLToPath(file)}`;
};
