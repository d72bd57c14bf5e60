import { expect, it } from 'vitest';
import { emptySpace } from '../../src/server/identity.ts';
import { memoryStore } from '../../src/server/index.ts';
import { defaultSpaceLimits } from '../../src/server/site.ts';
import { openSpace } from '../../src/server/space-writer.ts';

it('reads a collection whole once in a transaction, and knows what was changed since', async () => {
  const store = memoryStore();
  const row = emptySpace({ id: 'pk/a', site: 'pk', kind: 'guest', secret: null });
  const site = { merge: {}, collections: {}, limits: defaultSpaceLimits } as const;
  const value = (v: string) => ({ v, h: [1, 0, 'r', 1] }) as const;
  await store.write(async (tx) => {
    const space = openSpace(tx, { row, site, nowMs: 1 });
    await space.put('notes', 'old', value('a'));
    await space.put('notes', 'gone', value('a'));
    await space.finish();
  });
  const { reads, keys } = await store.write(async (tx) => {
    let reads = 0;
    const counting = {
      ...tx,
      entries(...args: Parameters<typeof tx.entries>) {
        reads++;
        return tx.entries(...args);
      },
    };
    const space = openSpace(counting, { row, site, nowMs: 1 });
    await space.states('notes');
    await space.put('notes', 'new', value('b'));
    await space.remove('notes', 'gone');
    const keys = (await space.states('notes')).map(({ key }) => key);
    return { reads, keys };
  });
  expect({ reads, keys }).toEqual({ reads: 1, keys: ['old', 'new'] });
  await store.close();
});
