import { SignJWT } from 'jose';
import { type Config, ConfigError, parseConfig, type TokenRules } from '../config.ts';
import { devSecret, devServerKey, devWebhookSecret } from '../dev-keys.ts';
import type { Env } from './main.ts';

export const devSiteKey = 'pk_demo';

const devRules = { secret: devSecret, issuer: 'relevo-dev', audience: 'relevo' };

/** The site of `--dev`: demo keys, pages of this machine. @throws ConfigError under NODE_ENV=production. */
export const devConfig = (env: Env): Config => {
  if (env.NODE_ENV === 'production') {
    throw new ConfigError(
      '--dev is refused under NODE_ENV=production: its keys are known to all. Run `relevo-server init`.',
    );
  }
  const site = {
    tokens: [devRules],
    serverKeys: [{ name: 'dev', key: devServerKey }],
    webhookSecret: devWebhookSecret,
  };
  return parseConfig({ sites: { [devSiteKey]: site } });
};

export type SignOptions = { readonly rules: TokenRules; readonly customer: string; readonly lifeS?: number };

/** A token as the site's sign-in would issue it. Default life one hour. @throws ConfigError for a site with public keys. */
export const signToken = ({ rules, customer, lifeS = 3_600 }: SignOptions): Promise<string> => {
  if (!('secret' in rules)) {
    throw new ConfigError('This site checks tokens with public keys; only its own sign-in can make them.');
  }
  const claim = rules.customerClaim ?? 'sub';
  return new SignJWT({ [claim]: customer })
    .setProtectedHeader({ alg: rules.algorithms[0] ?? 'HS256', typ: 'JWT' })
    .setIssuer(rules.issuer)
    .setAudience(rules.audience)
    .setIssuedAt()
    .setExpirationTime(`${lifeS}s`)
    .sign(new TextEncoder().encode(rules.secret));
};

/** Signs for the demo site. */
export const signDevToken = (customer: string): Promise<string> =>
  signToken({ rules: { ...devRules, algorithms: ['HS256'] }, customer });
