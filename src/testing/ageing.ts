import type { Random } from './random.ts';
import type { Step } from './script.ts';
import type { Act } from './script-acts.ts';

const days = (seconds: number) => seconds / 86_400;

/** In histories that age the server keeps things for minutes and not for months. */
export const ageingLimits = {
  replicaIdleDays: days(600),
  deletedDays: days(400),
  guestIdleDays: days(900),
  oldAddDays: days(300),
  mergeShareDays: days(200),
} as const;

type Place = {
  readonly random: Random;
  readonly at: number;
  readonly spot: (d?: number) => { readonly at: number; readonly d: number; readonly t: number };
  readonly act: () => Act;
  readonly who: string;
  readonly devices: number;
  readonly hasServer: boolean;
};

/** Time passes in which a device is away, often with changes that the server does not have. Gives the time afterwards. */
export const ageSteps = (steps: Step[], place: Place): number => {
  const { random, at, spot, devices, hasServer } = place;
  if (hasServer && random.chance(0.5)) steps.push({ ...spot(), do: 'crash in retention', commits: random.below(4) });
  if (devices > 1 && random.chance(0.6)) return behind(steps, place);
  const ms = random.pick([60_000, 200_000, 450_000, 700_000, 1_300_000]);
  const here = spot();
  if (random.chance(0.6)) {
    steps.push({ ...here, do: 'offline' });
    for (let change = random.below(4); change >= 0; change--)
      steps.push({ ...here, at: at + 5 * (4 - change), ...place.act() });
  }
  steps.push({ ...here, at: at + 60, do: 'away', ms }, { ...here, at: at + 60 + ms, do: 'online' });
  return random.chance(0.6) ? at + random.pick([ms, ms / 2, 2 * ms]) : at;
};

/** Of two devices of one customer one goes on and signs out; the other, which did not see it, comes back with an older quantity. */
const behind = (steps: Step[], { random, at, spot, who, devices }: Place): number => {
  const first = random.below(devices);
  const [goesOn, isBehind] = [first, (first + 1) % devices].map((d) => spot(d)) as [Step, Step];
  const sku = random.pick(['A', 'B']);
  const ms = random.pick([150_000, 300_000, 450_000, 700_000]);
  const later = (step: { d: number; t: number }, afterMs: number, act: object) =>
    void steps.push({ ...step, at: at + afterMs, ...act } as Step);
  later(isBehind, 0, { do: 'online' });
  for (const device of [goesOn, isBehind]) later(device, 10, { do: 'sign in', who });
  later(goesOn, 2_000, { do: 'add', sku, n: 2 });
  later(isBehind, 6_000, { do: 'offline' });
  later(goesOn, 6_100, { do: 'add', sku, n: 1 });
  later(
    isBehind,
    6_200,
    random.pick([
      { do: 'set', sku, n: 1 },
      { do: 'remove', sku },
      { do: 'order', sku, n: 1, order: `b${at}` },
    ]),
  );
  if (random.chance(0.3)) later(goesOn, 7_000, { do: 'remove', sku });
  later(goesOn, 8_000, { do: 'sign out', isDropping: false });
  later(isBehind, 9_000, { do: 'away', ms });
  later(isBehind, 9_000 + ms, { do: 'online' });
  // Its page comes back, and with it what it had to say.
  later(isBehind, 9_100 + ms, { do: 'flush' });
  return at + 10_000 + ms;
};
