import { createHash } from 'node:crypto';
import { RelevoError } from '../../src/core/relevo-error.ts';
import { createWorld, type World, type WorldOptions } from '../../src/testing/virtual-world.ts';

export const sha256 = (text: string): Uint8Array => createHash('sha256').update(text, 'utf8').digest();

/** Every promise that can settle without time passing has settled after a few turns of the event loop. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((done) => setImmediate(done));
};

export const world = (options: Partial<WorldOptions> = {}): World =>
  createWorld({ seed: 1, sha256, settle, ...options });

/** `[sku, quantity]` of each line, by sku. */
export const cartOf = (relevo: {
  readonly cart: { readonly lines: readonly { readonly sku: string; readonly quantity: number }[] };
}) => Object.fromEntries(relevo.cart.lines.map(({ sku, quantity }) => [sku, quantity]));

/** What a promise came to after `ms` of virtual time. Throws when it is still open then. */
export const within = async <T>({ clock }: Pick<World, 'clock'>, ms: number, promise: Promise<T>): Promise<T> => {
  promise.catch(() => {});
  await clock.pass(ms);
  const open = Symbol('open');
  const result = await Promise.race([promise, settle().then(() => open)]);
  if (result === open) throw new Error(`still open after ${ms} ms`);
  return result as T;
};

/** How a promise stands now: `open`, `done`, or the code it was rejected with. */
export const standOf = (promise: Promise<unknown>): Promise<string> =>
  Promise.race([
    promise.then(
      () => 'done',
      (error: { code?: string }) => String(error.code ?? error),
    ),
    settle().then(() => 'open'),
  ]);

/** What a call throws: its code, or `nothing`. */
export const codeOf = (call: () => unknown): string => {
  try {
    call();
    return 'nothing';
  } catch (error) {
    return error instanceof RelevoError ? error.code : `no RelevoError: ${error}`;
  }
};
