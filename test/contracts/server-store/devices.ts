import { expect } from 'vitest';
import type { Case } from './contract.ts';
import { space } from './contract.ts';

const note = (id: string, since: number, channel = 'web') => ({ id, channel, since });

/** What a store knows of a customer's devices, and of those that were revoked. */
export const deviceContract: readonly Case[] = [
  {
    name: 'lists the devices of a space, the last seen first, with what was noted of them',
    async run({ open }) {
      const store = await open();
      await store.write(async (tx) => {
        for (const [id, seenAt] of [
          ['a', 5],
          ['c', 7],
          ['b', 7],
          ['old', 1],
        ] as const)
          await tx.putDevice('pk/a', { id, seenAt, signedOutAt: 2 }, 9);
        await tx.putDevice('pk/ab', { id: 'other', seenAt: 9, signedOutAt: 0 }, 9);
        await tx.noteDevice('pk/a', note('a', 4, 'ios'), { isBack: true });
        await tx.noteDevice('pk/a', note('b', 3), { isBack: true });
        await tx.noteDevice('pk/a', note('b', 6, 'pos'), { isBack: true });
        await tx.noteDevice('pk/a', note('a', 8), { isBack: false });
        await tx.noteDevice('pk/a', note('c', 5), { isBack: false });
      });
      expect(await store.read((tx) => tx.devices('pk/a'))).toEqual([
        { id: 'b', channel: 'pos', since: 6, seenAt: 7, signedOutAt: 2 },
        { id: 'c', channel: 'web', since: 5, seenAt: 7, signedOutAt: 2 },
        { id: 'a', channel: 'ios', since: 4, seenAt: 5, signedOutAt: 2 },
        { id: 'old', channel: '', since: 1, seenAt: 1, signedOutAt: 2 },
      ]);
      expect(await store.read((tx) => tx.devices('pk/none'))).toEqual([]);
    },
  },
  {
    name: 'forgets what was noted of a device that is forgotten',
    async run({ open }) {
      const store = await open();
      await store.write(async (tx) => {
        await tx.putDevice('pk/a', { id: 'a', seenAt: 1, signedOutAt: 0 }, 1);
        await tx.noteDevice('pk/a', note('a', 1, 'ios'), { isBack: true });
        await tx.putDevice('pk/a', { id: 'b', seenAt: 2, signedOutAt: 0 }, 1);
        await tx.noteDevice('pk/a', note('b', 2), { isBack: true });
        await tx.putDevice('pk/a', { id: 'a', seenAt: 3, signedOutAt: 0 }, 2);
      });
      const found = await store.read((tx) => tx.devices('pk/a'));
      expect(found.map(({ id, channel }) => [id, channel])).toEqual([
        ['a', ''],
        ['b', 'web'],
      ]);
    },
  },
  {
    name: 'remembers devices that were revoked and what they had, the latest of them, through a restart, and not after its space is dropped',
    async run({ open, durable }) {
      let store = await open();
      await store.write(async (tx) => {
        await tx.putSpace(space('pk/a'));
        await tx.putSpace(space('pk/ab'));
        for (const [device, at] of [
          ['a', 1],
          ['b', 2],
          ['c', 3],
          ['a', 4],
        ] as const)
          await tx.putRevoked('pk/a', { device, at, knownMs: 0, before: at === 3 ? ['r1', 'r2'] : null }, 2);
        await tx.putRevoked('pk/ab', { device: 'a', at: 9, knownMs: 0, before: null }, 2);
      });
      await expect(
        store.write(async (tx) => {
          await tx.putRevoked('pk/a', { device: 'undone', at: 5, knownMs: 0, before: null }, 2);
          throw new Error('no');
        }),
      ).rejects.toThrow('no');
      if (durable) {
        await store.close();
        store = await open();
      }
      const all = (id: string) =>
        store.read((tx) => Promise.all(['a', 'b', 'c', 'undone'].map((device) => tx.revoked(id, device))));
      const [a, c] = [
        { device: 'a', at: 4, knownMs: 0, before: null },
        { device: 'c', at: 3, knownMs: 0, before: ['r1', 'r2'] },
      ];
      expect(await all('pk/a')).toEqual([a, undefined, c, undefined]);
      await store.write((tx) => tx.dropSpace('pk/a'));
      expect(await all('pk/a')).toEqual([undefined, undefined, undefined, undefined]);
      expect(await all('pk/ab')).toEqual([{ ...a, at: 9 }, undefined, undefined, undefined]);
    },
  },
  {
    name: 'of more revoked devices than are kept remembers the one just put, and those that had been known for longest',
    async run({ open }) {
      const store = await open();
      for (const [device, knownMs] of [
        ['phone', 50],
        ['made-up-1', 1],
        ['made-up-2', 2],
        ['new', 0],
      ] as const)
        await store.write((tx) => tx.putRevoked('pk/a', { device, at: 9, knownMs, before: null }, 2));
      const left = await store.read((tx) =>
        Promise.all(['phone', 'made-up-1', 'made-up-2', 'new'].map((device) => tx.revoked('pk/a', device))),
      );
      expect(left.map((row) => row?.device)).toEqual(['phone', undefined, undefined, 'new']);
    },
  },
  {
    name: 'forgets no device that is signed in for those that are not, nor the one just put for others of the same moment',
    async run({ open }) {
      const store = await open();
      const put = (id: string, seenAt: number, signedOutAt: number) =>
        store.write((tx) => tx.putDevice('pk/a', { id, seenAt, signedOutAt }, 2));
      await put('phone', 1, 0);
      for (const n of [2, 3, 4]) await put(`out-${n}`, n, n);
      for (const id of ['c', 'b', 'a']) await put(id, 5, 0);
      await put('z', 5, 0);
      const found = await store.read((tx) => tx.devices('pk/a'));
      expect(found.map(({ id }) => id).sort()).toEqual(['a', 'out-3', 'out-4', 'z']);
    },
  },
];
