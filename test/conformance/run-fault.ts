import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tempFolder } from '../server/temp-folder.ts';
import type { Fault } from './faults.ts';
import { root } from './with-fault.ts';

type Report = {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
};

/**
 * Runs the case of a fault with that fault in the product, in a process of its own. Gives how the case ended, and what it
 * said; one that did not even begin has not noticed anything.
 */
export const runFault = async ({ id }: Pick<Fault, 'id'>): Promise<{ status: string; words: string }> => {
  const folder = tempFolder();
  const report = folder.path('report.json');
  const output: Buffer[] = [];
  const child = spawn(
    'node_modules/.bin/vitest',
    ['run', '--config', 'test/conformance/vitest.config.ts', '--reporter', 'json', '--outputFile', report],
    { cwd: root, env: { ...process.env, RELEVO_FAULT: id, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => void output.push(part));
  await new Promise<void>((done, fail) => {
    child.once('error', fail);
    child.once('close', () => done());
  });
  const said = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as Report).testResults : [];
  folder.remove();
  const one = said
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ title, status }) => title.startsWith(`${id} `) && status !== 'skipped');
  if (one) return { status: one.status, words: one.failureMessages[0]?.split('\n')[0] ?? '' };
  return { status: 'not run', words: said[0]?.message || Buffer.concat(output).toString() };
};
