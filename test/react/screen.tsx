import { act, type ReactNode, StrictMode, useEffect } from 'react';
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
  /** Hands the provider another instance. */
  readonly change: (relevo: Relevo) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Work of the engine, with what React makes of it. */
export const during = async (work: () => unknown): Promise<void> => {
  await act(async () => {
    await work();
  });
};

/** A promise that the test settles. */
export const promised = <T,>() => {
  let keep = (_: T): void => {};
  const promise = new Promise<T>((done) => {
    keep = done;
  });
  return { promise, keep: (value: T) => keep(value) };
};

/** In every test React must have nothing to complain about. */
export const watchReact = () => {
  beforeEach(() => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    vi.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterEach(() => {
    expect(vi.mocked(console.error).mock.calls.map((parts) => parts.join(' '))).toEqual([]);
  });
};

/** Children below a provider. Null: without one. */
export const bare = (relevo: Relevo | null, children: ReactNode): ReactNode =>
  relevo ? <RelevoProvider relevo={relevo}>{children}</RelevoProvider> : children;

const screenOf = (
  container: HTMLElement,
  root: Root,
  wrap: (relevo: Relevo | null, children: ReactNode) => ReactNode,
  first: { readonly relevo: Relevo | null; readonly children: ReactNode },
): Screen => {
  let { relevo, children } = first;
  const render = () => during(() => root.render(wrap(relevo, children)));
  return {
    text: () => container.textContent ?? '',
    show(next) {
      children = next;
      return render();
    },
    change(next) {
      relevo = next;
      return render();
    },
    close: () => during(() => root.unmount()),
  };
};

/** Mounts below a provider. `isStrict`: as React's development mode does it, twice. */
export const mount = async (
  relevo: Relevo | null,
  children: ReactNode,
  { isStrict = false }: { readonly isStrict?: boolean } = {},
): Promise<Screen> => {
  const wrap = (given: Relevo | null, inner: ReactNode) =>
    isStrict ? <StrictMode>{bare(given, inner)}</StrictMode> : bare(given, inner);
  const container = document.createElement('div');
  const screen = screenOf(container, createRoot(container), wrap, { relevo, children });
  await screen.show(children);
  return screen;
};

/** Takes over the markup that a server made. */
export const hydrate = async (relevo: Relevo, children: ReactNode, markup: string): Promise<Screen> => {
  const container = document.createElement('div');
  container.innerHTML = markup;
  const roots: Root[] = [];
  await during(() => roots.push(hydrateRoot(container, bare(relevo, children))));
  const [root] = roots;
  if (!root) throw new Error('not hydrated');
  return screenOf(container, root, bare, { relevo, children });
};

/** What a component showed, commit by commit; each text once in a row. */
export const createRecord = () => {
  const texts: string[] = [];
  const useRecord = (text: string): string => {
    useEffect(() => {
      if (texts.at(-1) !== text) texts.push(text);
    });
    return text;
  };
  return { texts, useRecord };
};

export const consent = { personalization: 'granted' } as const;

/** A device of a virtual world, with the real engine, its local state readable. */
export const opened = async (options: Partial<RelevoOptions> = {}, made: World = world()) => {
  const { device, line } = made.device({ consent, ...options });
  const { relevo } = device.open();
  await made.clock.pass(100);
  return { ...made, device, line, relevo };
};
