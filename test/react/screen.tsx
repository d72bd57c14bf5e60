import { act, type ReactNode, StrictMode } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { Relevo, RelevoOptions } from '../../src/client/api.ts';
import { RelevoProvider } from '../../src/react/index.ts';
import type { World } from '../../src/testing/virtual-world.ts';
import { world } from '../client/world.ts';

/** A page of React in jsdom. */
export type Screen = {
  readonly text: () => string;
  readonly show: (next: ReactNode) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Work of the engine, with what React makes of it. */
export const during = async (work: () => unknown): Promise<void> => {
  await act(async () => {
    await work();
  });
};

/** What a real page shows, step by step; React must have nothing to complain about, in no test. */
export const watchReact = () => {
  beforeEach(() => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    vi.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterEach(() => {
    const said = vi.mocked(console.error).mock.calls.map((parts) => parts.join(' '));
    expect(said).toEqual([]);
  });
};

const screenOf = (container: HTMLElement, root: Root, wrap: (children: ReactNode) => ReactNode): Screen => ({
  text: () => container.textContent ?? '',
  show: (next) => during(() => root.render(wrap(next))),
  close: () => during(() => root.unmount()),
});

/** Mounts below a provider. `isStrict`: as React's development mode does it, twice. */
export const mount = async (
  relevo: Relevo,
  children: ReactNode,
  { isStrict = false }: { readonly isStrict?: boolean } = {},
): Promise<Screen> => {
  const wrap = (inner: ReactNode) => {
    const app = <RelevoProvider relevo={relevo}>{inner}</RelevoProvider>;
    return isStrict ? <StrictMode>{app}</StrictMode> : app;
  };
  const container = document.createElement('div');
  const screen = screenOf(container, createRoot(container), wrap);
  await screen.show(children);
  return screen;
};

/** Takes over markup that a server made. `markup` is changed by it. */
export const hydrate = async (relevo: Relevo, children: ReactNode, markup: string): Promise<Screen> => {
  const container = document.createElement('div');
  container.innerHTML = markup;
  const wrap = (inner: ReactNode) => <RelevoProvider relevo={relevo}>{inner}</RelevoProvider>;
  let root: Root | undefined;
  await during(() => {
    root = hydrateRoot(container, wrap(children));
  });
  if (!root) throw new Error('not hydrated');
  return screenOf(container, root, wrap);
};

export const consent = { personalization: 'granted' } as const;

/** A device of a virtual world, with the real engine, its local state readable. */
export const opened = async (options: Partial<RelevoOptions> = {}, made: World = world()) => {
  const { device } = made.device({ consent, ...options });
  const { relevo } = device.open();
  await made.clock.pass(100);
  return { ...made, device, relevo };
};
