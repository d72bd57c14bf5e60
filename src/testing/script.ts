import { ageSteps } from './ageing.ts';
import { deviceSteps, drawDevice } from './device-steps.ts';
import { drawMerging, type Merging, mergeSteps } from './merging.ts';
import { paymentSteps } from './paying.ts';
import { createRandom } from './random.ts';
import { restoreSteps } from './restore-steps.ts';
import { type Act, drawAct } from './script-acts.ts';
import { type Fault, type FaultGroup, faultGroups, faultSteps, ownGroups } from './script-faults.ts';

// A history as a list that can be written down, cut short and played again: who does what when, and
// what goes wrong when. Nothing is drawn from the seed while it plays but latencies and dice of faults.

export type ShopKind = 'at once' | 'later' | 'silent' | 'readable';

export type DeviceSpec = {
  readonly kind: 'shared' | 'personal' | 'kiosk';
  /** Of a personal device, what stays when somebody leaves. */
  readonly keep?: 'cart-lines';
  /** Of a kiosk. */
  readonly idleMs?: number;
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
  /** The site merges so; where it is absent, as sites do that say nothing. */
  readonly merging?: Merging;
};

export const customers = ['ana', 'ben', 'eve'] as const;

/**
 * One seed, one history. `together`: so many groups of sudden faults at most; without it five are usual, and all of them
 * possible. What a history is about besides (age, restores, merging, paying, devices) is not counted.
 */
export const makeScript = (
  seed: number,
  size: { readonly steps: number; readonly only?: readonly FaultGroup[]; readonly together?: number | undefined },
): Script => {
  const random = createRandom(seed);
  // Some histories know partitions only: those have to be well in three seconds.
  const choice: readonly FaultGroup[] = random.chance(0.1) ? ['offline', 'freeze'] : faultGroups;
  const drawn: readonly FaultGroup[] = size.only ?? choice.filter(() => random.chance(0.45));
  const ages = createRandom(seed ^ 0x51ed270b);
  const isAgeing = size.only ? size.only.includes('age') : choice === faultGroups && ages.chance(0.3);
  const restores = createRandom(seed ^ 0x2f6b8d41);
  // One that ages is not put back: see `pendingInvariants`.
  const isDrawn = size.only ? size.only.includes('restore') : choice === faultGroups && restores.chance(0.2);
  const isRestored = isDrawn && !isAgeing;
  const merges = createRandom(seed ^ 0x6d2b79f5);
  // Nor does one that merges a lot age, nor is it put back.
  const hasMerges = size.only ? size.only.includes('merge') : choice === faultGroups && merges.chance(0.2);
  const isMerging = hasMerges && !isAgeing && !isRestored;
  const payments = createRandom(seed ^ 0x1b873593);
  // Nor do people pay a lot in any of these, or where a shop has a cart of its own: see `pendingInvariants`.
  const hasPayments = size.only ? size.only.includes('checkout') : choice === faultGroups && payments.chance(0.2);
  const isPaying = hasPayments && !isAgeing && !isRestored && !isMerging;
  const leavings = createRandom(seed ^ 0x3c6ef372);
  // Nor are these about devices that keep something, or nothing at all.
  const hasDevices = size.only ? size.only.includes('devices') : choice === faultGroups && leavings.chance(0.2);
  const isLeaving = hasDevices && !isAgeing && !isRestored && !isMerging && !isPaying;
  const hasNoShop = isPaying || isLeaving;
  const sudden = drawn.filter((group) => !ownGroups.some((own) => own === group) && !(hasNoShop && group === 'shop'));
  const some = createRandom(seed ^ 0x7a3c19e5);
  while (sudden.length > (size.together ?? sudden.length)) sudden.splice(some.below(sudden.length), 1);
  const enabled: readonly FaultGroup[] = [
    ...sudden,
    ...(isAgeing ? (['age'] as const) : []),
    ...(isRestored ? (['restore'] as const) : []),
    ...(isMerging ? (['merge'] as const) : []),
    ...(isPaying ? (['checkout'] as const) : []),
    ...(isLeaving ? (['devices'] as const) : []),
  ];
  const has = (group: FaultGroup) => enabled.includes(group);
  const people = customers.slice(0, 1 + random.below(3));
  const usual = Array.from({ length: 2 + Math.floor(random.next() ** 2 * 5) }, (): DeviceSpec => {
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
  const devices = isLeaving ? usual.map((spec) => drawDevice(leavings, spec)) : usual;
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
  const ageRate = ages.pick([0.02, 0.05, 0.12]);
  const restoreRate = restores.pick([0.02, 0.05, 0.12]);
  const mergeRate = merges.pick([0.05, 0.12, 0.2]);
  const paymentRate = payments.pick([0.05, 0.12, 0.2]);
  const leavingRate = leavings.pick([0.05, 0.12, 0.2]);
  const merging = isMerging
    ? { merging: drawMerging(merges) }
    : isLeaving
      ? { merging: { ...drawMerging(leavings), hasHook: false } }
      : {};
  for (let step = 0; step < size.steps; step++) {
    at += random.pick([0, 1, 5, 20, 60, 200, 700, random.chance(0.15) ? 12_000 : 100]);
    if (isAgeing && ages.chance(ageRate)) {
      const who = ages.pick(people);
      const act = () => drawAct(ages, people);
      at = ageSteps(steps, { random: ages, at, spot, act, who, devices: devices.length, hasServer: has('server') });
      continue;
    }
    if (isRestored && restores.chance(restoreRate)) {
      const struck = spot(restores.below(devices.length));
      const isOld = devices[struck.d]?.sdk !== undefined;
      steps.push(...restoreSteps({ random: restores, at, spot: struck, isOld }));
      continue;
    }
    if (isMerging && merges.chance(mergeRate)) {
      steps.push(...mergeSteps({ random: merges, spot: spot(merges.below(devices.length)), people }));
      continue;
    }
    if (isPaying && payments.chance(paymentRate)) {
      const place = spot(payments.below(devices.length));
      steps.push(...paymentSteps({ random: payments, spot: place, people, devices: devices.length }));
      continue;
    }
    if (isLeaving && leavings.chance(leavingRate)) {
      steps.push(...deviceSteps({ random: leavings, spot: spot(leavings.below(devices.length)), people, devices }));
      continue;
    }
    const group = faultGroups.find((name) => random.chance(rates[name] ?? 0));
    if (group) steps.push(...faultSteps(group, { random, at, spot: spot(), devices: devices.length }));
    else steps.push({ ...spot(), ...drawAct(random, people) });
  }
  return { seed, devices, steps: steps.sort((a, b) => a.at - b.at), enabled, ...merging };
};

/** A guest's cart goes on as it is, by the site or at a checkout. */
export const goesOn = ({ merging, steps }: Script): boolean =>
  merging?.cart === 'guest' || steps.some((step) => step.do === 'sign in' && step.during);
