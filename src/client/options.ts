import { type CollectionConfig, isReservedCollection } from '../core/collection.ts';
import { isKey } from '../core/key.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { ConsentSettings, RelevoOptions } from './api.ts';

export type Config = {
  readonly endpoint: string;
  readonly site: string;
  readonly channel: string;
  readonly deviceKind: 'personal' | 'shared';
  readonly guest: 'synced' | 'local';
  readonly consent: ConsentSettings;
  readonly collections: { readonly [name: string]: CollectionConfig };
  readonly getToken: RelevoOptions['getToken'];
};

/**
 * The options with their defaults.
 * @throws RelevoError `options/invalid`, naming the option and what it may be.
 */
export const parseOptions = (options: RelevoOptions): Config => {
  const demand = (holds: unknown, detail: string) => {
    if (!holds) throw new RelevoError('options/invalid', { detail });
  };
  demand(options && typeof options === 'object', 'createRelevo takes an object.');
  const {
    endpoint,
    site,
    channel = 'web',
    device = {},
    guest = 'synced',
    consent = {},
    collections = {},
    getToken,
  } = options;
  const { kind = 'shared' } = device;
  demand(/^https?:\/\/[^?#\s]+$/.test(endpoint), '`endpoint` is an http(s) address.');
  demand(isKey(site), "`site` is the site's publishable key.");
  demand(isKey(channel) && channel.length <= 32, '`channel` is a short name.');
  demand(kind === 'shared' || kind === 'personal', "`device.kind` is 'shared' or 'personal'.");
  demand(guest === 'synced' || guest === 'local', "`guest` is 'synced' or 'local'.");
  demand(getToken === undefined || typeof getToken === 'function', '`getToken` is a function.');
  for (const state of Object.values(consent))
    demand(['granted', 'denied', 'pending'].includes(state), "`consent` values are 'granted', 'denied' or 'pending'.");
  for (const name of Object.keys(collections))
    if (!isKey(name) || isReservedCollection(name)) throw new RelevoError('collection/bad-name', { detail: name });
  return {
    endpoint: endpoint.replace(/\/+$/, ''),
    site,
    channel,
    deviceKind: kind,
    guest,
    consent,
    collections,
    getToken,
  };
};
