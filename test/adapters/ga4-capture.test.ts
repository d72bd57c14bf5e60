// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { captureGa4 } from '../../src/adapters/ga4.ts';
import type { Capture } from '../../src/client/api.ts';

const add = (sku: string) => ({ event: 'add_to_cart', ecommerce: { items: [{ item_id: sku }] } });

/** Stands for the engine: keeps what it is told. */
const recorder = () => {
  const captures: Capture[] = [];
  const skus = () => captures.flatMap(({ items }) => items.map((item) => ('sku' in item ? item.sku : item.id)));
  return { relevo: { capture: (capture: Capture) => void captures.push(capture) }, skus };
};

describe('capturing a dataLayer', () => {
  it('takes what is there already, then what is pushed, in order', () => {
    const { relevo, skus } = recorder();
    const dataLayer: unknown[] = [{ event: 'gtm.js' }, add('A')];
    captureGa4(relevo, dataLayer);
    dataLayer.push(add('B'), { ecommerce: null }, add('C'));
    expect(skus()).toEqual(['A', 'B', 'C']);
  });

  it('delegates with arguments, receiver and result unchanged', () => {
    const { relevo } = recorder();
    const calls: unknown[] = [];
    const dataLayer = Object.assign([] as unknown[], {
      push(...args: unknown[]) {
        calls.push([this, args]);
        return 42;
      },
    });
    captureGa4(relevo, dataLayer);
    const entry = Object.freeze(add('A'));
    expect(dataLayer.push(entry, 2)).toBe(42);
    expect(calls).toEqual([[dataLayer, [entry, 2]]]);
    expect((calls[0] as [unknown, unknown[]])[1][0]).toBe(entry);
  });

  it('delegates before it captures', () => {
    const dataLayer: unknown[] = [];
    const lengths: number[] = [];
    captureGa4({ capture: () => void lengths.push(dataLayer.length) }, dataLayer);
    dataLayer.push(add('A'));
    expect(lengths).toEqual([1]);
  });

  it("lets the page's own failure through and keeps the engine's to itself", () => {
    const refusing = {
      capture: () => {
        throw new Error('refused');
      },
    };
    const dataLayer: unknown[] = [];
    captureGa4(refusing, dataLayer);
    expect(dataLayer.push(add('A'), add('B'))).toBe(2);
    expect(() => captureGa4(refusing, [add('A')])).not.toThrow();

    const failing = Object.assign([] as unknown[], {
      push: () => {
        throw new RangeError("the page's");
      },
    });
    captureGa4(refusing, failing);
    expect(() => failing.push(add('C'))).toThrow("the page's");
  });

  it('counts an object that the page pushes twice as two acts', () => {
    const { relevo, skus } = recorder();
    const entry = add('A');
    const dataLayer: unknown[] = [entry, entry];
    captureGa4(relevo, dataLayer);
    dataLayer.push(entry);
    expect(skus()).toEqual(['A', 'A', 'A']);
  });

  it('marks no entry', () => {
    const entry = add('A');
    captureGa4(recorder().relevo, [entry]);
    expect(Reflect.ownKeys(entry)).toEqual(['event', 'ecommerce']);
  });

  it('does not touch the built-in push', () => {
    const before = Object.getOwnPropertyDescriptor(Array.prototype, 'push');
    captureGa4(recorder().relevo, []);
    expect(Object.getOwnPropertyDescriptor(Array.prototype, 'push')).toEqual(before);
  });
});

describe('starting twice', () => {
  it('hooks an array once', () => {
    const { relevo, skus } = recorder();
    const dataLayer: unknown[] = [add('A')];
    captureGa4(relevo, dataLayer);
    captureGa4(relevo, dataLayer);
    dataLayer.push(add('B'));
    expect(skus()).toEqual(['A', 'B']);
  });

  it('after a stop takes only what it has not seen', () => {
    const { relevo, skus } = recorder();
    const dataLayer: unknown[] = [add('A')];
    captureGa4(relevo, dataLayer)();
    dataLayer.push(add('B'));
    captureGa4(relevo, dataLayer);
    expect(skus()).toEqual(['A', 'B']);
  });

  it('serves two instances apart', () => {
    const [one, two] = [recorder(), recorder()];
    const dataLayer: unknown[] = [add('A')];
    captureGa4(one.relevo, dataLayer);
    captureGa4(two.relevo, dataLayer);
    dataLayer.push(add('B'));
    expect([one.skus(), two.skus()]).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
  });
});

describe('stopping', () => {
  it('puts an inherited push back as inherited', () => {
    const dataLayer: unknown[] = [];
    captureGa4(recorder().relevo, dataLayer)();
    expect(Object.hasOwn(dataLayer, 'push')).toBe(false);
  });

  it("puts the page's own push back exactly", () => {
    const dataLayer: unknown[] = [];
    const own = { value: () => 0, writable: true, enumerable: false, configurable: false };
    Object.defineProperty(dataLayer, 'push', own);
    const stop = captureGa4(recorder().relevo, dataLayer);
    expect(dataLayer.push).not.toBe(own.value);
    stop();
    expect(Object.getOwnPropertyDescriptor(dataLayer, 'push')).toEqual(own);
  });

  it('is a mere passage where others wrapped it since', () => {
    const { relevo, skus } = recorder();
    const dataLayer: unknown[] = [];
    const stop = captureGa4(relevo, dataLayer);
    const ours = dataLayer.push;
    const wrapper = (...entries: unknown[]) => ours.apply(dataLayer, entries);
    dataLayer.push = wrapper;
    stop();
    expect(dataLayer.push).toBe(wrapper);
    expect(dataLayer.push(add('A'))).toBe(1);
    expect(skus()).toEqual([]);
  });
});

describe('arrays that cannot be hooked', () => {
  const { proxy: revoked, revoke } = Proxy.revocable([], {});
  revoke();
  const throwing = new Proxy([], {
    get: () => {
      throw new Error('get');
    },
  });

  it.each([
    ['undefined', undefined],
    ['an object', { push: () => 0 }],
    ['a revoked proxy', revoked],
    ['a proxy that throws', throwing],
    ['an array without push', Object.assign([], { push: undefined })],
  ])('leaves %s alone', (_, dataLayer) => {
    const { relevo, skus } = recorder();
    captureGa4(relevo, dataLayer)();
    expect(skus()).toEqual([]);
  });

  it('takes what a frozen one holds', () => {
    const { relevo, skus } = recorder();
    captureGa4(relevo, Object.freeze([add('A')]))();
    expect(skus()).toEqual(['A']);
  });
});
