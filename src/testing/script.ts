import type { Json } from '../core/json.ts';
import { createRandom, type Random } from './random.ts';
import type { DiskFaults, KillPoint } from './virtual-disk.ts';
import type { Faults } from './virtual-network.ts';

// A history as a list that can be written down, cut short and played again: who does what when, and
// what goes wrong when. Nothing is drawn from the seed while it plays but latencies and dice of faults.

export type ShopKind = 'at once' | 'later' | 'silent' | 'readable';

export type DeviceSpec = {
  readonly kind: 'shared' | 'personal';
  /** The page answers `getToken` with its shop session; else only `signIn` and `signOut` are called. */
  readonly hasToken: boolean;
  readonly tabs: number;
  readonly guest: 'synced' | 'local';
  readonly consent: 'granted' | 'pending';
  readonly shop?: ShopKind;
};

type Act =
  | { readonly do: 'add' | 'set' | 'shop'; readonly sku: string; readonly n: number }
  | { readonly do: 'remove' | 'update'; readonly sku: string }
  | { readonly do: 'order'; readonly sku: string; readonly n: number; readonly order: string }
  | { readonly do: 'view' | 'unview' | 'prefer' | 'flag' | 'unflag' | 'patch' | 'trait'; readonly key: string }
  | { readonly do: 'consent'; readonly state: 'granted' | 'denied' }
  | { readonly do: 'sign in'; readonly who: string }
  | { readonly do: 'sign out'; readonly isDropping: boolean }
  | { readonly do: 'clear' | 'unpark' | 'flush' | 'reload' | 'kill' | 'tab' | 'hide' | 'show' | 'leave' | 'expire' };

type Fault =
  | { readonly do: 'line'; readonly faults: Faults }
  | { readonly do: 'offline' | 'online' | 'freeze' | 'wipe' | 'forget' | 'copy' | 'rollback' | 'power cut' }
  | { readonly do: 'clock'; readonly ms: number }
  | { readonly do: 'disk'; readonly faults: DiskFaults }
  | { readonly do: 'kill at write'; readonly point: KillPoint }
  | { readonly do: 'clone'; readonly from: number }
  | { readonly do: 'server crash' };

/** At `at` ms of virtual time tab `t` of device `d` does this, or this happens to it. */
export type Step = { readonly at: number; readonly d: number; readonly t: number } & (Act | Fault);

export type Script = {
  readonly seed: number;
  readonly devices: readonly DeviceSpec[];
  readonly steps: readonly Step[];
  /** Fault kinds that this history could have. */
  readonly enabled: readonly string[];
};

export const customers = ['ana', 'ben', 'eve'] as const;
/** Few, so that devices collide. `S…` are only ever added to, so that their number must come out exactly. */
const skus = ['A', 'B', 'C'] as const;
const sums = ['S1', 'S2'] as const;

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
] as const;
export type FaultGroup = (typeof faultGroups)[number];

/** One seed, one history. */
export const makeScript = (
  seed: number,
  size: { readonly steps: number; readonly only?: readonly FaultGroup[] },
): Script => {
  const random = createRandom(seed);
  // Some histories know partitions only: those have to be well in three seconds.
  const choice: readonly FaultGroup[] = random.chance(0.1) ? ['offline', 'freeze'] : faultGroups;
  const enabled = size.only ?? choice.filter(() => random.chance(0.45));
  const has = (group: FaultGroup) => enabled.includes(group);
  const people = customers.slice(0, 1 + random.below(3));
  const devices = Array.from({ length: 2 + Math.floor(random.next() ** 2 * 5) }, (): DeviceSpec => {
    const shop =
      has('shop') && random.chance(0.4)
        ? { shop: random.pick(['at once', 'later', 'silent', 'readable'] as const) }
        : {};
    return {
      kind: random.chance(0.5) ? 'shared' : 'personal',
      hasToken: random.chance(0.5),
      tabs: 1 + random.below(3),
      guest: random.chance(0.85) ? 'synced' : 'local',
      consent: random.chance(0.6) ? 'granted' : 'pending',
      ...shop,
    };
  });
  const steps: Step[] = [];
  let at = 100;
  const spot = (d = random.below(devices.length)) => ({ at, d, t: random.below(3) });
  // Some are signed in from the beginning: most conflicts need two devices of one customer.
  devices.forEach((_, d) => {
    if (random.chance(0.6)) steps.push({ ...spot(d), do: 'sign in', who: random.pick(people) });
  });
  const rates = Object.fromEntries(
    faultGroups.map((group) => [group, has(group) ? random.pick([0.02, 0.05, 0.12]) : 0]),
  );
  for (let step = 0; step < size.steps; step++) {
    at += random.pick([0, 1, 5, 20, 60, 200, 700, random.chance(0.15) ? 12_000 : 100]);
    const group = faultGroups.find((name) => random.chance(rates[name] ?? 0));
    if (group) steps.push(...faultSteps(group, { random, at, spot: spot(), devices: devices.length }));
    else steps.push({ ...spot(), ...act(random, people) });
  }
  return { seed, devices, steps: steps.sort((a, b) => a.at - b.at), enabled };
};

const act = (random: Random, people: readonly string[]): Act => {
  const sku = random.pick(skus);
  const key = `k${random.below(3)}`;
  const choices: readonly (readonly [weight: number, make: () => Act])[] = [
    [6, () => ({ do: 'add', sku, n: 1 + random.below(3) })],
    [5, () => ({ do: 'add', sku: random.pick(sums), n: 1 })],
    [5, () => ({ do: 'set', sku, n: random.below(5) })],
    [3, () => ({ do: 'remove', sku })],
    [2, () => ({ do: 'update', sku })],
    [2, () => ({ do: 'order', sku, n: 1 + random.below(3), order: `o${random.below(4)}` })],
    [2, () => ({ do: 'view', key })],
    [1, () => ({ do: 'unview', key })],
    [2, () => ({ do: 'prefer', key })],
    [1, () => ({ do: 'flag', key })],
    [1, () => ({ do: 'unflag', key })],
    [1, () => ({ do: 'patch', key })],
    [1, () => ({ do: 'trait', key })],
    [1, () => ({ do: 'consent', state: random.pick(['granted', 'granted', 'denied']) })],
    [3, () => ({ do: 'sign in', who: random.pick(people) })],
    [2, () => ({ do: 'sign out', isDropping: random.chance(0.2) })],
    [1, () => ({ do: 'flush' })],
    [2, () => ({ do: 'reload' })],
    [1, () => ({ do: 'tab' })],
    [1, () => ({ do: 'hide' })],
    [1, () => ({ do: 'show' })],
    [1, () => ({ do: 'leave' })],
    [0.3, () => ({ do: 'clear' })],
    [2, () => ({ do: 'shop', sku, n: random.pick([1, 1, 2, -1]) })],
  ];
  let left = random.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of choices) {
    left -= weight;
    if (left < 0) return make();
  }
  return { do: 'flush' };
};

type Place = { random: Random; at: number; spot: { at: number; d: number; t: number }; devices: number };

const faultSteps = (group: FaultGroup, { random, at, spot, devices }: Place): Step[] => {
  const until = at + random.pick([300, 2_000, 10_000, 40_000]);
  const rate = () => random.pick([0, 0, 0.2, 0.5]);
  const groups: Readonly<Record<FaultGroup, () => Step[]>> = {
    line: () => {
      const faults: Faults = {
        requestLost: rate(),
        replyLost: random.pick([0, 0, 0.3, 1]),
        duplicated: rate(),
        repeatedLate: rate(),
        delayed: rate(),
        garbled: rate(),
        refused: random.pick([0, 0, 0, 0.3]),
        pushLost: rate(),
        pushTwice: rate(),
        pushLate: rate(),
      };
      return [
        { ...spot, do: 'line', faults },
        { ...spot, at: until, do: 'line', faults: {} },
      ];
    },
    offline: () => [
      { ...spot, do: 'offline' },
      { ...spot, at: until, do: 'online' },
    ],
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
        { open: 'fails' },
        { open: 'hangs' },
        { open: { lateMs: 5_000 } },
      ]);
      const isOpening = faults.open !== undefined;
      return [
        { ...spot, do: 'disk', faults },
        ...(isOpening ? [{ ...spot, at: at + 1, do: 'reload' } as const] : []),
        { ...spot, at: until, do: 'disk', faults: {} },
      ];
    },
    'lost disk': () => [{ ...spot, do: random.pick(['wipe', 'forget', 'power cut']) }],
    'copied disk': () =>
      random.chance(0.3)
        ? [{ ...spot, do: 'clone', from: random.below(devices) }]
        : [
            { ...spot, do: 'copy' },
            { ...spot, at: until, do: 'rollback' },
          ],
    server: () => [{ ...spot, do: 'server crash' }],
    token: () => [{ ...spot, do: 'expire' }],
    shop: () => [{ ...spot, do: 'shop', sku: random.pick(skus), n: 1 }],
  };
  return groups[group]();
};

/** The same text for the same script. */
export const scriptText = (script: Script): string => JSON.stringify(script as unknown as Json, null, 1);
