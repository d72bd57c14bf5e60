import type { Json } from '../core/json.ts';
import { createRandom } from './random.ts';
import { type Act, drawAct } from './script-acts.ts';
import { type Fault, type FaultGroup, faultGroups, faultSteps } from './script-faults.ts';

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
  /** An app with a storage of keys, and not a browser with its database. */
  readonly storage?: 'key-value';
  /** Runs the engine of the release before, where the environment has one. */
  readonly sdk?: 'previous';
};

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
/** One seed, one history. */
export const makeScript = (
  seed: number,
  size: { readonly steps: number; readonly only?: readonly FaultGroup[] },
): Script => {
  const random = createRandom(seed);
  // Some histories know partitions only: those have to be well in three seconds.
  const choice: readonly FaultGroup[] = random.chance(0.1) ? ['offline', 'freeze'] : faultGroups;
  const enabled = size.only ?? choice.filter((group) => random.chance(group === 'restore' ? 0.2 : 0.45));
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
      ...(random.chance(0.2) ? { storage: 'key-value' } : {}),
      ...(random.chance(0.15) ? { sdk: 'previous' } : {}),
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
    if (group) {
      const struck = spot();
      const isOld = devices[struck.d]?.sdk !== undefined;
      steps.push(...faultSteps(group, { random, at, spot: struck, devices: devices.length, isOld }));
    } else steps.push({ ...spot(), ...drawAct(random, people) });
  }
  return { seed, devices, steps: steps.sort((a, b) => a.at - b.at), enabled };
};

/** The same text for the same script. */
export const scriptText = (script: Script): string => JSON.stringify(script as unknown as Json, null, 1);
