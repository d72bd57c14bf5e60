import { expect, it } from 'vitest';
import { faultNames } from './plant.ts';
import { runFuzz } from './run.ts';

/** What is said of each fault when it is found. */
const said: Readonly<Record<string, RegExp>> = {
  'a handler that throws': /^status 500$/,
  'a change that is lost': /^added \d+, counted \d+$|not read back/,
  'a set that saw more than there is': /^pk_a\/.*: cart .*: nobody: seen or bought 3 of 0$/,
  'a stack in a refusal': /^a refusal tells of the inside/,
  'a refusal of another shape': /^a refusal of another shape/,
  'a process that ends': /^the server ended: code 3/,
  'a request that is never answered': /^no answer within 5000 ms$/,
  'an origin that is let in': /^the origin .* was let in$/,
  'a text of somebody else': /^the answer holds what only the polite customer may see$/,
};

it('says of each fault what it is', () => {
  expect(Object.keys(said).sort()).toEqual([...faultNames].sort());
});

it.each(Object.entries(said))('finds %s', async (plant, words) => {
  const { tally } = await runFuzz({ seed: 11, requests: 800, frames: 20, most: 8, plant });
  expect(tally.findings.map(({ what }) => what).filter((what) => words.test(what))).not.toEqual([]);
});
