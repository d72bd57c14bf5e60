// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { captureJsonld } from '../../src/adapters/jsonld.ts';
import type { Capture } from '../../src/client/api.ts';

const recorder = () => {
  const ids: string[] = [];
  const capture = ({ items }: Capture) => {
    for (const item of items) ids.push('id' in item ? item.id : item.sku);
  };
  return { relevo: { capture }, ids };
};

const addScript = (sku: string, type = 'application/ld+json'): HTMLScriptElement => {
  const script = document.createElement('script');
  script.type = type;
  script.textContent = JSON.stringify({ '@type': 'Product', sku });
  return document.head.appendChild(script);
};

/** Lets the observer's microtask come, then its wait pass. */
const settle = () => vi.advanceTimersByTimeAsync(200);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  document.head.replaceChildren();
  document.body.replaceChildren();
});
afterEach(() => vi.useRealTimers());

describe("capturing a page's JSON-LD", () => {
  it('reports at once what is there', () => {
    const { relevo, ids } = recorder();
    addScript('A');
    addScript('B', 'application/json');
    const stop = captureJsonld(relevo, document);
    expect(ids).toEqual(['A']);
    stop();
  });

  it('reports a script that comes later, wherever it is put', async () => {
    const { relevo, ids } = recorder();
    const stop = captureJsonld(relevo, document);
    const wrapper = document.body.appendChild(document.createElement('div'));
    wrapper.append(addScript('A'));
    await settle();
    expect(ids).toEqual(['A']);
    stop();
  });

  it('reports the way from product to product and back, and what stays only once', async () => {
    const { relevo, ids } = recorder();
    const script = addScript('A');
    const stop = captureJsonld(relevo, document);
    for (const sku of ['B', 'B', 'A']) {
      script.textContent = JSON.stringify({ '@type': 'Product', sku });
      await settle();
      document.body.append(document.createElement('p'));
      await settle();
    }
    expect(ids).toEqual(['A', 'B', 'A']);
    stop();
  });

  it('looks once however much changes at a time', async () => {
    const { relevo } = recorder();
    const stop = captureJsonld(relevo, document);
    const look = vi.spyOn(document, 'querySelectorAll');
    for (let i = 0; i < 50; i++) {
      document.body.append(document.createElement('p'));
      await Promise.resolve();
    }
    await settle();
    expect(look).toHaveBeenCalledTimes(1);
    stop();
  });

  it('keeps what the engine refuses from the page', async () => {
    addScript('A');
    const refusing = {
      capture: () => {
        throw new Error('refused');
      },
    };
    expect(() => captureJsonld(refusing, document)()).not.toThrow();
  });

  it('after stop sees nothing and holds no timer', async () => {
    const { relevo, ids } = recorder();
    const stop = captureJsonld(relevo, document);
    addScript('A');
    await Promise.resolve();
    expect(vi.getTimerCount()).toBe(1);
    stop();
    expect(vi.getTimerCount()).toBe(0);
    addScript('B');
    await settle();
    expect(vi.getTimerCount()).toBe(0);
    expect(ids).toEqual([]);
  });
});
