// @vitest-environment jsdom
import 'fake-indexeddb/auto';
import { expect, test, vi } from 'vitest';
import { createRelevo } from '../../src/entries/browser.ts';

test('a second call for the same endpoint and site gives the first instance and warns once; after stop there is a new one', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const options = { endpoint: 'https://sync.shop.example', site: 'pk_one', guest: 'local' } as const;
  const first = createRelevo(options);
  expect(createRelevo(options)).toBe(first);
  expect(warn).toHaveBeenCalledTimes(1);
  const other = createRelevo({ ...options, site: 'pk_two' });
  expect(other).not.toBe(first);
  expect(warn).toHaveBeenCalledTimes(1);
  await first.ready;
  await first.stop();
  const next = createRelevo(options);
  expect(next).not.toBe(first);
  await next.ready;
  await Promise.all([next.stop(), other.stop()]);
  warn.mockRestore();
});

test('options that are missing or wrong are a RelevoError at the call', () => {
  for (const options of [undefined, {}, { site: 'pk_x' }, { endpoint: 'ftp://x', site: 'pk_x' }])
    expect(() => createRelevo(options as never)).toThrow(
      expect.objectContaining({ name: 'RelevoError', code: 'options/invalid' }),
    );
});
