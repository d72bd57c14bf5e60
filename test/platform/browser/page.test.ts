import { hash } from '@stablelib/sha256';
import { nanoid } from 'nanoid';
import { describe, expect, it, vi } from 'vitest';
import { clock } from '../../../src/platform/browser/clock.ts';
import { ids } from '../../../src/platform/browser/ids.ts';
import { marker } from '../../../src/platform/browser/marker.ts';
import { signals } from '../../../src/platform/browser/signals.ts';

describe('signals', () => {
  const page = () => {
    const window = new EventTarget();
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    vi.stubGlobal('window', window);
    vi.stubGlobal('document', document);
    const listened = [window, document].map((target) => vi.spyOn(target, 'addEventListener'));
    return {
      types: () => listened.flatMap((spy) => spy.mock.calls.map(([type]) => type)),
      fire: (type: string, more: object = {}) => window.dispatchEvent(Object.assign(new Event(type), more)),
      show(visibilityState: string) {
        document.visibilityState = visibilityState;
        document.dispatchEvent(new Event('visibilitychange'));
      },
    };
  };

  it('tell what happens to the page, in order', () => {
    const { fire, show } = page();
    const heard: string[] = [];
    signals.subscribe((signal) => heard.push(signal));
    show('hidden');
    show('visible');
    fire('pagehide', { persisted: true });
    fire('pageshow', { persisted: true });
    fire('offline');
    fire('online');
    expect(heard).toEqual(['hidden', 'visible', 'pagehide', 'pageshow', 'offline', 'online']);
  });

  it('do not tell of a page that is shown for the first time', () => {
    const { fire } = page();
    const listener = vi.fn();
    signals.subscribe(listener);
    fire('pageshow', { persisted: false });
    expect(listener).not.toHaveBeenCalled();
  });

  it('end with the subscription, each on its own', () => {
    const { fire, show } = page();
    const [one, other] = [vi.fn(), vi.fn()];
    const off = signals.subscribe(one);
    signals.subscribe(other);
    off();
    for (const type of ['pagehide', 'online', 'offline']) fire(type);
    fire('pageshow', { persisted: true });
    show('hidden');
    expect([one.mock.calls.length, other.mock.calls.length]).toEqual([0, 5]);
  });

  it('listen to nothing that keeps a page out of the back/forward cache', () => {
    const { types } = page();
    signals.subscribe(() => {});
    expect(types().sort()).toEqual(['offline', 'online', 'pagehide', 'pageshow', 'visibilitychange']);
  });

  it('tell of what somebody does to the page, as it begins, until they are asked no more', () => {
    const { types } = page();
    const listener = vi.fn();
    const off = signals.acts?.(listener);
    const kinds = ['keydown', 'pointerdown', 'pointermove', 'wheel'];
    expect(types().sort()).toEqual(kinds);
    for (const type of kinds) document.dispatchEvent(new Event(type));
    off?.();
    for (const type of kinds) document.dispatchEvent(new Event(type));
    expect(listener).toHaveBeenCalledTimes(4);
  });

  it('know whether the page is visible', () => {
    const { show } = page();
    const seen = ['hidden', 'prerender', 'visible'].map((state) => {
      show(state);
      return signals.isVisible();
    });
    expect(seen).toEqual([false, true, true]);
  });
});

describe('clock', () => {
  it('calls back once, after the time, unless cancelled', () => {
    vi.useFakeTimers();
    const [kept, cancelled] = [vi.fn(), vi.fn()];
    clock.timer(1_000, kept);
    clock.timer(1_000, cancelled)();
    vi.advanceTimersByTime(999);
    expect(kept).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5_000);
    expect([kept.mock.calls.length, cancelled.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0, 0]);
    vi.useRealTimers();
  });

  it('does not run a timer of months at once', () => {
    vi.useFakeTimers();
    const called = vi.fn();
    const cancel = clock.timer(2 ** 40, called);
    vi.advanceTimersByTime(86_400_000);
    expect(called).not.toHaveBeenCalled();
    cancel();
    vi.useRealTimers();
  });

  it('gives wall time, a time that only grows, and jitter below 1', () => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
    const start = clock.monotonic();
    vi.advanceTimersByTime(250);
    expect([clock.now(), clock.monotonic() - start]).toEqual([1_700_000_000_250, 250]);
    vi.useRealTimers();
    const jitters = Array.from({ length: 100 }, () => clock.jitter());
    expect(jitters.every((x) => x >= 0 && x < 1)).toBe(true);
    expect(new Set(jitters).size).toBeGreaterThan(90);
  });

  it('runs soon after the current work, before any timer', async () => {
    const order: string[] = [];
    const timer = new Promise<void>((resolve) => {
      setTimeout(() => resolve(void order.push('timer')), 0);
    });
    clock.soon(() => order.push('soon'));
    order.push('now');
    await timer;
    expect(order).toEqual(['now', 'soon', 'timer']);
  });
});

describe('ids', () => {
  const own = ids({ nanoid, sha256: hash });

  it('are of 132 bits, fit the pattern of the wire, and differ', () => {
    const made = Array.from({ length: 1_000 }, () => own.random());
    expect(made.every((id) => /^[A-Za-z0-9_-]{22}$/.test(id))).toBe(true);
    expect(new Set(made).size).toBe(made.length);
  });

  it('hash the UTF-8 bytes of a text', () => {
    const hex = (text: string) => Buffer.from(own.sha256(text)).toString('hex');
    expect(hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(hex('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
  });

  it('decode base 64 to bytes and refuse what is none', () => {
    expect(own.decodeBase64('w6k=')).toBe('\u00c3\u00a9');
    expect(() => own.decodeBase64('!')).toThrow();
  });
});

describe('marker', () => {
  const stubStorage = (storage: object) => vi.stubGlobal('localStorage', storage);

  it('reads what was written, until it is removed', () => {
    const kept = new Map<string, string>();
    stubStorage({
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, text: string) => kept.set(name, text),
      removeItem: (name: string) => kept.delete(name),
    });
    const own = marker({ name: 'relevo:1:pk_demo' });
    expect(own.read()).toBeNull();
    own.write('guest');
    expect([own.read(), marker({ name: 'relevo:1:another' }).read(), [...kept.keys()]]).toEqual([
      'guest',
      null,
      ['relevo:1:pk_demo'],
    ]);
    own.write(null);
    expect([own.read(), kept.size]).toEqual([null, 0]);
  });

  it('is absent and forgets where the browser denies localStorage or has no room', () => {
    const deny = () => {
      throw new DOMException('', 'SecurityError');
    };
    const own = marker({ name: 'relevo:1:pk_demo' });
    stubStorage({ getItem: deny, setItem: deny, removeItem: deny });
    own.write('guest');
    own.write(null);
    expect(own.read()).toBeNull();
    vi.stubGlobal('localStorage', undefined);
    own.write('guest');
    expect(own.read()).toBeNull();
  });
});
