import { RelevoError } from '../core/relevo-error.ts';
import { utf8Length } from '../core/utf8-length.ts';
import { cursorIncarnation, cursorVersion } from '../protocol/cursor.ts';
import type { SyncReply } from '../protocol/messages.ts';
import { protocolVersion } from '../protocol/version.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import type { Arrival } from './arrival.ts';
import { exchange, offline } from './exchange.ts';
import type { Model } from './model.ts';
import { listOffers } from './offer.ts';
import type { Config } from './options.ts';
import { type Batch, numberedOf, toOp } from './outbox.ts';
import type { Partition } from './partition.ts';
import type { Ports } from './ports.ts';
import { type OutEntry, owedTo, spaceOf } from './records.ts';
import { sdkVersion } from './sdk-version.ts';
import { createWants } from './wants.ts';

/** Why an answer is not waited for any longer: there may be another connection. */
export const cutOff = 'The connection is taken for dead.';

export type Requests = ReturnType<typeof createRequests>;

type Request = { readonly cur: string | null; readonly [field: string]: unknown };

/** What is said to the server, and its answers with all their pages. */
export const createRequests = ({
  ports,
  config,
  partition,
  wantsLive,
}: {
  ports: Ports;
  config: Config;
  partition: Partition;
  wantsLive(): boolean;
}) => {
  const { clock, transport } = ports;
  const wants = createWants();
  let nudge = (_oldestMs: number, _cause?: string): void => {};

  const base = (replica: string) => ({
    v: protocolVersion,
    site: config.site,
    sdk: sdkVersion,
    channel: config.channel,
    device: partition.device.id,
    r: replica,
  });

  const auth = (token: string | undefined) =>
    token ? { token } : { guest: partition.device.guest.id, secret: partition.device.guest.secret };

  const opsOf = (entries: readonly OutEntry[]) => entries.map((entry) => toOp(entry, partition.ageOf(entry)));

  const send = (request: Request): Promise<SyncReply> => {
    const startedAt = [clock.monotonic(), clock.now()] as const;
    // The larger of two clocks: the monotonic one may stand still while a device sleeps.
    const elapsedMs = () => Math.max(clock.monotonic() - startedAt[0], clock.now() - startedAt[1]);
    return new Promise((resolve, reject) => {
      nudge = (oldestMs, cause) => {
        if (elapsedMs() >= oldestMs) reject(offline({ cause }));
      };
      const { epoch } = partition.device;
      exchange(transport, request)
        .catch((error) => {
          // It may come when they have left, and what they could not send is held. Who is leaving does not wait for that.
          // What is held of a later stay of theirs is not meant.
          const theirs = epoch === partition.device.epoch && error.space;
          if (error.code === 'auth/revoked') partition.dropLeft([theirs, request['r']]).catch(() => {});
          throw error;
        })
        .then(resolve, reject);
    });
  };

  // What is undefined is not said.
  return {
    base,
    auth,
    opsOf,
    /** Asks the server for something when nothing waits to be sent. */
    ask: (want: object) => wants.ask(want, spaceOf(partition.device)),
    isAsking: wants.isAsking,
    asked: () => wants.next(spaceOf(partition.device)),
    /**
     * A request may hang on a connection that died while the device slept or was offline. When there is
     * reason to think so its answer is not waited for any longer; sending again is free of effect.
     */
    nudge: (oldestMs: number, cause?: string) => nudge(oldestMs, cause),
    requestOf(batch: Batch, token: string | undefined) {
      const { merging } = partition.device;
      const { cursor } = batch.space;
      return {
        ...base(batch.replica),
        auth: auth(token),
        cur: cursor,
        ops: opsOf(batch.entries),
        low: Math.min(cursorVersion(cursor), batch.low),
        claim:
          merging && token
            ? {
                guest: merging.id,
                secret: merging.secret,
                r: merging.replica,
                ops: opsOf(batch.owed ?? []),
                during: merging.during,
                also: merging.next && owedTo(partition.device).slice(1),
              }
            : undefined,
        live: wantsLive() || undefined,
      };
    },
    /**
     * One exchange with all its pages. The first page carries `request`, the others only pull. Nothing is sent any more
     * once it `isOver`; by default when whoever is here now has left, in this tab or in another.
     */
    async gather(
      request: Request,
      options: { space?: string; isOver?: () => boolean } = {},
    ): Promise<{ first: SyncReply; arrival: Arrival }> {
      const { epoch } = partition.device;
      const { space = spaceOf(partition.device), isOver = () => partition.isPassed(epoch) || partition.isLeaving } =
        options;
      if (partition.isLeaving && isOver()) throw new RelevoError('sync/abandoned');
      const first = await send(request);
      const rows = [...first.ent];
      const { claim: _, want: __, live: ___, ...rest } = request;
      // A restored server: what it may have lost is offered before anything made on top of it is sent.
      const { offer: head } = first;
      const offers =
        head === undefined
          ? []
          : await partition.read((tx) => listOffers(tx, space, { head, collections: config.collections }));
      let page = first;
      while (page.more || offers.length) {
        if (isOver()) throw new RelevoError('sync/abandoned');
        const offer = page.more ? undefined : offers.shift();
        page = await send({ ...rest, cur: page.cur, ops: [], offer }).catch((cause) => {
          // The guest is merged by now: what is refused behind that says nothing of it.
          throw request['claim'] ? offline({ cause }) : cause;
        });
        if (page.reset) throw offline({ cause: page.reset });
        rows.push(...page.ent);
      }
      const { from, acks, reset, fork, gap } = first;
      return {
        first,
        arrival: {
          from,
          cur: page.cur,
          isReset: !!reset,
          since: request.cur,
          restoredAt: first.offer === undefined ? undefined : first.now,
          isRenewal: !!fork || gap !== undefined,
          acks,
          rows,
        },
      };
    },
  };
};

/**
 * At the end of a page: the longest numbered run that fits a beacon, from memory and with the token
 * at hand. Nothing may be awaited here, and nothing is lost when it does not arrive.
 */
export const sendBeacon = ({
  ports,
  config,
  partition,
  model,
  requests,
  token,
}: {
  ports: Ports;
  config: Config;
  partition: Partition;
  model: Model;
  requests: Requests;
  token: string | undefined;
}): void => {
  if (partition.isMoving || partition.isPassed()) return;
  if (partition.device.customer ? !token : config.guest === 'local') return;
  const entries = model.pending.map(({ entry }) => entry);
  // A page of a kiosk is a device of its own, and gone with it: else each would stay among those of its customer.
  const isLast = config.deviceKind === 'kiosk' && !!partition.device.customer;
  const replica = entries.find(({ q }) => q)?.r ?? (isLast ? partition.space.replica : undefined);
  if (!replica) return;
  const ops = requests.opsOf(numberedOf(entries, replica));
  const body = () =>
    JSON.stringify({
      ...requests.base(replica),
      auth: requests.auth(token),
      low: Math.min(cursorVersion(partition.space.cursor), ...entries.map(({ at }) => at)),
      inc: cursorIncarnation(partition.space.cursor ?? '') || undefined,
      ops,
      want: isLast ? { signout: true } : undefined,
    });
  while (ops.length && utf8Length(body()) > wireLimits.maxBeaconBytes) ops.pop();
  if (ops.length || isLast) ports.transport.beacon('/v1/beacon', body());
};
