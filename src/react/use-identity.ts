import { useSources } from './provider.ts';
import { type IsEqual, isShallowEqual, useSelected, whole } from './select.ts';
import type { CurrentIdentity } from './sources.ts';

/**
 * Who uses this device: `relevo.identity.current` with `isReady`, or the part that `select` takes out.
 * A guest without ids until it is known.
 *
 * @throws RelevoError `react/no-provider`
 *
 * @example const isSignedIn = useIdentity(({ kind }) => kind === 'customer');
 */
export function useIdentity(): CurrentIdentity;
export function useIdentity<T>(select: (identity: CurrentIdentity) => T, isEqual?: IsEqual<T>): T;
export function useIdentity(
  select: (identity: CurrentIdentity) => unknown = whole,
  isEqual: IsEqual<unknown> = isShallowEqual,
): unknown {
  return useSelected(useSources().identity, select, isEqual);
}
