import { expect, test } from 'vitest';
import { backoffMs } from '../../src/client/backoff.ts';

test('tries wait up to 1 s, 2 s, 4 s … 60 s', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 60].map((attempt) => backoffMs(attempt, 1))).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
  ]);
});

test('devices that were cut off together come back at other times: all of the wait is by chance', () => {
  expect([0, 0.25, 0.5].map((jitter) => backoffMs(2, jitter))).toEqual([0, 1_000, 2_000]);
});

test('the wish of the server is the least', () => {
  expect([backoffMs(0, 0.5, 700), backoffMs(2, 0.5, 700), backoffMs(0, 0, 90_000)]).toEqual([700, 2_000, 90_000]);
});
