import { describe, expect, it } from 'vitest';
import type { Partition } from '../../src/client/partition.ts';
import { receivePush } from '../../src/client/receive-push.ts';
import type { Push } from '../../src/protocol/messages.ts';

const cursorAt = (version: number) => `data.0.0.${version}.mac`;
const rows: Push['ent'] = [['cart', 'sofa', 12, {}]];
const push = (more: Partial<Push> = {}): Push => ({ v: 12, prev: 10, cur: cursorAt(12), ent: rows, ...more });

/** The two things of a page's space that a push meets: how far it is, and what is stored. */
const space = (options: { cursor?: string | null; takes?: boolean } = {}) => {
  const applied: unknown[] = [];
  const { cursor = cursorAt(10), takes = true } = options;
  const partition = {
    device: { epoch: 3 },
    space: { cursor },
    apply: async (...args: unknown[]) => {
      applied.push(args);
      return takes;
    },
  } as unknown as Partition;
  return {
    applied,
    receive: (what: Push, isBusy = false) => receivePush(partition, what, { isBusy }),
  };
};

describe('a push', () => {
  it('that continues what is here is applied as it is', async () => {
    const { receive, applied } = space();
    expect(await receive(push())).toBe('applied');
    expect(applied).toEqual([[3, { from: 10, cur: cursorAt(12), isReset: false, acks: [], rows }]]);
  });
  it.each<[string, Partial<Push>, boolean]>([
    ['carries only its numbers', { ent: undefined }, false],
    ['leaves a hole before it', { prev: 11 }, false],
    ['begins before what is here', { prev: 9 }, false],
    ['comes while an exchange is under way', {}, true],
  ])('that %s is a reason to pull, and is not applied', async (_, more, isBusy) => {
    const { receive, applied } = space();
    expect([await receive(push(more), isBusy), applied]).toEqual(['pull', []]);
  });
  it('that the store does not take is a reason to pull', async () => {
    expect(await space({ takes: false }).receive(push())).toBe('pull');
  });
  it('of what is here already is known', async () => {
    for (const cursor of [cursorAt(12), cursorAt(13)]) {
      const { receive, applied } = space({ cursor });
      expect([await receive(push()), applied]).toEqual(['known', []]);
    }
  });
  it('of a server that was restored since is a reason to pull, however little it has', async () => {
    const { receive, applied } = space({ cursor: cursorAt(20) });
    expect([await receive(push({ cur: 'data.1.0.12.mac' })), applied]).toEqual(['pull', []]);
  });
  it('into an empty space begins at 0', async () => {
    expect(await space({ cursor: null }).receive(push({ prev: 0 }))).toBe('applied');
    expect(await space({ cursor: null }).receive(push())).toBe('pull');
  });
});
