import type { CollectionConfig } from '../core/collection.ts';
import { isKey } from '../core/key.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { ConsentSettings, RelevoOptions } from './api.ts';
import { demandCollectionName } from './registers.ts';

type DeviceKind = 'personal' | 'shared' | 'kiosk';

const kinds: readonly unknown[] = ['personal', 'shared', 'kiosk'];
/** How long nobody may do anything at a kiosk. */
const idle = { leastMs: 5_000, usualMs: 120_000, mostMs: 3_600_000 };

export type Config = {
  readonly endpoint: string;
  readonly site: string;
  readonly channel: string;
  readonly deviceKind: DeviceKind;
  readonly keep: 'nothing' | 'cart-lines';
  readonly idleMs: number;
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
  demand(device && typeof device === 'object', '`device` is an object.');
  const { kind = 'shared', keep = 'nothing', idleMs = idle.usualMs } = device;
  demand(/^https?:\/\/[^?#\s]+$/.test(endpoint), '`endpoint` is an http(s) address.');
  demand(isKey(site), "`site` is the site's publishable key.");
  demand(isKey(channel) && channel.length <= 32, '`channel` is a short name.');
  demand(kinds.includes(kind), "`device.kind` is 'shared', 'personal' or 'kiosk'.");
  demand(keep === 'nothing' || keep === 'cart-lines', "`device.keep` is 'nothing' or 'cart-lines'.");
  demand(keep === 'nothing' || kind === 'personal', "`device.keep` is for a device of `kind: 'personal'`.");
  demand(
    typeof idleMs === 'number' && idleMs >= idle.leastMs && idleMs <= idle.mostMs,
    '`device.idleMs` is a number of milliseconds, 5000 to 3600000.',
  );
  demand(guest === 'synced' || guest === 'local', "`guest` is 'synced' or 'local'.");
  demand(getToken === undefined || typeof getToken === 'function', '`getToken` is a function.');
  for (const state of Object.values(consent))
    demand(['granted', 'denied', 'pending'].includes(state), "`consent` values are 'granted', 'denied' or 'pending'.");
  for (const name of Object.keys(collections)) demandCollectionName(name);
  return {
    endpoint: endpoint.replace(/\/+$/, ''),
    site,
    channel,
    deviceKind: kind,
    keep,
    idleMs,
    guest,
    consent,
    collections,
    getToken,
  };
};
