import type { Random } from './random.ts';
import type { DeviceSpec, Step } from './script.ts';
import { type Act, skus } from './script-acts.ts';

type Spot = { readonly at: number; readonly d: number; readonly t: number };
type Place = {
  readonly random: Random;
  readonly spot: Spot;
  readonly people: readonly string[];
  readonly devices: readonly DeviceSpec[];
};

/** Most devices of these histories keep something, or nothing at all. */
export const drawDevice = (random: Random, { sdk: _, shop: __, ...spec }: DeviceSpec): DeviceSpec => {
  if (random.chance(0.7)) return { ...spec, kind: 'personal', keep: 'cart-lines' };
  return spec;
};

/** Somebody leaves a device that keeps their lines, does this and that as a guest, and is back, or somebody else is. */
export const deviceSteps = (place: Place): Step[] => {
  const { random, spot, people, devices } = place;
  const keeping = devices.flatMap(({ keep }, d) => (keep ? [d] : []));
  const here = { ...spot, d: keeping.length ? random.pick(keeping) : spot.d };
  const other = { ...spot, d: random.below(devices.length) };
  const later = (afterMs: number, act: Act, where: Spot = here): Step => ({ ...where, at: spot.at + afterMs, ...act });
  const who = random.pick(people);
  const steps: Step[] = [later(0, { do: 'sign in', who })];
  if (random.chance(0.5)) steps.push(later(20, { do: 'sign in', who }, other));
  for (let line = random.below(2); line >= 0; line--) steps.push(later(300 + 20 * line, drawAdd(random)));
  const outMs = random.pick([350, 700, 1_500, 4_000]);
  if (random.chance(0.35)) steps.push(...troubleSteps(random, here, spot.at + outMs + random.pick([-200, -30, 5, 60])));
  // Who is signed in over somebody leaves nothing in view.
  const isSwitch = random.chance(0.15);
  if (!isSwitch) steps.push(later(outMs, { do: 'sign out', isDropping: random.chance(0.1) }));
  for (let n = random.below(3); n > 0; n--) {
    const act = random.pick<Act>([
      { do: 'more' },
      { do: 'more' },
      { do: 'fewer' },
      { do: 'none' },
      { do: 'own', n: 1 },
      { do: 'set', sku: random.pick(skus), n: 1 + random.below(4) },
      { do: 'remove', sku: random.pick(skus) },
      { do: 'reload' },
      { do: 'kill' },
      { do: 'tab' },
    ]);
    if (!isSwitch) steps.push(later(outMs + random.pick([0, 5, 80, 400, 1_200]), act));
  }
  // Elsewhere their cart goes on meanwhile.
  for (let n = random.below(3); n > 0; n--) {
    const act = random.pick<Act>([{ do: 'more' }, { do: 'fewer' }, { do: 'none' }, { do: 'own', n: 2 }]);
    steps.push(later(outMs + random.pick([-40, 30, 300, 1_300]), act, other));
  }
  const next = random.chance(0.6) ? who : random.pick(people);
  const inMs = outMs + (isSwitch ? 0 : random.pick([10, 150, 900, 1_600, 6_000, 20_000]));
  if (random.chance(0.9)) steps.push(later(inMs, { do: 'sign in', who: next, ...drawDuring(random) }));
  if (random.chance(0.15)) steps.push(later(inMs + 3_000, { do: 'undo' }));
  return steps;
};

const drawDuring = (random: Random) => (random.chance(0.1) ? ({ during: 'checkout' } as const) : {});

const drawAdd = (random: Random): Act =>
  random.chance(0.7)
    ? { do: 'own', n: 1 + random.below(3) }
    : { do: 'add', sku: random.pick(skus), n: 1 + random.below(3) };

/** The device is offline, its page or the server ends in the middle of it. */
const troubleSteps = (random: Random, spot: Spot, at: number): Step[] => {
  const until = at + random.pick([300, 2_000, 10_000, 40_000]);
  return random.pick<() => Step[]>([
    () => [
      { ...spot, at, do: 'offline' },
      { ...spot, at: until, do: 'online' },
    ],
    () => [
      { ...spot, at, do: 'line', faults: { requestLost: 0.4, replyLost: 0.4, duplicated: 0.3 } },
      { ...spot, at: until, do: 'line', faults: {} },
    ],
    () => [{ ...spot, at, do: 'kill at write', point: { writes: random.below(3), when: 'after' } }],
    () => [{ ...spot, at, do: random.pick(['server crash', 'server crash at write']) }],
    () => [{ ...spot, at, do: 'tab' }],
  ])();
};
