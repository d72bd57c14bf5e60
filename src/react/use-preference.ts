import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { Change } from '../client/api.ts';
import type { Json } from '../core/json.ts';
import { useSources } from './provider.ts';
import { type Source, useSelected, whole } from './select.ts';
import type { Next } from './set-in-turn.ts';

/**
 * Takes the next value, or makes it of the present one, and keeps its reference. A value is there at once. A function
 * that comes before `isReady` is applied then, to what the device holds, and what is set after it follows it; what
 * it throws rejects `saved` and `synced`. On a device that never becomes ready it waits for ever.
 */
export type SetValue<T, Before = T> = (next: Next<T, Before>) => Change;

/**
 * One preference, as `useState` would hold it; null deletes. It follows the customer to every device.
 *
 * @param key 1 to 128 of A-Z a-z 0-9 _ . : ~ -
 * @param fallback Shown while there is none; it is not stored. Without it: undefined. The last one counts, by
 * reference: an object written inline is another value at each render, so keep one outside of the component.
 * @throws RelevoError `react/no-provider`. Setting throws what `relevo.preferences.set` does.
 *
 * @example const [currency, setCurrency] = usePreference('currency', 'EUR');
 */
export function usePreference<T = Json>(
  key: string,
): readonly [value: T | undefined, set: SetValue<T | null, T | undefined>];
export function usePreference<T = Json>(key: string, fallback: T): readonly [value: T, set: SetValue<T | null, T>];
export function usePreference(key: string, fallback?: Json) {
  const { relevo, setInTurn } = useSources();
  const source = useMemo(
    (): Source<Json | undefined> => ({
      subscribe: (listener) => relevo.preferences.subscribe(listener),
      read: () => relevo.preferences.get(key),
      neutral: undefined,
    }),
    [relevo, key],
  );
  // A fallback may be an object that is written inline: it must not make another setter at every render.
  const lastFallback = useRef(fallback);
  useEffect(() => {
    lastFallback.current = fallback;
  });
  const set = useCallback(
    (next: Next<Json, Json | undefined>) =>
      setInTurn({
        collection: 'preferences',
        key,
        next,
        read: () => relevo.preferences.get(key) ?? lastFallback.current,
        set: relevo.preferences.set,
      }),
    [relevo, setInTurn, key],
  );
  return [useSelected(source, whole, Object.is) ?? fallback, set] as const;
}
