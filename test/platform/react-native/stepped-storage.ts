import type { KeyValueLike } from '../../../src/platform/react-native/shapes.ts';
import { type Disk, encoded } from '../../contracts/store/storage-doubles.ts';

type Effect = { act(): void };

export type SteppedStorage = {
  readonly storage: KeyValueLike;
  /** Effects and answers that wait for their turn. */
  pending(): number;
  /** Lets the one at `index` happen: a key written, or a call answered. */
  step(index: number): void;
  /** How many calls were made. */
  calls(): number;
};

/** What becomes of a call: it fails before it did anything, after it did all, or throws where it stands. */
export type Fault = 'rejects' | 'rejects late' | 'throws';

/**
 * AsyncStorage in slow motion: every key that is written and every answer is a step of its own, and
 * whoever drives it chooses their order. An app that is killed is one that is not stepped any more.
 * `multiSet` writes its keys one by one, as iOS does.
 */
export const steppedStorage = (
  disk: Disk,
  {
    hasMulti = true,
    faultOf = () => undefined,
  }: { hasMulti?: boolean; faultOf?(call: number): Fault | undefined } = {},
): SteppedStorage => {
  const effects: Effect[] = [];
  let calls = 0;

  const call = <T>(acts: readonly (() => T)[]): Promise<T> => {
    const fault = faultOf(calls++);
    if (fault === 'throws') throw new Error('thrown by the storage');
    return new Promise((resolve, reject) => {
      let left = acts.length;
      let value: T;
      const answer = () => (fault ? reject(new Error('rejected by the storage')) : resolve(value));
      if (fault === 'rejects' || !acts.length) effects.push({ act: answer });
      else
        for (const act of acts)
          effects.push({
            act() {
              value = act();
              if (--left === 0) effects.push({ act: answer });
            },
          });
    });
  };

  const one = {
    getItem: (key: string) => call([() => disk.get(key) ?? null]),
    setItem: (key: string, value: string) => call([() => void disk.set(key, encoded(value))]),
    removeItem: (key: string) => call([() => void disk.delete(key)]),
  };
  return {
    storage: hasMulti
      ? {
          ...one,
          multiSet: (pairs) =>
            call(
              pairs.map(
                ([key, value]) =>
                  () =>
                    void disk.set(key, encoded(value)),
              ),
            ),
          multiRemove: (keys) => call(keys.map((key) => () => void disk.delete(key))),
        }
      : one,
    pending: () => effects.length,
    step(index) {
      effects.splice(index, 1)[0]?.act();
    },
    calls: () => calls,
  };
};
