import type { Asker, ChannelReply, ChannelRequest } from './channel-request.ts';

/** What the core of a sync server does for other channels. Written out: see `Limits` of the virtual host. */
export type ChannelCore = {
  readonly rest: {
    read(asked: Asked, collection: string): Promise<object>;
    audit(asked: Asked): Promise<object>;
    change(
      asked: Asked,
      request: { readonly changes: readonly object[]; readonly once: { readonly key: string; readonly hash: string } },
    ): Promise<object>;
  };
  readonly orders: {
    complete(
      by: {
        readonly site: string;
        readonly actor: string;
        readonly once?: { readonly key: string; readonly hash: string };
      },
      order: { readonly orderId: string; readonly channel: string },
    ): Promise<object>;
  };
};

type Principal =
  | { readonly kind: 'key'; readonly site: string; readonly actor: string }
  | {
      readonly kind: 'agent';
      readonly site: string;
      readonly customer: string;
      readonly actor: string;
      readonly collections: ReadonlySet<string>;
      readonly expiresAtMs: number;
      readonly isOver?: true;
    }
  | { readonly kind: 'customer'; readonly site: string; readonly customer: string };

type Asked = {
  readonly by: Principal;
  readonly customer: string;
  readonly channel: string;
  readonly actor?: string | undefined;
};

/** Asks a core what a server's HTTP side asks it once it knows who is there: nothing is signed here, as with tokens. */
export const askCore = async (
  core: ChannelCore,
  { site, nowMs, id }: { readonly site: string; readonly nowMs: number; readonly id: string },
  by: Asker,
  request: ChannelRequest,
): Promise<ChannelReply> => {
  const asked = (customer: string): Asked => ({
    by: principalOf(by, { site, nowMs }),
    customer,
    channel: by.kind === 'key' ? (by.channel ?? 'server') : by.kind === 'agent' ? 'agent' : 'web',
    actor: by.kind === 'key' ? by.actor : undefined,
  });
  const answer = (): Promise<object> => {
    if ('read' in request) return core.rest.read(asked(request.of), request.read);
    if ('audit' in request) return core.rest.audit(asked(request.audit));
    if ('changes' in request) {
      const { changes, of } = request;
      return core.rest.change(asked(of), { changes, once: { key: id, hash: JSON.stringify([of, changes]) } });
    }
    const hash = JSON.stringify(request.order);
    const reporter =
      by.kind === 'webhook'
        ? { site, actor: 'webhook', once: { key: `webhook ${by.id}`, hash } }
        : { site, actor: 'till' };
    return core.orders.complete(reporter, { channel: 'web', ...request.order });
  };
  try {
    return await answer();
  } catch (error) {
    // By its code: the core may have been built apart, with an error class of its own.
    const { code } = error as { readonly code?: string };
    if (code === undefined) throw error;
    return { code };
  }
};

const principalOf = (by: Asker, { site, nowMs }: { readonly site: string; readonly nowMs: number }): Principal => {
  if (by.kind === 'customer') return { kind: 'customer', site, customer: by.customer };
  if (by.kind !== 'agent') return { kind: 'key', site, actor: 'till' };
  const { kind, customer, actor, collections, expiresAtMs } = by;
  const isOver = expiresAtMs <= nowMs ? ({ isOver: true } as const) : {};
  return { kind, site, customer, actor, collections: new Set(collections), expiresAtMs, ...isOver };
};
