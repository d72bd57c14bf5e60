import { RelevoError } from '../../core/relevo-error.ts';
import type { FillRandom } from './app-shapes.ts';

/**
 * The secure random of the app, tried out: React Native has none of its own, and an id that others
 * can guess gives them the guest's cart. What fills nothing (a function that answers later, or takes a
 * count) is found out here, not by two devices with one id.
 *
 * @param fill Fills the bytes in place, as `getRandomValues` of `expo-crypto` does. Default: the global
 * `crypto.getRandomValues`, which `react-native-get-random-values` adds.
 * @throws RelevoError `platform/no-random`
 */
export const secureRandom = (fill?: FillRandom): ((count: number) => Uint8Array) => {
  const { crypto } = globalThis;
  const chosen: FillRandom = fill ?? ((bytes) => crypto?.getRandomValues?.(bytes));
  const random = (count: number): Uint8Array => {
    const bytes = new Uint8Array(count);
    // A promise: the wrong function, which shows below. Its own failure is nobody's.
    Promise.resolve(chosen(bytes)).catch(() => {});
    return bytes;
  };
  const detail =
    'Install expo-crypto and pass `random: Crypto.getRandomValues`, or react-native-get-random-values and import it first.';
  let first: Uint8Array;
  try {
    first = random(32);
  } catch (cause) {
    throw new RelevoError('platform/no-random', { detail, cause });
  }
  if (first.every((byte) => byte === 0)) throw new RelevoError('platform/no-random', { detail });
  return random;
};
