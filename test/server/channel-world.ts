import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { SyncServerOptions } from '../../src/server/index.ts';
import { type HttpWorld, sites, startHttp } from './http-world.ts';

export const keyA = `sk_${'a'.repeat(40)}`;
export const keyB = `sk_${'b'.repeat(40)}`;
const secretOf = (name: string) => `whsec_${createHash('sha256').update(name).digest('base64')}`;
export const [hookA, hookOld, hookB] = ['a', 'old', 'b'].map(secretOf) as [string, string, string];

export const channelSites: SyncServerOptions['sites'] = {
  pk_a: { ...sites['pk_a'], serverKeys: [{ name: 'till-3', key: keyA }], webhookSecret: [hookA, hookOld] },
  pk_b: { ...sites['pk_b'], serverKeys: [keyB], webhookSecret: hookB },
};

/** A server whose sites have keys and webhooks. */
export const startChannels = (options: Partial<SyncServerOptions> = {}) =>
  startHttp({ sites: channelSites, ...options });

/** A request with a server key. */
export const withKey = (
  world: HttpWorld,
  path: string,
  { key = keyA, body, headers = {} }: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
) =>
  world.ask(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

export type Signing = { readonly secret?: string; readonly id?: string; readonly atMs?: number };

/** The headers of a webhook as the library of Standard Webhooks signs it. */
export const signed = (text: string, { secret = hookA, id = 'msg_1', atMs = Date.now() }: Signing = {}) => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(atMs / 1_000)),
  'webhook-signature': new Webhook(secret).sign(id, new Date(atMs), text),
});
