import { ConfigError, type SiteConfig } from './config.ts';
import { refuseDevChannelKeys } from './dev-keys.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A key that a shop's own servers hold: tills, desks, bots. */
export type ServerKey = { readonly site: string; readonly name: string; readonly key: string };

export type ChannelSecrets = {
  readonly keys: readonly ServerKey[];
  /** What webhooks are signed with, by site: the newest and those it takes the place of. */
  readonly webhooksBySite: Readonly<Record<string, readonly Uint8Array[]>>;
};

const keyPattern = /^sk_[A-Za-z0-9_-]{32,}$/;
const webhookPattern = /^whsec_[A-Za-z0-9+/]+={0,2}$/;

/**
 * The server keys and webhook secrets of all sites, those too that the configuration leaves in the environment.
 * @throws ConfigError when one is missing, short, used twice, or known to all in production
 */
export const channelSecrets = (sites: Readonly<Record<string, SiteConfig>>, env: Env): ChannelSecrets => {
  const keys = Object.entries(sites).flatMap(([site, { serverKeys }]) =>
    serverKeys.map((entry, n): ServerKey => {
      const named = typeof entry === 'object' && 'key' in entry ? entry : { name: `key-${n + 1}`, key: entry };
      const key = textOf(named.key, env);
      if (!keyPattern.test(key))
        throw new ConfigError(
          `${site}: the server key "${named.name}" must be sk_ and at least 32 of A-Z a-z 0-9 _ -.`,
        );
      return { site, name: named.name, key };
    }),
  );
  for (const [n, { key, site, name }] of keys.entries()) {
    const twin = keys.slice(0, n).find((other) => other.key === key || (other.site === site && other.name === name));
    if (twin) throw new ConfigError(`The server keys "${twin.name}" of ${twin.site} and "${name}" of ${site} are one.`);
  }
  const webhooksBySite = Object.fromEntries(
    Object.entries(sites).map(([site, { webhookSecret = [] }]) => {
      const secrets = (Array.isArray(webhookSecret) ? webhookSecret : [webhookSecret]).map((one) => textOf(one, env));
      refuseDevChannelKeys(secrets, env);
      return [site, secrets.map((text) => webhookKey(site, text))] as const;
    }),
  );
  refuseDevChannelKeys(
    keys.map(({ key }) => key),
    env,
  );
  return { keys, webhooksBySite };
};

const textOf = (entry: string | { readonly env: string }, env: Env): string => {
  if (typeof entry === 'string') return entry;
  const value = env[entry.env];
  if (!value) throw new ConfigError(`The environment variable ${entry.env} must hold a server key or webhook secret.`);
  return value;
};

const webhookKey = (site: string, text: string): Uint8Array => {
  const key = webhookPattern.test(text) ? Buffer.from(text.slice('whsec_'.length), 'base64') : Buffer.alloc(0);
  if (key.length < 24 || key.length > 64)
    throw new ConfigError(`${site}: a webhook secret is whsec_ and 24 to 64 bytes in base64.`);
  return key;
};
