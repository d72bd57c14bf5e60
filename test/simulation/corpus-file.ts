import type { Script } from '../../src/testing/script.ts';

/** A script as it is kept: one line for each device and each step. */
export const corpusText = (why: string, { devices, steps, ...rest }: Script): string => {
  const list = (items: readonly unknown[]) =>
    `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  const head = JSON.stringify({ why, ...rest }).slice(1, -1);
  return `{\n  ${head},\n  "devices": ${list(devices)},\n  "steps": ${list(steps)}\n}\n`;
};
