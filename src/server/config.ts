import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isKeptForLater, isReservedCollection } from '../core/collection.ts';
import { isKey } from '../core/key.ts';
import { actorSchema } from '../protocol/rest.ts';
import { cartPolicies, defaultSpaceLimits, entryPolicies, isPolicyOf, type SiteRules } from './site.ts';

const secret = z.union([z.string().min(32), z.strictObject({ env: z.string().min(1) })]);

const textOrEnv = z.union([z.string(), z.strictObject({ env: z.string().min(1) })]);
const tokenBase = {
  issuer: z.string().min(1),
  audience: z.string().min(1),
  customerClaim: z.string().min(1).default('sub'),
  clockToleranceS: z.number().int().min(0).max(300).default(30),
};
const hmacAlgorithms = z.array(z.enum(['HS256', 'HS384', 'HS512'])).min(1);
const publicAlgorithms = z
  .array(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']))
  .min(1);
// A shared secret with a public-key algorithm, or the reverse, is the classic confusion: it cannot be written down.
const tokenSchema = z.union([
  z.strictObject({ ...tokenBase, secret, algorithms: hmacAlgorithms.default(['HS256']) }),
  z.strictObject({ ...tokenBase, jwksUrl: z.url(), algorithms: publicAlgorithms }),
]);

const limitSchema = z.strictObject({
  maxSpaceBytes: z.number().int().positive().optional(),
  maxLines: z.number().int().positive().optional(),
  maxViews: z.number().int().positive().optional(),
  maxDevices: z.number().int().positive().optional(),
  maxReplicas: z.number().int().positive().optional(),
  replicaIdleDays: z.number().positive().optional(),
  deletedDays: z.number().positive().optional(),
  guestIdleDays: z.number().positive().optional(),
  oldAddDays: z.number().positive().optional(),
  mergeShareDays: z.number().positive().optional(),
});

/** As a browser writes it. Of schemes that are not the web's, as the shells of apps use, the URL standard knows no origin. */
const isOrigin = (text: string): boolean => {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]+$/.test(text) || !URL.canParse(text)) return false;
  return !/^(https?|wss?|ftp):/.test(text) || new URL(text).origin === text;
};

const policyWords = `cart is one of ${cartPolicies.join(' ')}, every other collection one of ${entryPolicies.join(' ')}, but both only where values stand alone: no views, maps, flags`;
const isMergeable = (name: string): boolean => name !== 'consent' && !name.startsWith('~') && !isKeptForLater(name);

const siteFields = z.strictObject({
  origins: z
    .array(
      z.string().refine(isOrigin, 'an origin is scheme://host[:port] as browsers send it: no path, no *, no capitals'),
    )
    .default([]),
  tokens: z.array(tokenSchema).default([]),
  /** Of the shop's own servers; what they hold is checked when it is known: see channel-secrets.ts. */
  serverKeys: z.array(z.union([textOrEnv, z.strictObject({ name: actorSchema, key: textOrEnv })])).default([]),
  /** Standard Webhooks: one, or the newest and those it takes the place of. */
  webhookSecret: z.union([textOrEnv, z.array(textOrEnv).min(1)]).optional(),
  merge: z
    .record(
      z.string().refine((name) => isKey(name) && isMergeable(name), 'no collection that is merged'),
      z.enum([...cartPolicies, ...entryPolicies]),
    )
    .default({}),
  collections: z
    .record(
      z.string().refine((name) => isKey(name) && !isReservedCollection(name), 'a reserved name or no valid key'),
      z.strictObject({
        kind: z.enum(['reg', 'map', 'flag', 'auth']).optional(),
        purpose: z.string().min(1).optional(),
      }),
    )
    .default({}),
  limits: limitSchema.default({}),
});
const siteSchema = siteFields.refine(
  ({ merge, collections }) =>
    Object.entries(merge).every(([name, policy]) => isPolicyOf(name, policy, rulesOf(collections))),
  { path: ['merge'], message: policyWords },
);

export const configSchema = z.strictObject({
  sites: z.record(
    z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a publishable key has 1 to 64 of A-Z a-z 0-9 _ -'),
    siteSchema,
  ),
  /** How many proxies before this server set `X-Forwarded-For`. */
  trustProxy: z.number().int().min(0).max(10).default(0),
});

/** What `relevo.config.json` holds. */
export type ConfigInput = z.input<typeof configSchema>;
export type Config = z.output<typeof configSchema>;
export type SiteConfig = Config['sites'][string];

type Common = {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly customerClaim?: string;
  readonly clockToleranceS?: number;
};
export type TokenRules = (Common & { readonly secret: string }) | (Common & { readonly jwksUrl: string });

/** A configuration that cannot be used, in words for the person who wrote it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError naming each wrong field. */
export const parseConfig = (input: unknown): Config => {
  const parsed = configSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.') || 'configuration'}: ${message}`);
  throw new ConfigError(`The configuration is not valid:\n${lines.join('\n')}`);
};

/** @throws ConfigError when the file is missing, no JSON, or not valid. */
export const readConfig = (path: string): Config => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new ConfigError(`${path} cannot be read: ${error instanceof Error ? error.message : ''}`);
    }
    throw new ConfigError(
      `There is no ${path}. \`relevo-server init\` writes one; \`relevo-server --dev\` needs none.`,
    );
  }
  try {
    return parseConfig(JSON.parse(text));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${path} is no JSON: ${error instanceof Error ? error.message : ''}`);
  }
};

/** Rules with the secrets that the configuration leaves in the environment. @throws ConfigError when one is missing or short. */
export const tokenRules = (site: SiteConfig, env: Readonly<Record<string, string | undefined>>): TokenRules[] =>
  site.tokens.map((rules) => {
    if ('jwksUrl' in rules) return rules;
    if (typeof rules.secret === 'string') return { ...rules, secret: rules.secret };
    const value = env[rules.secret.env];
    if (value === undefined || value.length < 32) {
      throw new ConfigError(
        `The environment variable ${rules.secret.env} must hold the token secret, at least 32 characters.`,
      );
    }
    return { ...rules, secret: value };
  });

const rulesOf = (collections: z.output<typeof siteFields>['collections']): SiteRules['collections'] =>
  Object.fromEntries(
    Object.entries(collections).map(([name, { kind, purpose }]) => [
      name,
      { ...(kind ? { kind } : {}), ...(purpose ? { purpose } : {}) },
    ]),
  );

export const siteRules = (site: Pick<SiteConfig, 'merge' | 'collections' | 'limits'>): SiteRules => ({
  merge: site.merge as SiteRules['merge'],
  collections: rulesOf(site.collections),
  limits: {
    ...defaultSpaceLimits,
    ...Object.fromEntries(Object.entries(site.limits).filter(([, value]) => value !== undefined)),
  },
});
