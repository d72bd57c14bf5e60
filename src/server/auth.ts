import { createSecretKey, type KeyObject } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { isWellFormed } from '../core/check-value.ts';
import type { ErrorCode } from '../core/error-registry.ts';
import { isKey } from '../core/key.ts';
import { own } from '../core/own.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { actorSchema } from '../protocol/rest.ts';
import type { TokenRules } from './config.ts';
import type { Clock, Verified, VerifyToken } from './ports.ts';

/** Longest customer id; it is hashed, never stored as a key. */
const maxCustomerLength = 256;

/** An agent, a desk or a bot, acts for a customer: within these collections only. */
export type Agent = { readonly actor: string; readonly collections: ReadonlySet<string> };

/**
 * `agent` says who acts. @throws `auth/agent` when the token does not say it well
 * One that has ended is read all the same (`isOver`): the customer sees who tried, and a device hears that it was revoked.
 */
export type ReadToken = (site: string, token: string) => Promise<Verified & { readonly agent?: () => Agent }>;

type Verifier = (token: string, now: Date) => ReturnType<ReadToken>;

/** As {@link createReadToken}, for the customer's own tokens that have not ended. */
export const createVerifyToken = (...from: Parameters<typeof createReadToken>): VerifyToken => {
  const read = createReadToken(...from);
  return async (site, token) => {
    const verified = ownToken(await read(site, token));
    if (verified.isOver) throw new RelevoError('auth/expired', { retryable: true });
    return verified;
  };
};

/**
 * RFC 8693: somebody else acts here, an agent or the shop's support. A device's own sync gives all that the customer
 * has, and lets a guest become part of it.
 * @throws `auth/claim` for an agent's token
 */
export const ownToken = ({ agent, ...verified }: Awaited<ReturnType<ReadToken>>): Verified => {
  if (agent) throw new RelevoError('auth/claim', { detail: 'It names somebody who acts: `act`.' });
  return verified;
};

/**
 * Checks tokens by each site's rules: fixed algorithms, issuer, audience, an end, and the customer.
 * Several rules (an old secret and its successor) are tried in turn. Keys are imported once.
 */
export const createReadToken = (
  rulesBySite: Readonly<Record<string, readonly TokenRules[]>>,
  clock: Pick<Clock, 'now'>,
): ReadToken => {
  const verifiersBySite = Object.fromEntries(
    Object.entries(rulesBySite).map(([site, rules]) => [site, rules.map(createVerifier)]),
  );
  return async (site, token) => {
    let refusal = new RelevoError('auth/malformed');
    let ended: Awaited<ReturnType<Verifier>> | undefined;
    for (const verify of own(verifiersBySite, site) ?? []) {
      try {
        const verified = await verify(token, new Date(clock.now()));
        if (!verified.isOver) return verified;
        ended = verified;
      } catch (error) {
        const next = toRefusal(error);
        // Of several rules, the one that knew the key says what is wrong with the rest.
        if (refusal.code === 'auth/malformed' || next.code !== 'auth/signature') refusal = next;
      }
    }
    if (ended) return ended;
    throw refusal;
  };
};

const createVerifier = (rules: TokenRules): Verifier => {
  const getKey = keySource(rules);
  const { issuer, audience, customerClaim = 'sub', clockToleranceS = 30 } = rules;
  return async (token, now) => {
    const { payload, isOver } = await jwtVerify(token, getKey, {
      algorithms: [...rules.algorithms],
      issuer,
      audience,
      requiredClaims: ['exp', customerClaim],
      clockTolerance: clockToleranceS,
      currentDate: now,
    }).then(({ payload }) => ({ payload, isOver: false }), readEnded);
    const verified = {
      customer: customerOf(payload, customerClaim),
      expiresAtMs: ((payload.exp ?? 0) + clockToleranceS) * 1_000,
      bornAtMs: bornAt(payload),
      ...(isOver ? { isOver } : {}),
    };
    return payload['act'] == null
      ? verified
      : { ...verified, agent: () => agentOf(payload, now.getTime() / 1_000 + clockToleranceS) };
  };
};

/** Its end is looked at last: all else of it is proven. */
const readEnded = (error: unknown): { readonly payload: JWTPayload; readonly isOver: true } => {
  if (error instanceof errors.JWTExpired && error.claim === 'exp') return { payload: error.payload, isOver: true };
  throw error;
};

const keySource = (rules: TokenRules): JWTVerifyGetKey => {
  if ('jwksUrl' in rules) return createRemoteJWKSet(new URL(rules.jwksUrl), { timeoutDuration: 3_000 });
  const key: KeyObject = createSecretKey(Buffer.from(rules.secret, 'utf8'));
  return async () => key;
};

/** OpenID Connect says in `auth_time` when the customer signed in: a shop whose session goes on issues new tokens for it. */
const bornAt = ({ iat, auth_time = iat }: JWTPayload): number | undefined =>
  typeof auth_time === 'number' ? auth_time * 1_000 : undefined;

const customerOf = (payload: JWTPayload, claim: string): string => {
  const value = payload[claim];
  const customer = Number.isSafeInteger(value) ? String(value) : value;
  if (
    typeof customer !== 'string' ||
    customer === '' ||
    customer.length > maxCustomerLength ||
    !isWellFormed(customer)
  ) {
    throw new RelevoError('auth/claim');
  }
  return customer;
};

const agentSchema = z.object({
  act: z.object({ sub: actorSchema.refine(isKey) }),
  collections: z.array(z.string().refine(isKey)).min(1).max(16),
  iat: z.number(),
  exp: z.number(),
});

/** An agent's token is for one customer and a short while: a desk that was left open ends by itself. */
const maxAgentLifeS = 1_800;

/** Whoever acted before the present actor is named inside of `act`; RFC 8693 gives them no rights. */
const agentOf = (payload: JWTPayload, latestS: number): Agent => {
  const parsed = agentSchema.safeParse(payload);
  if (!parsed.success) throw new RelevoError('auth/agent');
  const { act, collections, iat, exp } = parsed.data;
  // Begun in the future it would last longer.
  if (exp - iat > maxAgentLifeS || iat > latestS) throw new RelevoError('auth/agent');
  return { actor: act.sub, collections: new Set(collections) };
};

const codeOfClaim: Readonly<Record<string, ErrorCode>> = {
  iss: 'auth/issuer',
  aud: 'auth/audience',
  nbf: 'auth/not-yet',
};

/** Whatever the library threw, a refusal of ours: also its plain `TypeError` for a key of another kind. */
const toRefusal = (error: unknown): RelevoError => {
  if (error instanceof RelevoError) return error;
  const refuse = (code: ErrorCode, retryable = false) => new RelevoError(code, { retryable, cause: error });
  if (error instanceof errors.JWTExpired) return refuse('auth/expired', true);
  if (error instanceof errors.JWTClaimValidationFailed) {
    const isMissing = error.reason === 'missing';
    return refuse((!isMissing && codeOfClaim[error.claim]) || 'auth/claim');
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return refuse('auth/signature');
  }
  if (error instanceof errors.JWKSTimeout || isFetchFailure(error)) return refuse('auth/keys', true);
  return refuse('auth/malformed');
};

/** The key server cannot be reached, or answered no key set. */
const isFetchFailure = (error: unknown): boolean =>
  error instanceof errors.JWKSInvalid ||
  (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') ||
  (error instanceof TypeError && error.message === 'fetch failed');
