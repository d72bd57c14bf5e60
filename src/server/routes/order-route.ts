import { z } from 'zod';
import { RelevoError } from '../../core/relevo-error.ts';
import { orderEventSchema, orderReplySchema, orderSchema } from '../../protocol/rest.ts';
import type { ChannelSecrets } from '../channel-secrets.ts';
import { type HttpRequest, jsonReply, type Trace } from '../http.ts';
import type { Once } from '../once.ts';
import { type DescribedRoute, refusalsOfAll } from '../openapi.ts';
import type { Orders } from '../orders.ts';
import type { Clock, Ids, RateLimit } from '../ports.ts';
import type { IdentifyChannel } from '../principal.ts';
import { takeAddress, takeRate } from '../rate-limit.ts';
import { readText, toJson, toShape } from '../read-body.ts';
import { isWebhook, verifyWebhook } from '../webhook.ts';

type Reporter = { readonly site: string; readonly actor: string; readonly once?: Once };

export type OrderRouteOptions = {
  readonly orders: Orders;
  readonly identify: IdentifyChannel;
  readonly webhooksBySite: ChannelSecrets['webhooksBySite'];
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'sha256'>;
  readonly rateLimit: RateLimit | undefined;
};

/** `POST /v1/orders/complete`: with a server key, or signed as a Standard Webhook. */
export const createOrderRoute = (options: OrderRouteOptions): DescribedRoute => {
  const { orders, identify, rateLimit } = options;

  const byKey = async (request: HttpRequest, trace: Trace): Promise<Reporter> => {
    const principal = await identify(request, trace);
    // A page reports its own customer's orders as changes; only the shop itself is believed.
    if (principal.kind !== 'key') throw new RelevoError('auth/scope');
    return principal;
  };

  const byWebhook = (
    request: HttpRequest,
    { text, body, trace }: { text: string; body: unknown; trace: Trace },
  ): Reporter => {
    const site = siteOf(body) ?? onlySite(options.webhooksBySite);
    // Which sites there are is not told to who has no secret.
    const secrets = Object.hasOwn(options.webhooksBySite, site) ? (options.webhooksBySite[site] ?? []) : [];
    const id = verifyWebhook(request, { text, secrets, nowMs: options.clock.now() });
    trace.site = site;
    takeRate(rateLimit, 'key', `${site}/webhook`);
    const hash = Buffer.from(options.ids.sha256(text)).toString('hex');
    return { site, actor: 'webhook', once: { key: `webhook ${id}`, hash } };
  };

  return {
    method: 'POST',
    path: '/v1/orders/complete',
    isKeyed: true,
    about: {
      id: 'completeOrder',
      summary: 'An order was placed: what it bought leaves the cart, once for each order id, on all devices.',
      body: {
        name: 'OrderReport',
        schema: z.union([orderSchema, orderEventSchema]),
        about: 'The order, or an event whose `data` it is: `order.completed`. Other events are ignored.',
      },
      reply: { name: 'OrderReply', schema: orderReplySchema },
      errors: [
        ...refusalsOfAll,
        'auth/scope',
        'site/origin',
        'checkout/unknown',
        'request/idempotency',
        'webhook/signature',
        'webhook/time',
      ],
      security: ['serverKey', 'webhook'],
      headers: ['webhook-id', 'webhook-timestamp'],
    },
    async run(request, { trace }) {
      const keyed = isWebhook(request) ? undefined : await byKey(request, trace);
      // What is signed has to be read first: that is what a flood would cost.
      if (!keyed) takeAddress(rateLimit, request);
      const text = await readText(request);
      const body = toJson(text);
      const by = keyed ?? byWebhook(request, { text, body, trace });
      const order = isEvent(body) ? orderOfEvent(body) : body;
      if (order === undefined) return jsonReply(200, { status: 'ignored', taken: [], left: [] });
      return jsonReply(200, await orders.complete(by, toShape(orderSchema, order)));
    },
  };
};

const isEvent = (body: unknown): body is { readonly type: unknown } =>
  typeof body === 'object' && body !== null && 'type' in body;

/** What an event tells; nothing when it is another one. A payment that failed empties no cart. */
const orderOfEvent = (body: unknown): unknown => {
  const { type, data } = toShape(orderEventSchema, body);
  return type === 'order.completed' ? data : undefined;
};

const named = z.object({ site: z.string() });

/** Read before anything is proven, to choose among the secrets and for nothing else. */
const siteOf = (body: unknown): string | undefined => {
  const found = z.union([named, z.object({ data: named })]).safeParse(body);
  if (!found.success) return undefined;
  return 'site' in found.data ? found.data.site : found.data.data.site;
};

const onlySite = (webhooksBySite: ChannelSecrets['webhooksBySite']): string => {
  const sites = Object.keys(webhooksBySite).filter((site) => webhooksBySite[site]?.length);
  const [only] = sites;
  if (only === undefined || sites.length > 1) throw new RelevoError('request/malformed', { detail: 'site: whose.' });
  return only;
};
