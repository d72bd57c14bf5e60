import { describe, expect, it } from 'vitest';
import { all, andThen, inTurn, settled } from '../../../src/platform/react-native/later.ts';
import { turn } from './histories.ts';

const thrown = new Error('thrown');
const throwing = (): never => {
  throw thrown;
};

describe('andThen', () => {
  it('goes on at once with a value that is there', () => {
    expect(andThen(1, (value) => value + 1)).toBe(2);
  });

  it('goes on with a promised value when it comes', async () => {
    expect(await andThen(Promise.resolve(1), (value) => value + 1)).toBe(2);
  });
});

describe('all', () => {
  it('of calls that answer at once is over at once', () => {
    expect(all([() => 1, () => undefined])).toBe(undefined);
  });

  it('of calls that answer at once throws the first error, after all were made', () => {
    const made: string[] = [];
    expect(() => all([() => made.push('first'), throwing, () => made.push('last')])).toThrow(thrown);
    expect(made).toEqual(['first', 'last']);
  });

  it.each([
    { how: 'rejects', first: () => Promise.reject(thrown) },
    { how: 'throws', first: throwing },
  ])('fails with the error of a call that $how only when the others have ended', async ({ first }) => {
    let end = () => {};
    const other = new Promise<void>((done) => {
      end = done;
    });
    let error: unknown;
    const outcome = Promise.resolve(all([first, () => other])).catch((failed: unknown) => {
      error = failed;
    });
    await turn();
    expect(error).toBe(undefined);
    end();
    await outcome;
    expect(error).toBe(thrown);
  });
});

describe('inTurn', () => {
  it('of calls that answer at once is over at once, up to the first that fails', () => {
    const made: string[] = [];
    expect(inTurn([() => made.push('first')])).toBe(1);
    expect(() => inTurn([() => made.push('second'), throwing, () => made.push('last')])).toThrow(thrown);
    expect(made).toEqual(['first', 'second']);
  });

  it('makes a call when the one before it has ended, and none after one that fails', async () => {
    const made: string[] = [];
    let end = () => {};
    const first = new Promise<void>((done) => {
      end = done;
    });
    const calls = [() => first, () => made.push('second'), () => Promise.reject(thrown), () => made.push('last')];
    const outcome = Promise.resolve(inTurn(calls)).catch((error: unknown) => error);
    await turn();
    expect(made).toEqual([]);
    end();
    expect([await outcome, made]).toEqual([thrown, ['second']]);
  });
});

it('settled comes whatever becomes of the call', async () => {
  expect(settled(throwing)).toBe(undefined);
  expect(await settled(() => Promise.reject(thrown))).toBe(undefined);
  expect(await settled(() => Promise.resolve('an answer'))).toBe(undefined);
});
