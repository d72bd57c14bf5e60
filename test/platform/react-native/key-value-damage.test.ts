import { describe, expect, it } from 'vitest';
import { keyValueStorage } from '../../../src/platform/react-native/key-value-storage.ts';
import { list, put } from '../../contracts/store/harness.ts';
import { turn } from './histories.ts';
import { bucketKeys, diskWithRows, name, openOn } from './key-value-disk.ts';
import { steppedStorage } from './stepped-storage.ts';

describe('what is stored, when it is damaged', () => {
  it.each(['', '[', 'null', '1.0.0.0:{"cut', '1.0.0.0:[[["rows"]]]', '1.0.0.0:[[{},1]]', '1.0.2.0:90'])(
    'is given up whole when a bucket reads %j: a kept cursor over lost rows would never bring them back',
    async (text) => {
      const disk = await diskWithRows();
      disk.set('theirs', 'kept');
      disk.set(bucketKeys(disk)[3] as string, text);
      const warnings: string[] = [];
      const store = await openOn(disk, warnings);
      expect([await list(store), [...disk.keys()]]).toEqual([[], ['theirs']]);
      expect(warnings).toEqual([
        'What this device had stored is damaged and was given up; state comes back with the next sync.',
      ]);
      await put(store, [['a'], 1]);
      await turn();
      expect(await list(await openOn(disk, warnings))).toEqual([[['a'], 1]]);
      expect(warnings).toHaveLength(1);
    },
  );

  it('is given up whole also when the app is killed while it is', async () => {
    const damaged = await diskWithRows();
    damaged.set(bucketKeys(damaged)[3] as string, 'torn');
    damaged.set(bucketKeys(damaged)[7] as string, 'torn');
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
      expect({ kill, rows: await list(await openOn(new Map(disk))) }).toEqual({ kill, rows: [] });
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
