import type { OutEntry } from '../../src/client/records.ts';
import { addToCounter, type Counter, emptyCounter } from '../../src/core/counter.ts';
import { emptyLine, type Line } from '../../src/core/line.ts';

/** A change in the outbox, made at `n` ms: one more of the sofa, unless more is said. */
export const entry = (n: number, more: Partial<OutEntry> = {}): OutEntry => ({
  n,
  i: `change-${n}`,
  c: 'cart',
  k: 'sofa',
  x: { t: 'add', n: 1 },
  w: n,
  at: 0,
  ...more,
});

/** A stamp of this device. */
export const at = (wallMs: number): [number, number, string, number] => [wallMs, 0, 'phone', wallMs];

/** A line to which these replicas have added so many. */
export const line = (adds: Counter['p'], more: Partial<Counter> = {}): Line => ({
  ...emptyLine,
  q: Object.entries(adds).reduce((all, [replica, n]) => addToCounter(all, { replica, n }), {
    ...emptyCounter,
    ...more,
  }),
});
