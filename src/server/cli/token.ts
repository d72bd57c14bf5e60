import { ConfigError, readConfig, tokenRules } from '../config.ts';
import { devConfig, signToken } from './dev-site.ts';
import type { Env } from './main.ts';
import type { Settings } from './settings.ts';

/** Prints a token of one hour for a customer of a site whose secret the configuration has. */
export const token = async (settings: Settings, env: Env): Promise<number> => {
  const { sites } = settings.dev ? devConfig(env) : readConfig(settings.config);
  const key = settings.site ?? Object.keys(sites)[0] ?? '';
  const site = Object.hasOwn(sites, key) ? sites[key] : undefined;
  if (!site) throw new ConfigError(`The configuration has no site "${key}".`);
  if (!settings.customer) throw new ConfigError('Whose token? Pass --customer id.');
  const rules = tokenRules(site, env).find((rule) => 'secret' in rule);
  if (!rules) throw new ConfigError(`Site ${key} has no token secret; only its own sign-in can make tokens.`);
  console.log(await signToken({ rules, customer: settings.customer }));
  return 0;
};
