import { RelevoError } from '../../core/relevo-error.ts';
import * as shapes from '../../protocol/rest.ts';
import type { Asked } from '../channel-access.ts';
import { type HttpRequest, jsonReply, type Trace } from '../http.ts';
import type { Once } from '../once.ts';
import { type About, type DescribedRoute, refusalsOfAll } from '../openapi.ts';
import type { Ids } from '../ports.ts';
import type { IdentifyChannel } from '../principal.ts';
import { readText, toJson, toShape } from '../read-body.ts';
import type { Rest } from '../rest.ts';
import type { Params } from '../router.ts';
import type { Principal } from '../who-asks.ts';

export type CustomerRouteOptions = {
  readonly rest: Rest;
  readonly identify: IdentifyChannel;
  readonly ids: Pick<Ids, 'sha256'>;
};

/** What other channels read and write of a customer. */
export const createCustomerRoutes = ({ rest, identify, ids }: CustomerRouteOptions): readonly DescribedRoute[] => {
  const asked = async (
    request: HttpRequest,
    { params, trace }: { params: Params; trace: Trace },
  ): Promise<Asked & { readonly actor: string | undefined }> => {
    const by = await identify(request, trace);
    const actor = request.header('relevo-actor');
    return {
      by,
      customer: toShape(shapes.customerIdSchema, params['customer']),
      channel: toShape(shapes.channelSchema, request.header('relevo-channel') ?? usualChannel[by.kind]),
      actor: actor === undefined ? undefined : toShape(shapes.actorSchema, actor),
    };
  };

  return [
    {
      method: 'GET',
      path: '/v1/customers/{customer}/audit',
      isKeyed: true,
      about: {
        ...ofAll,
        id: 'readAudit',
        summary: 'Who read and wrote, the latest first.',
        reply: { name: 'Audit', schema: shapes.auditReplySchema },
        security: ['serverKey', 'customerToken'],
        query: ['before'],
      },
      run: async (request, at) =>
        jsonReply(200, await rest.audit(await asked(request, at), { before: request.query('before') })),
    },
    {
      method: 'GET',
      path: '/v1/customers/{customer}/{collection}',
      isKeyed: true,
      about: {
        ...ofAll,
        id: 'readCollection',
        summary: 'What is there, the oldest first.',
        reply: { name: 'Entries', schema: shapes.entriesReplySchema },
        security: ['serverKey', 'agentToken'],
      },
      async run(request, at) {
        const reply = await rest.read(await asked(request, at), at.params['collection'] ?? '');
        at.trace.rows = reply.entries.length;
        return jsonReply(200, reply);
      },
    },
    {
      method: 'POST',
      path: '/v1/customers/{customer}/live',
      isKeyed: true,
      about: {
        ...ofAll,
        id: 'openLive',
        summary: 'A ticket for the live channel, which tells when to read again.',
        reply: { name: 'LiveTicket', schema: shapes.liveReplySchema },
        security: ['agentToken'],
      },
      run: async (request, at) => jsonReply(200, await rest.live(await asked(request, at))),
    },
    {
      method: 'POST',
      path: '/v1/customers/{customer}/changes',
      isKeyed: true,
      about: {
        ...ofAll,
        id: 'change',
        summary: 'Changes some entries, each answered by itself.',
        body: { name: 'Changes', schema: shapes.changesSchema },
        reply: { name: 'ChangesReply', schema: shapes.changesReplySchema },
        errors: [...ofAll.errors, 'request/idempotency'],
        security: ['serverKey', 'agentToken'],
        headers: [...ofAll.headers, 'Idempotency-Key'],
      },
      async run(request, at) {
        const from = await asked(request, at);
        const text = await readText(request);
        const { channel, actor, changes } = toShape(shapes.changesSchema, toJson(text));
        const once = onceOf(request, { by: from.by, customer: from.customer, text, ids });
        at.trace.changes = changes.length;
        return jsonReply(200, await rest.change({ ...from, channel, actor: actor ?? from.actor }, { changes, once }));
      },
    },
  ];
};

const ofAll = {
  errors: [
    ...refusalsOfAll,
    'auth/expired',
    'auth/signature',
    'auth/keys',
    'auth/scope',
    'auth/agent',
    'request/not-found',
    'site/unknown',
    'site/origin',
  ],
  headers: ['Relevo-Site', 'Relevo-Actor', 'Relevo-Channel'],
} as const satisfies Partial<About>;

const usualChannel: Readonly<Record<Principal['kind'], string>> = { key: 'server', agent: 'agent', customer: 'web' };

type Whose = {
  readonly by: Principal;
  readonly customer: string;
  readonly text: string;
  readonly ids: Pick<Ids, 'sha256'>;
};

/** Two who ask under the same key are two: each has keys of its own. */
const onceOf = (request: HttpRequest, { by, customer, text, ids }: Whose): Once => {
  const key = request.header('idempotency-key') ?? '';
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new RelevoError('request/malformed', {
      detail: 'Idempotency-Key: 1 to 255 visible characters, new for each.',
    });
  }
  const name = by.kind === 'key' ? by.actor : by.kind === 'agent' ? `${by.customer} ${by.actor}` : by.customer;
  return {
    key: JSON.stringify([by.kind, name, key]),
    hash: Buffer.from(ids.sha256(JSON.stringify([customer, text]))).toString('hex'),
  };
};
