import type { Faults } from './line-faults.ts';
import type { Random } from './random.ts';
import type { Step } from './script.ts';
import { type Act, skus } from './script-acts.ts';

/** What an order says it bought: nothing, and so all of its checkout; that; some of it; more than there was. */
export type Said = 'nothing' | 'all' | 'part' | 'more';

/** What customers and the shop do about paying. What began last on the device is what is meant. */
export type PaymentAct =
  | { readonly do: 'begin' | 'abandon' }
  /** The page tells that an order was placed; `isNamed`: and of which checkout. */
  | { readonly do: 'pay'; readonly order: string; readonly isNamed: boolean; readonly said: Said }
  /** The shop tells, without any page; again where its answer is lost. */
  | {
      readonly do: 'shop says';
      readonly order: string;
      readonly by: 'webhook' | 'till';
      readonly names: 'checkout' | 'customer' | 'both';
      readonly said: Said;
      readonly sku: string;
      readonly n: number;
      readonly isLost: boolean;
    };

type Spot = { readonly at: number; readonly d: number; readonly t: number };
type Place = {
  readonly random: Random;
  readonly spot: Spot;
  readonly people: readonly string[];
  readonly devices: number;
};

/** Somebody fills a cart, begins to pay, and pays or does not, while something goes wrong or nothing does. */
export const paymentSteps = (place: Place): Step[] => {
  const { random, spot, people, devices } = place;
  const other = { ...spot, d: random.below(devices) };
  const order = `n${random.below(1_000_000)}`;
  const later = (afterMs: number, act: Act, where: Spot = spot): Step => ({ ...where, at: spot.at + afterMs, ...act });
  const steps: Step[] = [];
  if (random.chance(0.4)) {
    const who = random.pick(people);
    steps.push(later(0, { do: 'sign in', who }), later(20, { do: 'sign in', who }, other));
  }
  for (let line = random.below(3); line >= 0; line--)
    steps.push(later(100 + 20 * line, { do: 'add', sku: random.pick(skus), n: 1 + random.below(3) }));
  const begunMs = random.pick([200, 700, 1_500]);
  steps.push(later(begunMs, { do: 'begin' }));
  const sku = random.pick(skus);
  // What comes meanwhile was not paid for.
  if (random.chance(0.5)) {
    const act = random.pick<Act>([
      { do: 'add', sku, n: 1 + random.below(2) },
      { do: 'add', sku, n: 1 },
      { do: 'set', sku, n: random.below(4) },
      { do: 'remove', sku },
    ]);
    steps.push(later(begunMs + random.pick([5, 80, 900]), act, random.pick([spot, other])));
  }
  const paidMs = begunMs + random.pick([300, 1_200, 6_000]);
  if (random.chance(0.4)) steps.push(...troubleSteps(place, spot.at + begunMs + random.pick([-20, 30, 200, 900])));
  const end = random.next();
  if (end < 0.15) steps.push(later(paidMs, { do: 'abandon' }));
  // Who only closed the page may be charged all the same; so may who turned away.
  if (end >= 0.05 && end < 0.25) return steps;
  const told = () => paidMs + random.pick([0, 10, 120, 900, 5_000, 25_000]);
  for (let report = random.below(3); report >= 0; report--) steps.push(later(told(), drawReport(random, order)));
  if (random.chance(0.35)) {
    const isHere = random.chance(0.4);
    if (!isHere) steps.push(later(begunMs + random.pick([0, 40, 600]), { do: 'begin' }, other));
    steps.push(later(told(), drawReport(random, `${order}b`), isHere ? spot : other));
  }
  return steps;
};

const drawReport = (random: Random, order: string): Act => {
  const said = random.pick(['nothing', 'nothing', 'all', 'part', 'more'] as const);
  if (random.chance(0.5)) return { do: 'pay', order, isNamed: random.chance(0.6), said };
  return {
    do: 'shop says',
    order: random.chance(0.1) ? `o${random.below(3)}` : order,
    by: random.pick(['webhook', 'till']),
    names: random.pick(['checkout', 'checkout', 'customer', 'both']),
    said,
    sku: random.pick(skus),
    n: 1 + random.below(3),
    isLost: random.chance(0.25),
  };
};

/** The page is closed, offline or not answered in the middle of it, its customer leaves, or the server ends. */
const troubleSteps = ({ random, spot }: Place, at: number): Step[] => {
  const until = at + random.pick([300, 2_000, 10_000, 40_000]);
  const line = (faults: Faults): Step[] => [
    { ...spot, at, do: 'line', faults },
    { ...spot, at: until, do: 'line', faults: {} },
  ];
  return random.pick<() => Step[]>([
    () => [
      { ...spot, at, do: 'offline' },
      { ...spot, at: until, do: 'online' },
    ],
    () => line({ replyLost: 0.7 }),
    () => line({ requestLost: 0.5, replyLost: 0.3, duplicated: 0.3 }),
    () => [{ ...spot, at, do: 'kill' }],
    () => [{ ...spot, at, do: 'reload' }],
    () => [{ ...spot, at, do: random.pick(['server crash', 'server crash at write']) }],
    () => [{ ...spot, at, do: 'sign out', isDropping: false }],
  ])();
};
