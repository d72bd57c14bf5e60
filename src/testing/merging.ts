import type { CartPolicy } from '../server/site.ts';
import type { HookDoes } from './merge-faults.ts';
import type { Random } from './random.ts';
import type { Step } from './script.ts';
import { type Act, skus } from './script-acts.ts';

/** How a site merges. */
export type Merging = {
  readonly cart: CartPolicy;
  /** It has a hook that is asked before each merge. */
  readonly hasHook: boolean;
};

export const drawMerging = (random: Random): Merging => ({
  cart: random.pick(['lineage', 'lineage', 'max', 'sum', 'guest', 'customer', 'separate', 'none']),
  hasHook: random.chance(0.6),
});

type Place = {
  readonly random: Random;
  readonly spot: { readonly at: number; readonly d: number; readonly t: number };
  readonly people: readonly string[];
};

/** Somebody fills a cart as a guest and signs in, while the server is well or not; or takes a merge back. */
export const mergeSteps = (place: Place): Step[] => {
  const { random, spot } = place;
  if (random.chance(0.2)) return [{ ...spot, do: 'undo' }];
  return [...(random.chance(0.4) ? troubleSteps(place) : []), ...visitSteps(place)];
};

const visitSteps = ({ random, spot, people }: Place): Step[] => {
  const later = (afterMs: number, act: Act): Step => ({ ...spot, at: spot.at + afterMs, ...act });
  const steps: Step[] = [later(0, { do: 'sign out', isDropping: false })];
  for (let line = random.below(3); line >= 0; line--)
    steps.push(later(100 + 20 * line, { do: 'add', sku: random.pick(skus), n: 1 + random.below(3) }));
  if (random.chance(0.3)) steps.push(later(200, { do: 'set', sku: random.pick(skus), n: 1 + random.below(4) }));
  const who = random.pick(people);
  const during = random.chance(0.4) ? ({ during: 'checkout' } as const) : {};
  const enteredMs = random.pick([250, 1_500]);
  steps.push(later(enteredMs, { do: 'sign in', who, ...during }));
  if (random.chance(0.5)) steps.push(later(enteredMs + random.pick([600, 3_000, 65_000]), { do: 'undo' }));
  if (random.chance(0.3)) steps.push(later(enteredMs + random.pick([700, 3_500]), { do: 'unpark' }));
  return steps;
};

/** The hook or the store fails in what a merge does, for a while. */
const troubleSteps = ({ random, spot }: Place): Step[] => {
  const until = spot.at + random.pick([2_000, 10_000, 40_000, 70_000]);
  if (random.chance(0.5)) {
    const does: HookDoes = random.pick(['throws', 'hangs', 'is slow', 'is too slow', 'vetoes', 'leaves the cart']);
    return [
      { ...spot, do: 'hook', does },
      { ...spot, at: until, do: 'hook', does: 'nothing' },
    ];
  }
  const how = random.pick(['throws', 'throws', 'hangs'] as const);
  return [
    { ...spot, do: 'store in merge', calls: 1 + random.below(12), how },
    { ...spot, at: until, do: 'store in merge', calls: 0, how },
  ];
};
