import { describe, expect, it } from 'vitest';
import { sdkErrors, serverErrors } from '../../src/core/error-registry.ts';
import { RelevoError } from '../../src/core/relevo-error.ts';

describe('an error', () => {
  it('has a code to branch on and a message that says what to do', () => {
    const error = new RelevoError('network/offline');
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.retryable, error.retryAfterMs]).toEqual([
      'RelevoError',
      'network/offline',
      false,
      undefined,
    ]);
    expect(error.message).toBe('network/offline: The sync server cannot be reached; try again when online.');
  });
  it('says what exactly was wrong, why, and when to try again', () => {
    const cause = new Error('socket');
    const error = new RelevoError('options/invalid', {
      detail: 'endpoint: not a URL',
      retryable: true,
      retryAfterMs: 500,
      cause,
    });
    expect(error.message).toBe(`options/invalid: ${sdkErrors['options/invalid']} endpoint: not a URL`);
    expect([error.retryable, error.retryAfterMs, error.cause]).toEqual([true, 500, cause]);
  });
  it('names what the customer of a claimed guest has, where that is known', () => {
    expect(new RelevoError('auth/guest-claimed', { known: ['phone', 4] }).known).toEqual(['phone', 4]);
    expect(new RelevoError('auth/guest-claimed').known).toBeUndefined();
  });
  it("takes the server's words for a code that only the server has", () => {
    expect(new RelevoError('auth/expired', { message: 'The token has expired.' }).message).toBe(
      'auth/expired: The token has expired.',
    );
    expect(new RelevoError('later/unknown').message).toBe('later/unknown: ');
  });
});

describe('the registry of errors', () => {
  const codes = [...Object.keys(sdkErrors), ...Object.keys(serverErrors)];
  it('names every error area/reason', () => {
    expect(codes.filter((code) => !/^[a-z]+\/[a-z]+(-[a-z]+)*$/.test(code))).toEqual([]);
  });
  it('names none twice', () => {
    expect(new Set(codes).size).toBe(codes.length);
  });
  it('has for each a sentence', () => {
    const words = [...Object.values(sdkErrors), ...Object.values(serverErrors)];
    expect(words.filter((text) => !/^[A-Z].{15,}\.$/.test(text))).toEqual([]);
  });
});
