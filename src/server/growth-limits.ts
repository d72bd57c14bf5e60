import { type Counter, quantityOf } from '../core/counter.ts';
import type { ErrorCode } from '../core/error-registry.ts';
import type { Line } from '../core/line.ts';
import type { AnyState, SpaceWriter } from './space-writer.ts';

/** The counter in a state, when its kind has one. */
export const counterOf = (kind: string, state: AnyState | null): Counter | undefined =>
  state === null ? undefined : kind === 'line' ? (state as Line).q : kind === 'ctr' ? (state as Counter) : undefined;

/** Why an entry may not become `next`: the cart's lines, its own size, the space's. */
export const refuseGrowth = (
  space: SpaceWriter,
  { kind, state, next, isNew }: { kind: string; state: AnyState; next: AnyState; isNew: boolean },
): ErrorCode | undefined => {
  const before = counterOf(kind, state);
  const after = counterOf(kind, next);
  const isRemoval = after !== undefined && quantityOf(after) === 0;
  if (before && after && !isRemoval && quantityOf(before) === 0 && space.lines >= space.site.limits.maxLines) {
    return 'change/too-many';
  }
  const size = space.sizeOf(next);
  const growth = size - (isNew ? 0 : space.sizeOf(state));
  // Taking things away is always possible, even where its record needs some bytes.
  if (isRemoval || growth <= 0) return undefined;
  if (size > space.site.limits.maxEntryBytes) return 'change/too-large';
  return space.bytes + growth <= space.site.limits.maxSpaceBytes ? undefined : 'change/space-full';
};
