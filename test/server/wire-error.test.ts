import { describe, expect, it } from 'vitest';
import { sdkErrors, serverErrors } from '../../src/core/error-registry.ts';
import { RelevoError } from '../../src/core/relevo-error.ts';
import { errorToRefusal } from '../../src/server/wire-error.ts';

describe('an error on the wire', () => {
  it.each<[string, number]>([
    ['request/malformed', 400],
    ['request/not-found', 404],
    ['request/method', 405],
    ['request/too-large', 413],
    ['request/encoding', 415],
    ['request/version', 426],
    ['request/rate', 429],
    ['site/unknown', 404],
    ['site/origin', 403],
    ['auth/malformed', 401],
    ['auth/signature', 401],
    ['auth/expired', 401],
    ['auth/guest-secret', 401],
    ['auth/ticket', 401],
    ['auth/guest-claimed', 410],
    ['auth/revoked', 403],
    ['auth/keys', 503],
    ['sync/cursor', 409],
    ['server/busy', 503],
    ['server/internal', 500],
  ])('%s has status %i and the words of the registry', (code, status) => {
    const message = (serverErrors as Record<string, string>)[code];
    expect(errorToRefusal(new RelevoError(code))).toStrictEqual({ status, body: { code, message, retryable: false } });
  });
  it('adds its detail to the words, once', () => {
    const words = serverErrors['request/malformed'];
    const detailed = new RelevoError('request/malformed', { detail: 'ops.1.q: too small' });
    expect(errorToRefusal(detailed).body.message).toBe(`${words} ops.1.q: too small`);
    const whole = new RelevoError('request/malformed', { message: `${words} low: negative` });
    expect(errorToRefusal(whole).body.message).toBe(`${words} low: negative`);
  });
  it('has the words of what a device refuses too', () => {
    const refusal = errorToRefusal(new RelevoError('change/too-deep', { detail: 'Nine.' }));
    expect([refusal.status, refusal.body.message]).toEqual([500, `${sdkErrors['change/too-deep']} Nine.`]);
  });
  it('with a code of a later version has whatever words it brought', () => {
    expect(errorToRefusal(new RelevoError('auth/later', { message: 'Wait.' }))).toEqual({
      status: 401,
      body: { code: 'auth/later', message: 'Wait.', retryable: false },
    });
  });
  it('says what the customer of a claimed guest has, when that is known', () => {
    const { body } = errorToRefusal(new RelevoError('auth/guest-claimed', { known: ['replica_one', 4] }));
    expect(body.known).toEqual(['replica_one', 4]);
    expect(Object.keys(errorToRefusal(new RelevoError('auth/guest-claimed')).body)).not.toContain('known');
  });
  it('says whether and when to try again', () => {
    const refusal = errorToRefusal(new RelevoError('request/rate', { retryable: true, retryAfterMs: 700 }));
    expect([refusal.body.retryable, refusal.retryAfterMs]).toEqual([true, 700]);
    expect(errorToRefusal(new RelevoError('request/rate', { retryAfterMs: 0 })).retryAfterMs).toBe(0);
  });
  it.each([[new TypeError('SELECT secret FROM spaces')], ['a thrown text'], [undefined], [null]])(
    'that is not of this server tells nothing about itself: %s',
    (error) => {
      expect(errorToRefusal(error)).toEqual({
        status: 500,
        body: { code: 'server/internal', message: serverErrors['server/internal'], retryable: true },
      });
    },
  );
});
