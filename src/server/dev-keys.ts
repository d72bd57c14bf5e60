import { ConfigError, type TokenRules } from './config.ts';

/** Known to everybody who reads this: for `--dev` only. */
export const devSecret = 'relevo-dev-secret-known-to-all-never-in-production';

/** What `--dev` uses, and what an example of ours once fell back to: it may have been copied. */
const knownToAll: readonly string[] = [devSecret, 'a-secret-of-at-least-32-characters'];

type Env = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError when a site uses a secret that everybody can read, in production. */
export const refuseDevKeys = (rules: readonly TokenRules[], env: Env): void => {
  if (env.NODE_ENV === 'production' && rules.some((rule) => 'secret' in rule && knownToAll.includes(rule.secret))) {
    throw new ConfigError('The configuration holds a demo secret. Run `relevo-server init` for keys of your own.');
  }
};
