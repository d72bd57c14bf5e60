import { createHash } from 'node:crypto';
import { createWorld, type World, type WorldOptions } from '../../src/testing/virtual-world.ts';

export const sha256 = (text: string): Uint8Array => createHash('sha256').update(text, 'utf8').digest();

/** Every promise that can settle without time passing has settled after a few turns of the event loop. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((done) => setImmediate(done));
};

export const world = (options: Partial<WorldOptions> = {}): World => createWorld({ seed: 1, sha256, settle, ...options });

/** `[sku, quantity]` of each line, by sku. */
export const cartOf = (relevo: { readonly cart: { readonly lines: readonly { readonly sku: string; readonly quantity: number }[] } }) =>
  Object.fromEntries(relevo.cart.lines.map(({ sku, quantity }) => [sku, quantity]));
