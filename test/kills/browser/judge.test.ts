import { describe, expect, it } from 'vitest';
import { isInstalled } from './engines.ts';
import { judge } from './judge.ts';
import { runKillLoop } from './kill-loop.ts';

const lines = (quantities: readonly number[], title: string) =>
  quantities.map((quantity, part) => ({ sku: `L0a${part}`, quantity, title }));
const promised = new Map([['L0a', 4]]);

describe('the judge of a killed browser', () => {
  it('finds nothing wrong with what was saved, nor with one turn more', () => {
    expect(judge(lines([4, 4, 4], '4'), promised)).toEqual({ lost: [], torn: [] });
    expect(judge(lines([5, 5, 5], '5'), promised)).toEqual({ lost: [], torn: [] });
  });

  it('sees a saved turn that is gone', () => {
    expect(judge(lines([3, 3, 3], '3'), promised).lost).toHaveLength(3);
    expect(judge([], promised).lost).toHaveLength(3);
  });

  it('sees a turn of which some lines are missing, one that counted twice, and details without their quantity', () => {
    expect(judge(lines([5, 5, 4], '5'), promised).torn).toHaveLength(3);
    expect(judge(lines([5, 5, 5], '4'), promised).torn).toHaveLength(3);
    expect(judge(lines([5, 5, 5], '6'), promised).torn).toHaveLength(3);
  });

  it.skipIf(!isInstalled('chromium'))(
    'sees through a page that reports a turn before it is saved',
    async () => {
      const { lost } = await runKillLoop({ engine: 'chromium', kills: 2, seed: 1, fault: 'claims early' });
      expect(lost.length).toBeGreaterThan(0);
    },
    60_000,
  );
});
