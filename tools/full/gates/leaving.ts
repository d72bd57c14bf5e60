import { planted } from '../../../test/leaving/planted.ts';
import { type Gate, vitest } from '../gate.ts';

const browsers = ['chromium', 'firefox', 'webkit'] as const;
const pages = 'test/browser/sign-out/beside-writes.test.ts';
const parts = 10;
const each = 330;

/**
 * Sign-outs with a push in flight and another tab in the midst of a write, among others: 1,000 of these in virtual time, 50
 * in each real browser, and the faults that they have to find.
 */
export const leaving: Gate = {
  name: 'leaving',
  minutes: 45,
  of: ['src', 'test/leaving', 'test/browser/sign-out', 'test/browser/harness'],
  parts: [
    ...Array.from({ length: parts }, (_, n) => ({
      name: `in virtual time ${n + 1}`,
      command: vitest('quick', 'test/leaving/sign-outs.test.ts'),
      env: { RELEVO_SIGN_OUTS: String(each), RELEVO_SEED: String(1 + n * each) },
    })),
    {
      name: 'faults put in',
      command: vitest('quick', 'test/leaving/planted.test.ts'),
      env: { RELEVO_PLANTED: 'all' },
    },
    ...browsers.map((name) => ({
      name: `in ${name}`,
      command: [...vitest('browser', pages), '-t', `in ${name}`],
      env: { RELEVO_SIGN_OUTS: '50' },
    })),
  ],
  quick: [{ name: 'all, shorter', command: vitest('browser', pages) }],
  promises: [
    { what: 'sign-outs in virtual time', of: 'sign-outs in virtual time', least: 3_000 },
    {
      what: 'of them with a push in flight and another tab in the midst of a write',
      of: 'sign-outs in virtual time: both',
      least: 1_000,
    },
    {
      what: 'of them with a trace, a late request or a loss',
      of: 'sign-outs in virtual time: with a trace, a late request or a loss',
      most: 0,
    },
    { what: 'faults of signing out put in, found', of: 'planted faults of sign-outs found', least: planted.length },
    ...browsers.flatMap((name) => [
      { what: `sign-outs in ${name}`, of: `${name}: sign-outs`, least: 50 },
      {
        what: `faults after a sign-out in ${name}`,
        of: `${name}: sign-outs with a trace, a late request or a loss`,
        most: 0,
      },
    ]),
  ],
};
