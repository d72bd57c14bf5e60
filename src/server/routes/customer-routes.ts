import { RelevoError } from '../../core/relevo-error.ts';
import { actorSchema, changesSchema, channelSchema, customerIdSchema } from '../../protocol/rest.ts';
import { type HttpRequest, jsonReply, type Trace } from '../http.ts';
import type { Once } from '../once.ts';
import type { Ids } from '../ports.ts';
import type { IdentifyChannel, Principal } from '../principal.ts';
import { readText, toJson, toShape } from '../read-body.ts';
import type { Asked, Rest } from '../rest.ts';
import type { Params, Route } from '../router.ts';

export type CustomerRouteOptions = {
  readonly rest: Rest;
  readonly identify: IdentifyChannel;
  readonly ids: Pick<Ids, 'sha256'>;
};

/** What other channels read and write of a customer. */
export const createCustomerRoutes = ({ rest, identify, ids }: CustomerRouteOptions): readonly Route[] => {
  const asked = async (
    request: HttpRequest,
    { params, trace }: { params: Params; trace: Trace },
  ): Promise<Asked & { readonly actor: string | undefined }> => {
    const by = await identify(request, trace);
    const actor = request.header('relevo-actor');
    return {
      by,
      customer: toShape(customerIdSchema, params['customer']),
      channel: toShape(channelSchema, request.header('relevo-channel') ?? usualChannel[by.kind]),
      actor: actor === undefined ? undefined : toShape(actorSchema, actor),
    };
  };

  return [
    {
      method: 'GET',
      path: '/v1/customers/{customer}/audit',
      isKeyed: true,
      run: async (request, at) => jsonReply(200, await rest.audit(await asked(request, at))),
    },
    {
      method: 'GET',
      path: '/v1/customers/{customer}/{collection}',
      isKeyed: true,
      async run(request, at) {
        const reply = await rest.read(await asked(request, at), at.params['collection'] ?? '');
        at.trace.rows = reply.entries.length;
        return jsonReply(200, reply);
      },
    },
    {
      method: 'POST',
      path: '/v1/customers/{customer}/changes',
      isKeyed: true,
      async run(request, at) {
        const from = await asked(request, at);
        const text = await readText(request);
        const { channel, actor, changes } = toShape(changesSchema, toJson(text));
        const once = onceOf(request, { by: from.by, customer: from.customer, text, ids });
        at.trace.changes = changes.length;
        return jsonReply(200, await rest.change({ ...from, channel, actor: actor ?? from.actor }, { changes, once }));
      },
    },
  ];
};

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
