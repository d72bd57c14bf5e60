import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorOf, get, put } from '../../contracts/store/harness.ts';
import { type IdbHarness, idbHarness } from '../../contracts/store/idb-harness.ts';

const harnesses: IdbHarness[] = [];
const harness = (): IdbHarness => {
  const made = idbHarness();
  harnesses.push(made);
  return made;
};
afterEach(async () => {
  vi.useRealTimers();
  for (const made of harnesses.splice(0)) await made.dispose();
});

describe('a lost connection whose reopening hangs', () => {
  it('rejects what waits for it after two seconds', async () => {
    const { open, faults } = harness();
    const store = await open();
    await put(store, [['a'], 1]);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    faults.terminate();
    faults.hangOpens(1);
    const settled = vi.fn();
    const errors = Promise.all([errorOf(put(store, [['b'], 2])), errorOf(get(store, ['a']))]).finally(settled);
    vi.advanceTimersByTime(1_999);
    await new Promise(setImmediate);
    expect(settled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect((await errors).map((error) => (error as Error).name)).toEqual(['TimeoutError', 'TimeoutError']);
  });

  it('leaves no timer when it opens in time', async () => {
    const { open, faults } = harness();
    const store = await open();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    faults.terminate();
    await put(store, [['a'], 1]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('an open that hangs is not cut short by the store: the caller decides how long to wait', async () => {
  const { open, faults } = harness();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  faults.hangOpens(1);
  const settled = vi.fn();
  open().then(settled, settled);
  vi.advanceTimersByTime(60_000);
  await new Promise(setImmediate);
  expect(settled).not.toHaveBeenCalled();
});

it('where the browser has no IndexedDB the open rejects', async () => {
  const { open } = harness();
  vi.stubGlobal('indexedDB', undefined);
  await expect(open()).rejects.toThrow();
  vi.unstubAllGlobals();
});
