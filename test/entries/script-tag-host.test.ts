import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtIns, differences } from './script-tag-built-ins.ts';
import { openPage, type PageWindow, settle } from './script-tag-page.ts';

let script = '';
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: ['src/entries/script-tag.ts'],
    bundle: true,
    format: 'iife',
    target: 'es2020',
    minify: true,
    write: false,
  });
  script = outputFiles[0]?.text ?? '';
});

const attributes =
  'data-endpoint="https://sync.shop.example" data-site="pk_demo" data-token="" data-capture="ga4 jsonld"';
const page = `<script>
  window.dataLayer = [{ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'A' }] } }];
  window.relevo = [];
</script><script type="application/ld+json">{"@type":"Product","sku":"V"}</script>`;

/** What jsdom lacks and every browser has; the server is never there. */
const completePlatform = (window: PageWindow) =>
  Object.assign(window, {
    TextEncoder,
    TextDecoder,
    fetch: () => Promise.reject(new TypeError('Failed to fetch')),
  });

/** Counts the listeners that are on anything of the window. */
const countListeners = (window: PageWindow) => {
  const present = new Map<unknown, Set<string>>();
  const { addEventListener, removeEventListener } = window.EventTarget.prototype;
  const ids = new WeakMap<object, number>();
  let next = 0;
  const idOf = (listener: unknown) => {
    const object = listener as object;
    const id = ids.get(object) ?? next++;
    ids.set(object, id);
    return id;
  };
  Object.assign(window.EventTarget.prototype, {
    addEventListener(this: EventTarget, ...args: Parameters<EventTarget['addEventListener']>) {
      const [type, listener, options] = args;
      const names = present.get(this) ?? new Set();
      const name = `${type}/${idOf(listener)}`;
      present.set(this, names.add(name));
      addEventListener.apply(this, args);
      const { signal } = typeof options === 'object' ? options : {};
      if (signal) addEventListener.call(signal, 'abort', () => names.delete(name));
    },
    removeEventListener(this: EventTarget, ...args: Parameters<EventTarget['removeEventListener']>) {
      const [type, listener] = args;
      present.get(this)?.delete(`${type}/${idOf(listener)}`);
      removeEventListener.apply(this, args);
    },
  });
  return () => [...present.values()].flatMap((names) => [...names]);
};

const open = () => {
  let listeners = () => [] as string[];
  let before = new Map<string, unknown>();
  const shop = openPage({
    html: `<!doctype html><head>${page}<script>ready()</script><script ${attributes}>${script}</script></head>`,
    prepare: (window) => {
      completePlatform(window);
      listeners = countListeners(window);
      Object.assign(window, {
        ready: () => {
          before = builtIns(window);
        },
      });
    },
  });
  return { ...shop, listeners, before };
};

describe('the built script in its host page', () => {
  it('adds one global and changes no built-in', async () => {
    const { window, before, uncaught, errors } = open();
    await window.relevo.ready;
    expect(differences(before, builtIns(window))).toEqual([]);
    expect(before.size).toBeGreaterThan(5_000);
    await window.relevo.stop();
    expect(errors).toEqual([]);
    expect(uncaught).toEqual([]);
  });

  it('captures what the page said before and after it came', async () => {
    const { window } = open();
    await window.relevo.ready;
    window.dataLayer.push({ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'A', quantity: 2 }] } });
    await settle();
    expect(window.relevo.cart.lines.map(({ sku, quantity }) => [sku, quantity])).toEqual([['A', 3]]);
    expect(window.relevo.browsing.recent().map(({ id }) => id)).toEqual(['V']);
    await window.relevo.stop();
  });

  it('leaves no listener and no hook after stop()', async () => {
    const { window, listeners } = open();
    await window.relevo.ready;
    await settle();
    expect(listeners().length).toBeGreaterThan(0);
    await window.relevo.stop();
    expect(listeners()).toEqual([]);
    expect(Object.hasOwn(window.dataLayer, 'push')).toBe(false);
  });

  it('needs nothing that a strict content policy or Trusted Types refuse', () => {
    const sinks =
      /\binnerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|createElement\("script|import\(|javascript:/;
    expect(script).not.toMatch(sinks);
  });
});
