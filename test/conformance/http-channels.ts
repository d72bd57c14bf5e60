import { createHash, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Asker, ChannelReply, ChannelRequest } from '../../src/testing/conformance/channel-request.ts';

const key = `sk_${'c'.repeat(40)}`;
const hook = `whsec_${createHash('sha256').update('webhooks of the conformance site').digest('base64')}`;

/** What the site's configuration has for them. */
export const channelSecrets = { serverKeys: [{ name: 'till', key }], webhookSecret: hook };

const tokenMs = 900_000;

/** Asks a server over HTTP as a till, a desk or a bot, the customer, or the shop's own server with a signed webhook. */
export const createHttpChannels = ({
  url,
  site,
  now,
  sign,
}: {
  readonly url: string;
  readonly site: string;
  now(): number;
  /** A token with these claims, as the shop signs it. */
  sign(claims: object, until: { readonly issuedAtMs: number; readonly expiresAtMs: number }): Promise<string>;
}) => {
  const headersOf = async (by: Asker, text: string): Promise<Record<string, string>> => {
    if (by.kind === 'webhook') {
      const atMs = now();
      return {
        'webhook-id': by.id,
        'webhook-timestamp': String(Math.floor(atMs / 1_000)),
        'webhook-signature': new Webhook(hook).sign(by.id, new Date(atMs), text),
      };
    }
    if (by.kind === 'key') {
      return {
        authorization: `Bearer ${key}`,
        'relevo-channel': by.channel ?? 'server',
        ...(by.actor === undefined ? {} : { 'relevo-actor': by.actor }),
      };
    }
    const token =
      by.kind === 'agent'
        ? await sign({ sub: by.customer, act: { sub: by.actor }, collections: by.collections }, by)
        : await sign({ sub: by.customer }, { issuedAtMs: now(), expiresAtMs: now() + tokenMs });
    return { authorization: `Bearer ${token}`, 'relevo-site': site };
  };

  const wordsOf = (by: Asker, request: ChannelRequest): { readonly path: string; readonly body?: unknown } => {
    if ('read' in request) return { path: `/v1/customers/${request.of}/${request.read}` };
    if ('audit' in request) return { path: `/v1/customers/${request.audit}/audit` };
    if ('changes' in request) {
      const channel = by.kind === 'key' ? (by.channel ?? 'server') : 'agent';
      return { path: `/v1/customers/${request.of}/changes`, body: { channel, changes: request.changes } };
    }
    const { order } = request;
    const event = { type: 'order.completed', timestamp: new Date(now()).toISOString(), site, data: order };
    return { path: '/v1/orders/complete', body: by.kind === 'webhook' ? event : order };
  };

  return async (by: Asker, request: ChannelRequest): Promise<ChannelReply> => {
    const { path, body } = wordsOf(by, request);
    const text = body === undefined ? '' : JSON.stringify(body);
    const answer = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...(await headersOf(by, text)), 'idempotency-key': randomUUID() },
      ...(body === undefined ? {} : { body: text }),
    });
    return (await answer.json()) as ChannelReply;
  };
};
