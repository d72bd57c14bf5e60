import { describe, expect, it } from 'vitest';
import type { StoreKey } from '../../../src/client/ports.ts';
import type { Json } from '../../../src/core/json.ts';
import { keyValueStorage } from '../../../src/platform/react-native/key-value-storage.ts';
import { list, put } from '../../contracts/store/harness.ts';
import type { Disk } from '../../contracts/store/storage-doubles.ts';
import { turn } from './histories.ts';
import { bucketKeys, diskWithRows, name, openOn } from './key-value-disk.ts';
import { steppedStorage } from './stepped-storage.ts';

describe('what is stored, when it is damaged', () => {
  it.each(['', '[', 'null', '1.0.0.0:{"cut', '1.0.0.0:[[["rows"]]]', '1.0.0.0:[[{},1]]', '1.0.2.0:90'])(
    'gives up all rows of the server when a bucket reads %j: a kept cursor over lost rows would never bring them back',
    async (text) => {
      const disk = await diskWithRows();
      disk.set('theirs', 'kept');
      disk.set(bucketKeys(disk)[3] as string, text);
      const warnings: string[] = [];
      const store = await openOn(disk, warnings);
      expect([await list(store), [...disk.keys()].sort()]).toEqual([[], [`${name}/journal`, 'theirs']]);
      expect(warnings).toEqual([expect.stringContaining('the next sync brings the rest')]);
      await put(store, [['a'], 1]);
      await turn();
      expect(await list(await openOn(disk, warnings))).toEqual([[['a'], 1]]);
      expect(warnings).toHaveLength(1);
    },
  );

  it.each([
    { what: 'cut off', damage: (disk: Disk, key: string) => disk.set(key, disk.get(key)?.slice(0, 30) ?? '') },
    { what: 'gone', damage: (disk: Disk, key: string) => disk.delete(key) },
  ])('keeps who is here and what was not sent when any bucket is $what, and no cursor', async ({ damage }) => {
    const whole = await diskWithRows();
    const store = await openOn(whole);
    const space = { replica: 'r', seq: 7, cursor: 'after', born: false };
    const own: [StoreKey, Json][] = [
      [['device'], { id: 'd' }],
      [['limbo', 1, 'i'], { x: 1 }],
      [['out', 'c_ana', 1, 'i'], { x: 2 }],
      [['shop'], { agreed: [] }],
      [['space', 'c_ana'], space],
    ];
    await put(store, ...own);
    for (const value of ['before', 'the journal has only this']) await put(store, [['row', 'c_ana', 99], value]);
    await turn();
    const kept = own.map(([key, value]) => [key, key[0] === 'space' ? { ...space, cursor: null } : value]);
    const keys = bucketKeys(whole);
    expect(keys.length).toBeGreaterThan(20);
    for (const key of keys) {
      const disk = new Map(whole);
      const lost = own.filter(([own]) => disk.get(key)?.includes(JSON.stringify(own)));
      damage(disk, key);
      const isInJournal = disk.get(`${name}/journal`)?.includes('99');
      const warnings: string[] = [];
      const found = await list(await openOn(disk, warnings));
      expect({ key, isInJournal, warned: warnings.length, found }).toEqual({
        key,
        isInJournal: true,
        warned: 1,
        found: kept.filter(([key]) => !lost.some(([own]) => own === key)),
      });
      expect(await list(await openOn(disk, warnings))).toEqual(found);
      expect(warnings).toHaveLength(1);
    }
  });

  it('is damaged when its journal is gone', async () => {
    const disk = await diskWithRows();
    disk.delete(`${name}/journal`);
    const warnings: string[] = [];
    expect([await list(await openOn(disk, warnings)), warnings.length]).toEqual([[], 1]);
  });

  it('keeps the same of it when the app is killed while it gives up the rest', async () => {
    const damaged = await diskWithRows();
    const store = await openOn(damaged);
    const own = Array.from({ length: 20 }, (_, at): [StoreKey, Json] => [['out', 'c_ana', at, 'i'], { x: at }]);
    await put(store, ...own);
    await put(store, [['space', 'c_ana'], { cursor: 'after' }]);
    await turn();
    const rowsOnly = bucketKeys(damaged).filter((key) => !/"(out|space)"/.test(damaged.get(key) ?? ''));
    for (const key of [rowsOnly[0], rowsOnly[3]]) damaged.set(key ?? '', 'torn');
    const kept = [...own, [['space', 'c_ana'], { cursor: null }]];
    for (let kill = 0; ; kill++) {
      const disk = new Map(damaged);
      const stepped = steppedStorage(disk);
      const opening = keyValueStorage(stepped.storage).open(name);
      await turn();
      let steps = 0;
      for (; stepped.pending() && steps < kill; steps++) {
        stepped.step(stepped.pending() - 1);
        await turn();
      }
      expect({ kill, rows: await list(await openOn(new Map(disk))) }).toEqual({ kill, rows: kept });
      if (stepped.pending()) continue;
      await opening;
      expect(kill).toBeGreaterThan(150);
      break;
    }
  });

  it('leaves out a journal that was cut off, which was never committed', async () => {
    const disk = await diskWithRows();
    const before = await list(await openOn(disk));
    for (const cut of ['', '1.0.0', '1.0.0.0:[[["rows",1],{"te', '1.0.0.0:[[["rows",1],1,1]]', '1.0.3.0:77', 'null'])
      expect(await list(await openOn(new Map(disk).set(`${name}/journal`, cut)))).toEqual(before);
  });

  it('is refused and left alone when a newer format wrote it', async () => {
    const disk = await diskWithRows();
    disk.set(bucketKeys(disk)[3] as string, '2.0.0.0:whatever');
    const before = [...disk];
    await expect(openOn(disk)).rejects.toMatchObject({ name: 'VersionError' });
    expect([...disk]).toEqual(before);
  });
});
