import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Tabs } from '../../../src/client/ports.ts';
import { tabs } from '../../../src/platform/browser/tabs.ts';

const open: Tabs[] = [];
const tab = (name = 'relevo:1:tabs'): Tabs => {
  const made = tabs({ name });
  open.push(made);
  return made;
};
afterEach(() => {
  for (const made of open.splice(0)) made.close();
});

/** Locks as the Web Locks API grants them with `ifAvailable`, shared by all tabs of a test. */
const stubLocks = (): Set<string> => {
  const held = new Set<string>();
  vi.stubGlobal('navigator', {
    locks: {
      async request(name: string, options: object, body: (lock: object | null) => Promise<void>) {
        expect(options).toEqual({ ifAvailable: true });
        if (held.has(name)) return body(null);
        held.add(name);
        try {
          return await body({ name });
        } finally {
          held.delete(name);
        }
      },
    },
  });
  return held;
};

const gate = () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe('messages', () => {
  it('reach the other tabs of the same name, not the sender and not another site', async () => {
    const [one, other, foreign] = [tab(), tab(), tab('relevo:1:another')];
    const heard: unknown[] = [];
    one.subscribe((message) => heard.push(['one', message]));
    foreign.subscribe((message) => heard.push(['foreign', message]));
    const arrived = gate();
    other.subscribe((message) => {
      heard.push(['other', message]);
      arrived.open();
    });
    one.post({ rev: 3 });
    await arrived.opened;
    expect(heard).toEqual([['other', { rev: 3 }]]);
  });

  it('stop at unsubscribe and at close', async () => {
    const [one, other, witness] = [tab(), tab(), tab()];
    const heard: unknown[] = [];
    const off = one.subscribe(() => heard.push('unsubscribed'));
    other.subscribe(() => heard.push('closed'));
    off();
    other.close();
    const arrived = gate();
    witness.subscribe(arrived.open);
    tab().post('hello');
    await arrived.opened;
    expect(heard).toEqual([]);
  });

  it('of a closed tab go nowhere and throw nothing', () => {
    const ended = vi.spyOn(BroadcastChannel.prototype, 'close');
    const one = tab();
    one.close();
    one.close();
    expect(ended).toHaveBeenCalledTimes(1);
    expect(() => one.post('late')).not.toThrow();
  });

  it.each([
    ['is missing', undefined],
    [
      'is denied',
      class {
        constructor() {
          throw new DOMException('', 'SecurityError');
        }
      },
    ],
  ])('go nowhere where BroadcastChannel %s', (_, channel) => {
    vi.stubGlobal('BroadcastChannel', channel);
    const one = tab();
    const off = one.subscribe(() => {});
    expect(() => one.post('hello')).not.toThrow();
    off();
  });
});

describe('ifFree', () => {
  it('holds the lock for as long as the body runs, and lets the next have it', async () => {
    const held = stubLocks();
    const [one, other] = [tab(), tab()];
    const end = gate();
    const first = one.ifFree('flush', () => end.opened);
    const body = vi.fn(async () => {});
    expect(await other.ifFree('flush', body)).toBe(false);
    expect(body).not.toHaveBeenCalled();
    expect([...held]).toEqual(['relevo:1:tabs:flush']);
    end.open();
    expect(await first).toBe(true);
    expect(await other.ifFree('flush', body)).toBe(true);
    expect([body.mock.calls.length, held.size]).toEqual([1, 0]);
  });

  it('keeps names and sites apart', async () => {
    stubLocks();
    const end = gate();
    const first = tab().ifFree('flush', () => end.opened);
    expect(await tab().ifFree('live', async () => {})).toBe(true);
    expect(await tab('relevo:1:another').ifFree('flush', async () => {})).toBe(true);
    end.open();
    await first;
  });

  it("rejects with the body's error and runs it once", async () => {
    const held = stubLocks();
    const body = vi.fn(async () => {
      throw new Error('failed');
    });
    await expect(tab().ifFree('flush', body)).rejects.toThrow('failed');
    expect([body.mock.calls.length, held.size]).toEqual([1, 0]);
  });

  it.each([
    ['are missing', undefined],
    ['are denied', { request: () => Promise.reject(new DOMException('', 'SecurityError')) }],
  ])('runs the body, once, where locks %s', async (_, locks) => {
    vi.stubGlobal('navigator', { locks });
    const body = vi.fn(async () => {});
    expect(await tab().ifFree('flush', body)).toBe(true);
    expect(body).toHaveBeenCalledTimes(1);
  });
});
