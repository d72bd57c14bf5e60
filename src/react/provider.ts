import { createContext, createElement, type FunctionComponent, type ReactNode, useContext, useMemo } from 'react';
import type { Relevo } from '../client/api.ts';
import { createSources, type Sources } from './sources.ts';

const context = /* @__PURE__ */ createContext<Sources | null>(null);

export type RelevoProviderProps = {
  /** What `createRelevo` returned. Create it outside of components, once. */
  readonly relevo: Relevo;
  readonly children?: ReactNode;
};

/**
 * Hands one instance to the hooks below it. It neither starts nor stops the instance: whoever called
 * `createRelevo` does.
 *
 * @example <RelevoProvider relevo={relevo}><App /></RelevoProvider>
 */
export const RelevoProvider: FunctionComponent<RelevoProviderProps> = ({ relevo, children }) => {
  const sources = useMemo(() => createSources(relevo), [relevo]);
  return createElement(context.Provider, { value: sources }, children);
};

export const useSources = (): Sources => {
  const sources = useContext(context);
  if (sources) return sources;
  // Not the class RelevoError: two copies of it in one page would be two classes, and `code` is what to branch on.
  throw Object.assign(new Error('react/no-provider: Wrap the app in <RelevoProvider relevo={…}>.'), {
    code: 'react/no-provider',
  });
};

/**
 * The instance that the nearest provider was given, for everything that is no hook: `relevo.cart.add(…)`,
 * `relevo.browsing.view(…)`, `relevo.signIn(…)`. Never causes a render.
 *
 * @throws Error with the code `react/no-provider` where no provider is above.
 */
export const useRelevo = (): Relevo => useSources().relevo;
