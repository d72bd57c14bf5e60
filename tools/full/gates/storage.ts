import { type Gate, vitest } from '../gate.ts';

const browsers = ['chromium', 'firefox', 'webkit'] as const;
const inStorage = (...files: readonly string[]) =>
  vitest('storage', ...files.map((file) => `test/browser/storage/${file}.test.ts`));

/** The store contract and the faults of storage, in real browsers. */
export const storage: Gate = {
  name: 'storage',
  minutes: 15,
  of: ['src', 'test/contracts', 'test/browser/storage', 'test/browser/harness'],
  parts: [
    ...browsers.map((name) => ({ name: `contract in ${name}`, command: inStorage(`contract-${name}`) })),
    { name: 'disks that fail', command: inStorage('chromium-disk') },
    { name: 'quotas', command: inStorage('quota', 'chromium-faults') },
    { name: 'other code', command: inStorage('other-code') },
    { name: 'WebKit’s killed process', command: inStorage('webkit', 'webkit-engine') },
    { name: 'private windows', command: inStorage('private-mode') },
    { name: 'tabs and network', command: inStorage('storage') },
  ],
  quick: [{ name: 'all, shorter', command: vitest('storage'), env: { RELEVO_STORAGE: 'quick' } }],
  promises: [
    ...browsers.map((name) => ({
      what: `cases of the store contract kept by IndexedDB in ${name}`,
      of: `contract cases kept in ${name}: indexeddb`,
      least: 150,
    })),
    ...(
      [
        ['chromium', 10],
        ['firefox', 4],
        ['webkit', 6],
      ] as const
    ).map(([name, least]) => ({
      what: `storage faults reproduced in ${name}`,
      of: `storage faults reproduced in ${name}`,
      least,
    })),
  ],
};
