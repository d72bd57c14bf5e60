import { build } from 'esbuild';
import { type DOMWindow, JSDOM, VirtualConsole } from 'jsdom';
import type { Capture, Relevo, RelevoEvents, RelevoOptions } from '../../src/client/api.ts';
import type { RelevoGlobal } from '../../src/entries/start-script-tag.ts';

/** The script as pages load it, without its engine: `kit.startScriptTag` is called by the page's own inline script. */
export const buildKit = async (): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: ['src/entries/start-script-tag.ts'],
    bundle: true,
    format: 'iife',
    globalName: 'kit',
    target: 'es2020',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
};

export type PageWindow = DOMWindow & { relevo: RelevoGlobal; dataLayer: unknown[]; createRelevo: unknown };

/** Stands for the engine: what it was given and told, and a way to let it tell something. */
export const createRecorder = () => {
  const made: RelevoOptions[] = [];
  const captures: Capture[] = [];
  const handlers = new Map<string, Set<(detail: unknown) => void>>();
  let stops = 0;
  const lines: readonly unknown[] = [{ sku: 'SOFA-3', quantity: 2 }];
  const relevo = {
    cart: { lines },
    capture: (capture: Capture) => void captures.push(capture),
    on: (event: string, handler: (detail: unknown) => void) => {
      const present = handlers.get(event) ?? new Set();
      handlers.set(event, present.add(handler));
      return () => void present.delete(handler);
    },
    stop: async () => void stops++,
  } as unknown as Relevo;
  return {
    relevo,
    made,
    captures,
    lines,
    createRelevo: (options: RelevoOptions) => {
      made.push(options);
      return relevo;
    },
    emit: (event: keyof RelevoEvents) => {
      for (const handler of handlers.get(event) ?? []) handler({});
    },
    handlers: () => [...handlers.values()].reduce((sum, { size }) => sum + size, 0),
    stops: () => stops,
  };
};

export type PageOptions = {
  /** What stands in the document, scripts included. */
  readonly html: string;
  readonly url?: string;
  /** Runs before anything of the page. */
  readonly prepare?: (window: PageWindow) => void;
};

/** A page of its own, with what it wrote to its console and what nobody caught. */
export const openPage = ({ html, url = 'https://shop.example/p/sofa', prepare }: PageOptions) => {
  const errors: unknown[] = [];
  const warnings: unknown[] = [];
  const uncaught: unknown[] = [];
  const virtualConsole = new VirtualConsole();
  virtualConsole.on('error', (...args) => void errors.push(...args));
  virtualConsole.on('warn', (...args) => void warnings.push(...args));
  virtualConsole.on('jsdomError', (error) => void uncaught.push(error));
  const dom = new JSDOM(html, {
    url,
    runScripts: 'dangerously',
    pretendToBeVisual: true,
    virtualConsole,
    beforeParse: (window) => prepare?.(window as PageWindow),
  });
  return { window: dom.window as PageWindow, errors, warnings, uncaught };
};

/** Lets what was promised come about: a task after all microtasks. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
