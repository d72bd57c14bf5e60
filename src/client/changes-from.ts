import type { Change } from '../core/change.ts';
import { collectionShape } from '../core/collection.ts';
import { quantityOf } from '../core/counter.ts';
import type { Kind } from '../core/entry.ts';
import { type FieldMap, fieldValues } from '../core/field-map.ts';
import type { Flag } from '../core/flag.ts';
import type { Line } from '../core/line.ts';
import type { Register } from '../core/register.ts';
import type { Model } from './model.ts';
import type { Config } from './options.ts';
import type { Ports } from './ports.ts';
import type { OutEntry } from './records.ts';

/** What a made-up guest had brought to the server already, as changes for whoever is here. */
export const changesFrom = (
  rows: Model['rows'],
  { ports: { ids, clock }, config }: { ports: Ports; config: Config },
): OutEntry[] =>
  [...rows].flatMap(([c, entries]) =>
    [...entries].flatMap(([k, [, state]]) => {
      const x = changeFrom(collectionShape(c, config.collections).kind, state);
      return x ? [{ n: 0, i: ids.random(), c, k, x, w: clock.now(), at: 0 }] : [];
    }),
  );

const changeFrom = (kind: Kind, state: unknown): Change | undefined => {
  if (kind === 'reg') return { t: 'put', v: (state as Register).v };
  if (kind === 'map') return { t: 'patch', f: fieldValues(state as FieldMap) };
  if (kind === 'flag') return { t: 'want', on: (state as Flag).n % 2 === 1, n: 0 };
  if (kind !== 'line') return undefined;
  const { q, d } = state as Line;
  const { channel: _, ...f } = fieldValues(d);
  const n = quantityOf(q);
  return n ? { t: 'add', n, f } : undefined;
};
