import { describe, expect, test } from 'vitest';
import { runFault } from './run-fault.ts';

// All of them: `npm run test:conformance -- --faults`.
describe('a fault in the product turns its case red', () => {
  test.each([
    ['C1c', 'what the receipt says of the maximum: expected [["'],
    ['C6d', 'the cart for the next order: expected {"LAMP":2}, found {}'],
    ['W2a', 'the sign-out: expected {"outcome":"dropped","unsynced":1}, found {"outcome":"held","unsynced":1}'],
  ])('%s', { timeout: 120_000 }, async (id, words) => {
    const result = await runFault({ id });
    expect(result).toMatchObject({ status: 'failed' });
    expect(result.words).toContain(words);
  });
});
