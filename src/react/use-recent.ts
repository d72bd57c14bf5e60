import { useMemo } from 'react';
import type { RecentView } from '../client/api.ts';
import { useSources } from './provider.ts';
import { type Source, useSelected, whole } from './select.ts';
import { none } from './sources.ts';

export type RecentOptions = {
  readonly kind?: string | undefined;
  readonly limit?: number | undefined;
};

/**
 * What was looked at last, newest first.
 *
 * @param options `kind`: only things of this kind, default all. `limit`: at most so many, default 500.
 * @throws RelevoError `react/no-provider`
 *
 * @example const views = useRecent({ kind: 'product', limit: 8 });
 */
export const useRecent = ({ kind, limit }: RecentOptions = {}) => {
  const { relevo } = useSources();
  const source = useMemo((): Source<readonly RecentView[]> => {
    const options = { ...(kind === undefined ? {} : { kind }), ...(limit === undefined ? {} : { limit }) };
    return {
      subscribe: (listener) => relevo.browsing.subscribe(listener),
      read: () => relevo.browsing.recent(options),
      neutral: none,
    };
  }, [relevo, kind, limit]);
  return useSelected(source, whole, Object.is);
};
