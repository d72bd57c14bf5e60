/** A promise to be settled from outside. Ignoring its rejection never raises `unhandledrejection`. */
export type Deferred = { readonly promise: Promise<void>; resolve(): void; reject(error: Error): void };

export const createDeferred = (): Deferred => {
  let resolve = (): void => {};
  let reject = (_: Error): void => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve: () => resolve(), reject: (error) => reject(error) };
};
