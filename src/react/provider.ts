import { createContext, createElement, type FunctionComponent, type ReactNode, useContext, useMemo } from 'react';
import type { Relevo } from '../client/api.ts';
import { reactErrors } from '../core/error-registry.ts';
import { RelevoError } from '../core/relevo-error.ts';
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
  throw new RelevoError('react/no-provider', { message: reactErrors['react/no-provider'] });
};

/**
 * The instance that the nearest provider was given, for everything that is no hook: `relevo.cart.add(…)`,
 * `relevo.browsing.view(…)`, `relevo.signIn(…)`. Never causes a render.
 *
 * @throws RelevoError `react/no-provider` where no provider is above.
 */
export const useRelevo = (): Relevo => useSources().relevo;
