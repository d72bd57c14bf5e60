import { describe, expect, it, vi } from 'vitest';
import { appClock } from '../../../src/platform/react-native/app-clock.ts';
import { onlyTab } from '../../../src/platform/react-native/only-tab.ts';
import { secureMarker } from '../../../src/platform/react-native/secure-marker.ts';

describe('the clock of an app', () => {
  it('never goes back, also where the runtime has no performance and the wall clock is set back', () => {
    vi.stubGlobal('performance', undefined);
    const now = vi.spyOn(Date, 'now');
    const clock = appClock();
    const readings = [1_000, 5_000, 2_000, 6_000].map((wall) => {
      now.mockReturnValue(wall);
      return [clock.now(), clock.monotonic()];
    });
    expect(readings).toEqual([
      [1_000, 1_000],
      [5_000, 5_000],
      [2_000, 5_000],
      [6_000, 6_000],
    ]);
  });

  it("is the runtime's own where there is one", () => {
    vi.stubGlobal('performance', { now: () => 42.5 });
    expect(appClock().monotonic()).toBe(42.5);
  });

  it('does not run a timer of months at once, and cancels', () => {
    vi.useFakeTimers();
    const run: string[] = [];
    const clock = appClock();
    clock.timer(2 ** 40, () => run.push('months'));
    const cancel = clock.timer(10, () => run.push('cancelled'));
    clock.timer(10, () => run.push('ten'));
    cancel();
    vi.advanceTimersByTime(1_000);
    expect(run).toEqual(['ten']);
    vi.useRealTimers();
  });

  it('runs what is due soon after the present work', async () => {
    const order: string[] = [];
    appClock().soon(() => order.push('soon'));
    order.push('now');
    await Promise.resolve();
    expect(order).toEqual(['now', 'soon']);
  });
});

describe('an app alone with its storage', () => {
  it('has the lock at once, and not while it holds it', async () => {
    const tabs = onlyTab();
    let done = () => {};
    const first = tabs.ifFree('flush', () => new Promise<void>((resolve) => (done = resolve)));
    let ran = 0;
    const body = async () => void ran++;
    expect([await tabs.ifFree('flush', body), await tabs.ifFree('live', body), ran]).toEqual([false, true, 1]);
    done();
    expect(await first).toBe(true);
    expect([await tabs.ifFree('flush', body), ran]).toEqual([true, 2]);
  });

  it('lets go of the lock when the work fails', async () => {
    const tabs = onlyTab();
    await expect(tabs.ifFree('flush', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await tabs.ifFree('flush', async () => {})).toBe(true);
  });
});

describe('the marker in the keychain', () => {
  const keychain = () => {
    const kept = new Map<string, string>();
    return {
      kept,
      store: {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => void kept.set(key, value),
      },
    };
  };

  it('reads what was written, under a name that keystores take', () => {
    const { kept, store } = keychain();
    const marker = secureMarker({ name: 'relevo:1:pk_demo', store });
    expect(marker.read()).toBeNull();
    marker.write('who');
    expect([marker.read(), [...kept.keys()]]).toEqual(['who', ['relevo_1_pk_demo']]);
    marker.write(null);
    expect(marker.read()).toBeNull();
  });

  it('is absent without a keychain, and with one that is locked', () => {
    const locked = () => {
      throw new Error('keychain locked');
    };
    for (const store of [undefined, { getItem: locked, setItem: locked }]) {
      const marker = secureMarker({ name: 'relevo:1:pk_demo', store });
      marker.write('who');
      expect(marker.read()).toBeNull();
    }
  });
});
