import { ConfigError, type TokenRules } from './config.ts';

/** Known to everybody who reads this: for `--dev` only. */
export const devSecret = 'relevo-dev-secret-known-to-all-never-in-production';

/** Of `--dev` too. */
export const devServerKey = 'sk_relevo-dev-key-known-to-all-never-in-production';
export const devWebhookSecret = `whsec_${btoa('relevo-dev-webhook-secret-known-to-all')}`;

/** What `--dev` uses, and what an example of ours once fell back to: it may have been copied. */
const knownToAll: readonly string[] = [devSecret, 'a-secret-of-at-least-32-characters'];

type Env = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError when a site uses a secret that everybody can read, in production. */
export const refuseDevKeys = (rules: readonly TokenRules[], env: Env): void => {
  if (env.NODE_ENV === 'production' && rules.some((rule) => 'secret' in rule && knownToAll.includes(rule.secret))) {
    throw new ConfigError('The configuration holds a demo secret. Run `relevo-server init` for keys of your own.');
  }
};

/** @throws ConfigError when a server key or webhook secret is one that everybody can read, in production. */
export const refuseDevChannelKeys = (secrets: readonly string[], env: Env): void => {
  if (env.NODE_ENV === 'production' && secrets.some((text) => [devServerKey, devWebhookSecret].includes(text))) {
    throw new ConfigError('The configuration holds a demo key. Run `relevo-server init` for keys of your own.');
  }
};
