import { spawn } from 'node:child_process';
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
export const runFault = ({ id }: Pick<Fault, 'id'>): Promise<{ status: string; words: string }> =>
  new Promise((done, fail) => {
    const args = ['run', '--config', 'test/conformance/vitest.config.ts', '--reporter', 'json'];
    const child = spawn('node_modules/.bin/vitest', args, {
      cwd: root,
      env: { ...process.env, RELEVO_FAULT: id, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let errors = '';
    child.stdout.on('data', (part) => (out += part));
    child.stderr.on('data', (part) => (errors += part));
    child.on('error', fail);
    child.on('close', () => {
      const text = out.slice(out.indexOf('{'));
      if (!text.startsWith('{')) return done({ status: 'not run', words: errors || out });
      const { testResults } = JSON.parse(text) as Report;
      const ran = testResults.flatMap(({ assertionResults }) => assertionResults);
      const one = ran.find(({ title }) => title.startsWith(`${id} `));
      done({
        status: one?.status ?? 'not run',
        words: one ? (one.failureMessages[0]?.split('\n')[0] ?? '') : (testResults[0]?.message ?? errors),
      });
    });
  });
