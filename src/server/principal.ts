import { own } from '../core/own.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { ReadToken } from './auth.ts';
import type { ServerKey } from './channel-secrets.ts';
import { bearerOf, type HttpRequest, type Trace } from './http.ts';
import type { OriginRule } from './origins.ts';
import type { Ids, RateLimit } from './ports.ts';
import { takeAddress, takeRate } from './rate-limit.ts';
import type { Principal } from './who-asks.ts';

export type IdentifyChannel = (request: HttpRequest, trace: Trace) => Promise<Principal>;

/**
 * Says who asks, from the `Authorization` header.
 * @throws `auth/…`, `site/…`, `request/rate`, `request/malformed`
 */
export const createIdentifyChannel = ({
  keys,
  readToken,
  origins,
  ids,
  rateLimit,
}: {
  keys: readonly ServerKey[];
  readToken: ReadToken;
  /** By site key. */
  origins: Readonly<Record<string, OriginRule>>;
  ids: Pick<Ids, 'sha256'>;
  rateLimit: RateLimit | undefined;
}): IdentifyChannel => {
  // Looked up by its hash: how long that takes tells nothing of the key.
  const hash = (key: string) => Buffer.from(ids.sha256(key)).toString('hex');
  const byHash = new Map(keys.map((key) => [hash(key.key), key]));

  const byKey = (key: string, request: HttpRequest, trace: Trace): Principal => {
    if (request.header('origin') !== undefined) {
      takeAddress(rateLimit, request);
      throw new RelevoError('site/origin', { detail: 'A server key does not belong into a page.' });
    }
    const found = byHash.get(hash(key));
    if (!found) {
      takeAddress(rateLimit, request);
      throw new RelevoError('auth/key');
    }
    const { site, name } = found;
    trace.site = site;
    // Not of the address, nor of the customer: a busy till must not stop its customers' phones.
    takeRate(rateLimit, 'key', `${site}/${name}`);
    takeRate(rateLimit, 'site', site);
    return { kind: 'key', site, actor: name };
  };

  return async (request, trace) => {
    const bearer = bearerOf(request);
    if (bearer?.startsWith('sk_')) return byKey(bearer, request, trace);
    takeAddress(rateLimit, request);
    if (bearer === undefined) throw new RelevoError('auth/key', { detail: 'Send it as `Authorization: Bearer`.' });
    const site = request.header('relevo-site');
    if (site === undefined)
      throw new RelevoError('request/malformed', { detail: 'Relevo-Site: the site of the token.' });
    const isAllowed = own(origins, site);
    if (!isAllowed) throw new RelevoError('site/unknown');
    trace.site = site;
    const origin = request.header('origin');
    if (origin !== undefined && !isAllowed(origin)) throw new RelevoError('site/origin');
    takeRate(rateLimit, 'site', site);
    const { customer, expiresAtMs, agent, isOver } = await readToken(site, bearer);
    if (!agent) {
      if (isOver) throw new RelevoError('auth/expired', { retryable: true });
      takeRate(rateLimit, 'customer', `${site}/${customer}`);
      return { kind: 'customer', site, customer };
    }
    const { actor, collections } = agent();
    takeRate(rateLimit, 'customer', `${site}/${customer} by ${actor}`);
    return { kind: 'agent', site, customer, actor, collections, expiresAtMs, ...(isOver ? { isOver } : {}) };
  };
};
