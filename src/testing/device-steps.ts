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
  const kind = random.next();
  if (kind < 0.55) return { ...spec, kind: 'personal', keep: 'cart-lines' };
  if (kind > 0.8) return spec;
  const { storage: ___, ...kiosk } = spec;
  return { ...kiosk, kind: 'kiosk', tabs: 1, idleMs: random.pick([5_000, 8_000, 20_000]) };
};

/** Somebody leaves a device, is taken off it, does nothing for a while, or is waited for by a page that does not know. */
export const deviceSteps = (place: Place): Step[] => {
  const { random } = place;
  const what = random.next();
  if (what < 0.45) return keepSteps(place);
  if (what < 0.72) return revokeSteps(place);
  return what < 0.85 ? kioskSteps(place) : tokenSteps(place);
};

/** One of the devices of this kind, or any. */
const placeOf = ({ random, spot, devices }: Place, isMeant: (spec: DeviceSpec) => boolean): Spot => {
  const meant = devices.flatMap((spec, d) => (isMeant(spec) ? [d] : []));
  return { ...spot, d: meant.length ? random.pick(meant) : spot.d };
};

/** Somebody leaves a device that keeps their lines, does this and that as a guest, and is back, or somebody else is. */
const keepSteps = (place: Place): Step[] => {
  const { random, spot, people, devices } = place;
  const here = placeOf(place, ({ keep }) => !!keep);
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
  if (!isSwitch) steps.push(later(outMs, drawLeaving(random)));
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

const drawLeaving = (random: Random): Act =>
  random.chance(0.15) ? { do: 'session ends' } : { do: 'sign out', isDropping: random.chance(0.1) };

/** A customer of two devices takes one of them back: it is online or not, has something unsent, and may be back. */
const revokeSteps = ({ random, spot, people, devices }: Place): Step[] => {
  const who = random.pick(people);
  const lost = { ...spot, d: random.below(devices.length) };
  const here = random.chance(0.2) ? lost : { ...spot, d: random.below(devices.length) };
  const later = (afterMs: number, act: Act, where: Spot = lost): Step => ({ ...where, at: spot.at + afterMs, ...act });
  const steps: Step[] = [later(0, { do: 'sign in', who }), later(10, { do: 'sign in', who }, here)];
  steps.push(later(500, { do: 'own', n: 1 }), later(1_500, { do: 'devices' }, here));
  const revokedMs = random.pick([1_000, 2_000]);
  const until = spot.at + revokedMs + random.pick([300, 3_000, 20_000, 60_000]);
  if (random.chance(0.35)) {
    steps.push({ ...lost, at: spot.at + revokedMs - 300, do: 'offline' });
    steps.push({ ...lost, at: until, do: 'online' });
  }
  steps.push(later(revokedMs + random.pick([-60, -5, 10, 200]), drawAdd(random)));
  steps.push(later(revokedMs, { do: 'revoke', of: lost.d }, here));
  if (random.chance(0.3)) steps.push(later(revokedMs + random.pick([0, 20, 400]), random.pick(endings)));
  // The server takes its time for each commit.
  steps.push(later(revokedMs + random.pick([150, 400, 900]), drawAdd(random)));
  if (random.chance(0.5))
    steps.push(
      later(revokedMs + random.pick([5, 1_500, 5_000]), {
        do: 'sign in',
        who: random.chance(0.7) ? who : random.pick(people),
      }),
    );
  if (random.chance(0.3)) steps.push(later(revokedMs + 6_000, { do: 'devices' }, here));
  return steps;
};

const endings: readonly Act[] = [
  { do: 'reload' },
  { do: 'kill' },
  { do: 'tab' },
  { do: 'sign out', isDropping: false },
];

/** Somebody is at a kiosk, comes back to it in the last moment or does not, and somebody else comes after them. */
const kioskSteps = (place: Place): Step[] => {
  const { random, spot, people, devices } = place;
  const here = placeOf(place, ({ kind }) => kind === 'kiosk');
  const idleMs = devices[here.d]?.idleMs ?? 5_000;
  let at = spot.at;
  const steps: Step[] = [];
  const add = (afterMs: number, act: Act) => {
    at += afterMs;
    steps.push({ ...here, at, ...act });
  };
  if (random.chance(0.7)) add(0, { do: 'sign in', who: random.pick(people) });
  add(random.pick([5, 400]), drawAdd(random));
  for (let n = random.below(3); n > 0; n--)
    add(idleMs - random.pick([1, 50, 900]), random.chance(0.6) ? { do: 'touch' } : drawAdd(random));
  if (random.chance(0.3)) steps.push(...troubleSteps(random, here, at + random.pick([5, idleMs - 40])));
  const end = random.next();
  if (end < 0.2) add(300, { do: 'sign out', isDropping: random.chance(0.2) });
  else if (end < 0.3) add(300, random.pick(endings));
  else add(idleMs - random.pick([0, 1, 0]), { do: 'hide' });
  if (random.chance(0.7)) add(random.pick([1, 30, 700, 4_000]), { do: 'sign in', who: random.pick(people) });
  add(random.pick([20, 900]), drawAdd(random));
  return steps;
};

/** A page is asked who is here, and says so late, not yet, or not at all; somebody leaves meanwhile, or another one comes. */
const tokenSteps = (place: Place): Step[] => {
  const { random, spot, people } = place;
  const here = placeOf(place, ({ hasToken }) => hasToken);
  const later = (afterMs: number, act: Act): Step => ({ ...here, at: spot.at + afterMs, ...act });
  const who = random.pick(people);
  const ms = random.pick([80, 600, 4_000, 14_900, 20_000]);
  const how = random.pick(['slow', 'slow', 'slow', 'undefined', 'rejects'] as const);
  const steps: Step[] = [later(0, { do: 'sign in', who }), later(400, drawAdd(random))];
  steps.push(later(600, { do: 'answers', how, ms }));
  // Both make it ask.
  steps.push(later(650, random.pick<Act>([{ do: 'expire' }, { do: 'reload' }, { do: 'kill' }])));
  steps.push(later(700, { do: 'own', n: 1 }));
  const outMs = 700 + random.pick([5, 60, 500, 3_000]);
  const end = random.next();
  if (end < 0.45) steps.push(later(outMs, { do: 'sign out', isDropping: random.chance(0.2) }));
  else if (end < 0.65) steps.push(later(outMs, { do: 'sign in', who: random.pick(people) }));
  else if (end < 0.85) steps.push(later(outMs, { do: 'session ends' }), later(outMs + 5, { do: 'reload' }));
  if (random.chance(0.3))
    steps.push(later(outMs + random.pick([50, 2_000]), { do: 'sign in', who: random.pick(people) }));
  steps.push(later(outMs + random.pick([300, 5_000, 25_000]), { do: 'answers', how: 'at once', ms: 0 }));
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
