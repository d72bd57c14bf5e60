import type { Fields } from '../core/change.ts';
import { fieldValues } from '../core/field-map.ts';
import type { Json } from '../core/json.ts';
import { articleFields, type Line } from '../core/line.ts';
import { pick } from '../core/pick.ts';
import { without } from '../core/without.ts';
import type { Model } from './model.ts';

/** What a page knows of the lines of its cart. */
export const createDetails = (model: Model) => {
  /** A line's details, confirmed or on their way; not of whose line it is a copy, which is said once. */
  const detailsOf = (key: string): Fields | undefined => {
    const line = model.line(key) ?? (model.guestRows.get(key)?.[1] as unknown as Line | undefined);
    const fields = model.pending.flatMap(
      // What is done since somebody was told to leave says nothing of what they had.
      ({ entry: { c, k, x }, isAfter }) => (!isAfter && c === 'cart' && k === key && 'f' in x && x.f) || [],
    );
    const known = without<Json>(Object.assign(fieldValues(line?.d ?? {}), ...fields), ['fork']);
    return Object.keys(known).length ? known : undefined;
  };

  /** Those of them that say which article it is. */
  const articleOf = (key: string): Fields => pick(detailsOf(key) ?? {}, articleFields);

  return { detailsOf, articleOf };
};
