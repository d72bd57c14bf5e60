import { webcrypto } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import type { FillRandom } from '../../../src/platform/react-native/app-shapes.ts';
import { secureRandom } from '../../../src/platform/react-native/secure-random.ts';

const expo: FillRandom = (bytes) => webcrypto.getRandomValues(bytes);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const errorOf = (call: () => unknown): { code?: string; message?: string } => {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  return {};
};

describe('the secure random of an app', () => {
  it('gives as many bytes as asked for, never the same', () => {
    const random = secureRandom(expo);
    expect(random(22).length).toBe(22);
    expect(hex(random(16))).not.toBe(hex(random(16)));
  });

  it('is the global one where the app has none to pass', () => {
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes.fill(7) });
    expect(hex(secureRandom()(3))).toBe('070707');
  });

  it.each([
    ['is missing everywhere', undefined],
    ['fills nothing', () => {}],
    ['answers later', async (bytes: Uint8Array) => Promise.resolve(bytes).then((late) => late.fill(1))],
    [
      'throws',
      () => {
        throw new Error('native module missing');
      },
    ],
  ])('that %s is an error that names what to install', (_, fill) => {
    vi.stubGlobal('crypto', undefined);
    const { code, message } = errorOf(() => secureRandom(fill));
    expect(code).toBe('platform/no-random');
    expect(message).toContain('expo-crypto');
    expect(message).toContain('react-native-get-random-values');
  });

  it('is none where there is a crypto without getRandomValues', () => {
    vi.stubGlobal('crypto', {});
    expect(errorOf(() => secureRandom()).code).toBe('platform/no-random');
  });
});
