import type { Faults } from './line-faults.ts';
import type { HookDoes } from './merge-faults.ts';
import type { Random } from './random.ts';
import type { Step } from './script.ts';
import { skus } from './script-acts.ts';
import type { DiskFaults, KillPoint } from './virtual-disk.ts';

/** What goes wrong. */
export type Fault =
  | { readonly do: 'line'; readonly faults: Faults }
  | {
      readonly do:
        | 'offline'
        | 'online'
        | 'clog'
        | 'unclog'
        | 'freeze'
        | 'disconnect'
        | 'empty'
        | 'wipe'
        | 'forget'
        | 'copy'
        | 'rollback'
        | 'power cut';
    }
  | { readonly do: 'clock'; readonly ms: number }
  | { readonly do: 'disk'; readonly faults: DiskFaults }
  | { readonly do: 'kill at write'; readonly point: KillPoint }
  | { readonly do: 'clone'; readonly from: number }
  | { readonly do: 'freeze tab' | 'thaw tab' | 'duplicate tab' }
  | { readonly do: 'server crash' | 'server crash at write' | 'server full' | 'server has room' | 'server backup' }
  /** The server's disk is put back to the `n`th backup taken so far, counted round; with the command that says so, or without. */
  | { readonly do: 'server restored'; readonly n: number; readonly isSaid: boolean }
  /** What the site's hook does before a merge, from now on. */
  | { readonly do: 'hook'; readonly does: HookDoes }
  /** The server's store throws at the so manieth call inside each claim from now on, or hangs there once; 0: it is well. */
  | { readonly do: 'store in merge'; readonly calls: number; readonly how: 'throws' | 'hangs' }
  /** Every page of the device is gone for so long. */
  | { readonly do: 'away'; readonly ms: number }
  /** The server ends right after so many of retention's commits. */
  | { readonly do: 'crash in retention'; readonly commits: number };

/** Groups of faults; each history has some of them. */
export const faultGroups = [
  'line',
  'offline',
  'freeze',
  'kill',
  'clock',
  'disk',
  'lost disk',
  'copied disk',
  'server',
  'token',
  'shop',
  'tabs',
] as const;
type SuddenGroup = (typeof faultGroups)[number];
/**
 * Histories that age, whose server is put back, that merge a lot or in which people pay have dice of their own: those of
 * the other histories fall as before.
 */
export const ownGroups = ['age', 'restore', 'merge', 'checkout'] as const;
export type FaultGroup = SuddenGroup | (typeof ownGroups)[number];

type Place = { random: Random; at: number; spot: { at: number; d: number; t: number }; devices: number };

/** A fault of this group, and its end. */
export const faultSteps = (group: SuddenGroup, { random, at, spot, devices }: Place): Step[] => {
  const until = at + random.pick([300, 2_000, 10_000, 40_000]);
  const rate = () => random.pick([0, 0.2, 0.5]);
  const groups: Readonly<Record<SuddenGroup, () => Step[]>> = {
    line: () => {
      const faults: Faults = {
        requestLost: rate(),
        replyLost: random.pick([0, 0, 0.3, 0.6]),
        duplicated: rate(),
        repeatedLate: rate(),
        delayed: rate(),
        reordered: rate(),
        garbled: random.pick([0, 0.4, 0.8]),
        refused: random.pick([0, 0, 0.4]),
        pushLost: random.pick([0, 0.4]),
        pushTwice: random.pick([0, 0.4]),
        pushLate: random.pick([0, 0.4]),
        ...(random.chance(0.25) ? { oneWay: random.pick(['up', 'down']) } : {}),
      };
      // A bad network is one device's, or that of everybody in the room.
      const hit = random.chance(0.4) ? Array.from({ length: devices }, (_, d) => d) : [spot.d];
      return hit.flatMap((d): Step[] => [
        { ...spot, d, do: 'line', faults },
        { ...spot, d, at: until, do: 'line', faults: {} },
      ]);
    },
    offline: () =>
      random.chance(0.7)
        ? [
            { ...spot, do: 'offline' },
            { ...spot, at: until, do: 'online' },
          ]
        : swizzle({ random, at, spot, devices }),
    freeze: () => [{ ...spot, do: 'freeze' }],
    kill: () => [
      random.chance(0.4)
        ? { ...spot, do: 'kill' }
        : { ...spot, do: 'kill at write', point: { writes: random.below(4), when: random.pick(['before', 'after']) } },
    ],
    clock: () => [{ ...spot, do: 'clock', ms: random.pick([0, -5_000, 40, -3_600_000, 3_600_000, 63_072_000_000]) }],
    disk: () => {
      const faults: DiskFaults = random.pick<DiskFaults>([
        { slowMs: 200 },
        { slowMs: 30 },
        { failNth: 1 + random.below(4) },
        { failing: 'UnknownError' },
        { failing: 'InvalidStateError' },
        { failing: 'QuotaExceededError' },
        { hangNth: 1 + random.below(3) },
        { quotaBytes: random.pick([1_500, 4_000, 9_000]) },
        { open: 'fails' },
        { open: 'hangs' },
        { open: { lateMs: 5_000 } },
      ]);
      if (random.chance(0.15)) return [{ ...spot, do: 'disconnect' }];
      const isOpening = faults.open !== undefined;
      return [
        { ...spot, do: 'disk', faults },
        ...(isOpening ? [{ ...spot, at: at + 1, do: 'reload' } as const] : []),
        { ...spot, at: until, do: 'disk', faults: {} },
      ];
    },
    'lost disk': () => [{ ...spot, do: random.pick(['wipe', 'forget', 'power cut', 'empty']) }],
    'copied disk': () =>
      random.chance(0.3)
        ? [{ ...spot, do: 'clone', from: random.below(devices) }]
        : [
            { ...spot, do: 'copy' },
            { ...spot, at: until, do: 'rollback' },
          ],
    server: () =>
      random.chance(0.7)
        ? [{ ...spot, do: random.pick(['server crash', 'server crash at write']) }]
        : [
            { ...spot, do: 'server full' },
            { ...spot, at: until, do: 'server has room' },
          ],
    tabs: () =>
      random.chance(0.4)
        ? [{ ...spot, do: 'duplicate tab' }]
        : [
            { ...spot, do: 'freeze tab' },
            { ...spot, at: until + random.pick([0, 0, 180_000]), do: 'thaw tab' },
          ],
    token: () => [{ ...spot, do: 'expire' }],
    shop: () => [{ ...spot, do: 'shop', sku: random.pick(skus), n: 1 }],
  };
  return groups[group]();
};

/** Lines are clogged one by one, and released in another order. */
const swizzle = ({ random, at, spot, devices }: Place): Step[] => {
  const chosen = Array.from({ length: devices }, (_, d) => d).filter(() => random.chance(0.7));
  const gapMs = random.pick([50, 400, 3_000]);
  const releasedAt = at + gapMs * chosen.length + random.below(5_000);
  return [
    ...chosen.map((d, n): Step => ({ ...spot, d, at: at + n * gapMs, do: 'clog' })),
    ...shuffled(chosen, random).map((d, n): Step => ({ ...spot, d, at: releasedAt + n * gapMs, do: 'unclog' })),
  ];
};

const shuffled = <T>(items: readonly T[], random: Random): readonly T[] =>
  items
    .map((item) => [random.next(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
