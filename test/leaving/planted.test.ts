import { execFile } from 'node:child_process';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { figures } from '../../tools/full/figures.ts';
import { planted } from './planted.ts';

const run = promisify(execFile);

// All of them: `npm run test:leaving`. Here those that show early.
const early = ['tokens are not barred', 'the write of another tab is not fenced', 'other tabs do not listen'];
const all = process.env['RELEVO_PLANTED'] === 'all';

describe('a fault put into a line of the product is found by sign-outs', () => {
  test.each(planted.filter(({ id }) => all || early.includes(id)))('$id', { timeout: 300_000 }, async ({ id }) => {
    const { stdout } = await run(execPath, ['test/leaving/play-planted.ts', id]);
    console.info(`${id}: ${stdout.trim()}`);
    figures.sum('planted faults of sign-outs found', 1);
    figures.max('sign-outs until a planted fault is found', Number(/^sign-out (\d+)/.exec(stdout)?.[1]));
    expect(stdout).toMatch(/^sign-out \d+: /);
  });
});
