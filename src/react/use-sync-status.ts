import type { Status } from '../client/api.ts';
import { useSources } from './provider.ts';
import { type IsEqual, isShallowEqual, useSelected, whole } from './select.ts';

/**
 * `relevo.status`, or the part that `select` takes out. The whole changes with every write and every
 * sync: a component that shows one part of it selects that.
 *
 * @throws RelevoError `react/no-provider`
 *
 * @example const isOffline = useSyncStatus(({ connection }) => connection === 'offline');
 */
export function useSyncStatus(): Status;
export function useSyncStatus<T>(select: (status: Status) => T, isEqual?: IsEqual<T>): T;
export function useSyncStatus(
  select: (status: Status) => unknown = whole,
  isEqual: IsEqual<unknown> = isShallowEqual,
): unknown {
  return useSelected(useSources().status, select, isEqual);
}

/**
 * Whether what this device holds may be shown. While false, render a placeholder, not "your cart is
 * empty": the stored state is still being read, it is not known yet whose page this is, or that customer is
 * still being signed in ({@link Status}). It can become false again, when somebody else signs in. Always false on
 * a server and in the render that hydrates its markup.
 *
 * @throws RelevoError `react/no-provider`
 *
 * @example if (!useReady()) return <Placeholder />;
 */
export const useReady = (): boolean => useSyncStatus(({ isReady }) => isReady);
