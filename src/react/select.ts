import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';

/** Something of the engine that changes, as React wants to read it. */
export type Source<S> = {
  readonly subscribe: (listener: () => void) => () => void;
  /** Gives the same reference until it changes. */
  readonly read: () => S;
  /** What a server renders and a hydrating page renders again, whatever the engine knows by then. */
  readonly neutral: S;
};

export type IsEqual<T> = (before: T, after: T) => boolean;

/**
 * Reads a part of a source. The component renders again only when that part is another one by
 * `isEqual`; an equal one keeps its first reference, so what is derived from it stays too. `select` may
 * be written inline and may build a new array or object at every call.
 */
export const useSelected = <S, T>(source: Source<S>, select: (state: S) => T, isEqual: IsEqual<T>): T => {
  const shown = useRef<{ readonly value: T } | null>(null);
  const [read, readNeutral] = useMemo(() => {
    const selectOnce = () => {
      let last: { readonly state: S; readonly value: T } | null = null;
      return (state: S): T => {
        if (last && Object.is(last.state, state)) return last.value;
        const next = select(state);
        // An inline selector arrives here anew at every render: it is compared with what is on the screen.
        const before = last ?? shown.current;
        const value = before && isEqual(before.value, next) ? before.value : next;
        last = { state, value };
        return value;
      };
    };
    const [live, neutral] = [selectOnce(), selectOnce()];
    return [() => live(source.read()), () => neutral(source.neutral)] as const;
  }, [source, select, isEqual]);
  const value = useSyncExternalStore(source.subscribe, read, readNeutral);
  // Only what was committed counts: a render that React gave up must leave no trace.
  useEffect(() => {
    shown.current = { value };
  }, [value]);
  return value;
};

/** Whole states are compared by reference: the engine keeps it until something changes. */
export const whole = <S>(state: S): S => state;

/** The same, or arrays or plain objects of one level whose parts are the same. */
export const isShallowEqual: IsEqual<unknown> = (before, after) => {
  if (Object.is(before, after)) return true;
  if (Array.isArray(before) && Array.isArray(after))
    return before.length === after.length && before.every((part, at) => Object.is(part, after[at]));
  if (!isPlain(before) || !isPlain(after)) return false;
  const names = Object.keys(before);
  return (
    names.length === Object.keys(after).length &&
    names.every((name) => Object.hasOwn(after, name) && Object.is(before[name], after[name]))
  );
};

/** What a Map, a Set or a Date holds are not its properties. */
const isPlain = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' &&
  value !== null &&
  (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);
