import { captureGa4 } from '../adapters/ga4.ts';
import { captureJsonld } from '../adapters/jsonld.ts';
import type { Relevo, RelevoOptions } from '../client/api.ts';

type Page = {
  readonly document: Document;
  readonly window: Window & typeof globalThis & { relevo?: unknown; dataLayer?: unknown };
  readonly createRelevo: (options: RelevoOptions) => Relevo;
};

/** What `window.relevo` is once the script runs: the instance, still with the `push` of the stub that stood for it. */
export type RelevoGlobal = Relevo & { push(...queued: Queued[]): void };
type Queued = (relevo: RelevoGlobal) => unknown;

/**
 * What the script tag does: reads its own `data-*`, creates the one instance, puts it in `window.relevo` and runs what
 * the stub had queued, then starts the captures of `data-capture`. `stop()` of that instance ends these as well.
 *
 * Nothing is ever thrown into the page. Options that do not hold are one `console.error`, and the queue stays untouched;
 * so is each queued function that throws or rejects. A page that loads the script again, in whatever version, keeps the
 * first instance and gets one warning.
 */
export const startScriptTag = ({ document, window, createRelevo }: Page): void => {
  const { console } = window;
  try {
    const stub = window.relevo;
    const queue = Array.isArray(stub) ? stub : undefined;
    // Without `push` it is no instance but an element with id="relevo", which browsers put there too.
    if (!queue && (stub as RelevoGlobal | undefined)?.push) {
      console.warn('relevo.js is on this page twice.');
      return;
    }
    const script = document.currentScript;
    // Checked, since an element with name="currentScript" would stand in the way of the real one.
    const dataset = script instanceof window.HTMLScriptElement ? script.dataset : {};
    const relevo = createRelevo(readOptions(dataset, window));

    const { stop } = relevo;
    const stops = (['restore', 'merge', 'signout'] as const).map((cause) =>
      relevo.on(cause, () => {
        const detail = { lines: relevo.cart.lines, cause };
        document.dispatchEvent(new window.CustomEvent('relevo:cart', { detail }));
      }),
    );
    // A promise, since an async function that rejects would be an uncaught error; its executor runs at once.
    const run = (queued: Queued) => {
      new Promise((resolve) => resolve(queued(instance))).catch(console.error);
    };
    const instance: RelevoGlobal = Object.assign(relevo, {
      push: (...queued: Queued[]) => queued.forEach(run),
      stop: () => {
        for (const end of stops) end();
        return stop();
      },
    });
    window.relevo = instance;
    // Before the captures: a queued `cart.bind` must know the shop's cart before what the page did is counted.
    queue?.forEach(run);

    const capture = dataset.capture ?? '';
    if (/ga4/i.test(capture)) {
      // Again later: an async script may run before the page's own, which make the array or put another in its place.
      const hook = () => void stops.push(captureGa4(relevo, window.dataLayer));
      hook();
      document.addEventListener('readystatechange', hook);
      stops.push(() => document.removeEventListener('readystatechange', hook));
    }
    if (/json-?ld/i.test(capture)) stops.push(captureJsonld(relevo, document));
  } catch (error) {
    console.error((error as Error).message);
  }
};

const readOptions = (dataset: DOMStringMap, window: Page['window']): RelevoOptions => {
  const { endpoint = '', site = '', channel, device, keep, idleMs, consent = '', token, tokenUrl } = dataset;
  const states = consent.match(/[^\s,]+/g) ?? [];
  const options = {
    endpoint,
    site,
    channel,
    device: { kind: device, keep, ...(idleMs === undefined ? {} : { idleMs: Number(idleMs) }) },
    consent: Object.fromEntries(states.map((state) => state.split(':'))),
    getToken: tokenUrl ? () => fetchToken(tokenUrl, window) : token === undefined ? token : () => token.trim() || null,
  };
  // What is absent is undefined, and createRelevo checks the rest, as for every page that has no types.
  return options as RelevoOptions;
};

/** 200 with a token: signed in. 204: signed out. Rejects for all else, a login page with status 200 included. */
const fetchToken = async (url: string, window: Page['window']): Promise<string | null> => {
  const reply = await window.fetch(url, { mode: 'same-origin', credentials: 'same-origin', cache: 'no-store' });
  const token = (await reply.text()).trim();
  if (reply.status === 204) return null;
  if (reply.status === 200 && /^[\w.-]+$/.test(token)) return token;
  throw new Error(`data-token-url: ${reply.status} without a token`);
};
