/** A promise to be settled from outside. Ignoring its rejection never raises `unhandledrejection`. */
export type Deferred<T = void> = {
  readonly promise: Promise<T>;
  resolve(value: T | PromiseLike<T>): void;
  reject(error: Error): void;
};

export const createDeferred = <T = void>(): Deferred<T> => {
  let settle = {} as Omit<Deferred<T>, 'promise'>;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => {});
  return { promise, ...settle };
};
