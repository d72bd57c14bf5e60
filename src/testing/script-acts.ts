import type { PaymentAct } from './paying.ts';
import type { Random } from './random.ts';

/** What customers do. */
export type Act =
  | { readonly do: 'add' | 'set' | 'shop'; readonly sku: string; readonly n: number }
  | { readonly do: 'remove' | 'update'; readonly sku: string }
  | { readonly do: 'order'; readonly sku: string; readonly n: number; readonly order: string }
  | { readonly do: 'view' | 'unview' | 'prefer' | 'flag' | 'unflag' | 'patch' | 'trait'; readonly key: string }
  | { readonly do: 'consent'; readonly state: 'granted' | 'denied' }
  | { readonly do: 'sign in'; readonly who: string; readonly during?: 'checkout' }
  | { readonly do: 'sign out'; readonly isDropping: boolean }
  | PaymentAct
  | {
      readonly do:
        | 'clear'
        | 'unpark'
        | 'undo'
        | 'flush'
        | 'reload'
        | 'kill'
        | 'tab'
        | 'hide'
        | 'show'
        | 'leave'
        | 'expire';
    };

/** What takes somebody who looks at the page. */
export const byHand: ReadonlySet<string> = new Set<Act['do']>([
  'add',
  'set',
  'shop',
  'remove',
  'update',
  'order',
  'view',
  'unview',
  'prefer',
  'flag',
  'unflag',
  'patch',
  'trait',
  'consent',
  'sign in',
  'sign out',
  'clear',
  'unpark',
  'undo',
  'flush',
  'reload',
  'show',
  'begin',
  'pay',
  'abandon',
]);

/** Few, so that devices collide. `S…` are only ever added to, so that their number must come out exactly. */
export const skus = ['A', 'B', 'C'] as const;
const sums = ['S1', 'S2'] as const;

/** What somebody does next. */
export const drawAct = (random: Random, people: readonly string[]): Act => {
  const sku = random.pick(skus);
  const key = `k${random.below(3)}`;
  const choices: readonly (readonly [weight: number, make: () => Act])[] = [
    [6, () => ({ do: 'add', sku, n: 1 + random.below(3) })],
    [5, () => ({ do: 'add', sku: random.pick(sums), n: 1 })],
    [5, () => ({ do: 'set', sku, n: random.below(5) })],
    [3, () => ({ do: 'remove', sku })],
    [2, () => ({ do: 'update', sku })],
    [4, () => ({ do: 'order', sku, n: 1 + random.below(3), order: `o${random.below(3)}` })],
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
