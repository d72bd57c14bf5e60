import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runScript } from '../../src/testing/run-script.ts';
import type { Script } from '../../src/testing/script.ts';
import { simulationEnv } from './env.ts';

const folder = new URL('corpus/', import.meta.url);

describe('histories that once showed a defect end well', () => {
  test.each(readdirSync(folder).sort())('%s', async (name) => {
    const { why, ...script } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Script & { why: string };
    const { finding } = await runScript(script, simulationEnv);
    expect(finding, `${why} Replay with: node test/simulation/play.ts --script test/simulation/corpus/${name}`).toBe(
      undefined,
    );
  });
});
