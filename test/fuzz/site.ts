import { SignJWT } from 'jose';
import type { SyncServerOptions } from '../../src/server/index.ts';

/** What the server under test, the fuzzer and the polite client know of each other. */
export const secret = 'secret-of-the-fuzzed-site-0123456789-012345';
const otherSecret = 'secret-of-the-other-site-0123456789-012345';
export const origin = 'https://shop.example';
const rules = { issuer: 'https://shop.example', audience: 'relevo' };

export const sites: SyncServerOptions['sites'] = {
  pk_a: {
    origins: [origin],
    tokens: [{ ...rules, secret }],
    collections: {
      quiz: { kind: 'reg', purpose: 'personalization' },
      badges: { kind: 'flag' },
      profile: { kind: 'map' },
      points: { kind: 'auth' },
    },
  },
  pk_b: { origins: ['https://other.example'], tokens: [{ ...rules, secret: otherSecret }], merge: { cart: 'guest' } },
};

/** Ids of the polite client: the fuzzer tries to get at what is behind them. */
export const polite = {
  customer: 'polite-customer',
  device: 'device_polite_a',
  listener: 'device_polite_b',
  replica: 'replica_polite',
  line: 'polite-line',
  guest: 'guest_of_polite',
} as const;

export type Claims = { readonly [claim: string]: unknown };

/** 2100-01-01 in seconds: the same tokens in every run of a seed. */
export const farEnd = 4_102_444_800;

export const sign = (
  claims: Claims,
  { with: key = secret, header = {} }: { with?: string; header?: Claims } = {},
): Promise<string> => {
  const all = { iss: rules.issuer, aud: rules.audience, exp: farEnd, ...claims };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(present).setProtectedHeader({ alg: 'HS256', ...header }).sign(new TextEncoder().encode(key));
};
