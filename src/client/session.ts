import type { Json } from '../core/json.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Receipt } from '../core/receipt.ts';
import { emptyCounter } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { zeroStamp } from '../core/stamp.ts';
import { cursorVersion } from '../protocol/cursor.ts';
import type { Ack, SyncReply } from '../protocol/messages.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import type { CartLine, SignOutResult } from './api.ts';
import type { Disk } from './disk.ts';
import { exchange, refusalStatus } from './exchange.ts';
import type { Events } from './events.ts';
import type { Model } from './model.ts';
import type { Config } from './options.ts';
import { type Batch, formBatch, listOut, rehome, toOp } from './outbox.ts';
import type { Arrival, Partition } from './partition.ts';
import type { Ports } from './ports.ts';
import { type Device, outKey, rowKey, type Space, spaceOf } from './records.ts';
import type { Sync } from './sync.ts';
import { subjectOf, type Tokens } from './tokens.ts';

const flushMs = 3_000;

export type Session = ReturnType<typeof createSession>;

/** Who uses this device: signing in, signing out, and what becomes of the state. One at a time, in the order called. */
export const createSession = ({ ports, config, disk, partition, model, sync, tokens, events, lines, on }: {
  ports: Ports;
  config: Config;
  disk: Disk;
  partition: Partition;
  model: Model;
  sync: Sync;
  tokens: Tokens;
  events: Events;
  /** The cart as shown. */
  lines(): readonly CartLine[];
  on: { changed(cause: 'restore' | 'merge' | 'signout'): void };
}) => {
  const { clock, ids, transport } = ports;
  let queue: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(body: () => Promise<T>): Promise<T> => {
    const turn = queue.then(body);
    queue = turn.catch(() => {});
    return turn;
  };

  const signIn = (token: string): Promise<{ receipt: Receipt | null }> => {
    if (typeof token !== 'string' || !token) throw new RelevoError('auth/bad-token');
    return inTurn(async () => {
      const sub = subjectOf(ids, token);
      const { customer } = partition.device;
      if (customer && customer.sub === sub && sub !== undefined) {
        tokens.set(token);
        await partition.unlock();
        sync.seekLive();
        void sync.wake();
        on.changed('restore');
        return { receipt: null };
      }
      if (customer) await leave('flush');
      return enter(token, sub);
    });
  };

  /** The guest becomes the customer: one request signs in, merges and restores. */
  const enter = async (token: string, sub: string | undefined): Promise<{ receipt: Receipt | null }> => {
    let answer: SyncReply | undefined;
    await sync.alone(async () => {
      try {
        answer = await claim(token, sub, true);
      } catch (error) {
        await unmark();
        if ((error as RelevoError).code !== 'auth/guest-claimed') throw error;
        // Another customer took this guest (a copied device): what it held is theirs. Sign in without it.
        answer = await claim(token, sub, false);
      }
    });
    if (!answer) throw new RelevoError('sync/abandoned');
    const customerId = answer.customer ?? '';
    events.emit('signin', { customerId });
    if (answer.receipt) events.emit('merge', { receipt: answer.receipt });
    events.emit('restore', { lines: lines() });
    on.changed(answer.receipt ? 'merge' : 'restore');
    sync.setConnection('online');
    if (answer.live) sync.connectLive(answer.live.ticket);
    void sync.wake();
    return { receipt: answer.receipt ?? null };
  };

  const mark = (claimAt: number | undefined) => {
    const { claimAt: _, ...rest } = partition.device;
    return claimAt === undefined ? rest : { ...rest, claimAt };
  };

  const unmark = async () => {
    await partition.fenced(partition.device.epoch, async (tx) => partition.putDevice(tx, mark(undefined)));
    partition.setDevice(mark(undefined));
  };

  /** The guest's last changes, numbered; those before the last hundred go ahead as an ordinary exchange. */
  const lastBatch = async (): Promise<Batch> => {
    for (;;) {
      await partition.settled();
      const batch = await partition.batch(wireLimits.maxBatchChanges);
      if (!batch) throw new RelevoError('sync/abandoned');
      if (!batch.left) return batch;
      const { epoch, guest } = partition.device;
      const { first, arrival } = await sync.gather({
        ...sync.base(batch.replica),
        auth: { guest: guest.id, secret: guest.secret },
        cur: batch.space.cursor,
        low: cursorVersion(batch.space.cursor),
        ops: opsOf(batch),
      });
      await partition.apply(epoch, arrival, { renew: !!first.fork || first.gap !== undefined });
    }
  };

  const opsOf = (batch: Batch) => batch.entries.map((entry) => toOp(entry, partition.ageOf(entry)));

  const claim = async (token: string, sub: string | undefined, withGuest: boolean): Promise<SyncReply> => {
    const { epoch, guest } = partition.device;
    const batch = await lastBatch();
    const hasState = withGuest && (batch.entries.length > 0 || batch.space.cursor !== null || model.rows.size > 0);
    const replica = ids.random();
    if (hasState) {
      await partition.fenced(epoch, async (tx) => partition.putDevice(tx, mark(clock.now())), { durability: 'strict' });
      partition.setDevice(mark(clock.now()));
    }
    const { first, arrival } = await sync.gather({
      ...sync.base(replica),
      auth: { token },
      cur: null,
      low: 0,
      ops: [],
      ...(hasState ? { claim: { guest: guest.id, secret: guest.secret, r: batch.replica, ops: opsOf(batch) } } : {}),
      ...(sync.wantsLive() ? { live: true } : {}),
    });
    await partition.settled();
    if (first.customer === undefined) throw new RelevoError('network/offline', { retryable: true });
    await settleIn({ token, sub, epoch, replica, guestReplica: batch.replica, first, arrival });
    return first;
  };

  /** What a guest shows, frozen for as long as the server owes the merge. */
  const frozenLines = () =>
    lines().map((line): [string, Line] => {
      const { key, quantity, channel: _, updatedAt: __, merging: ___, ...details } = line;
      const fields = Object.entries(details).map(([name, value]) => [name, [value as Json, zeroStamp]]);
      return [key, { q: { ...emptyCounter, b: [quantity, zeroStamp, 0] }, d: Object.fromEntries(fields) }];
    });

  const settleIn = async ({ token, sub, epoch, replica, guestReplica, first, arrival }: {
    token: string;
    sub: string | undefined;
    epoch: number;
    replica: string;
    guestReplica: string;
    first: SyncReply;
    arrival: Arrival;
  }) => {
    const { device } = partition;
    const isWaiting = first.claim === 'waiting';
    const customer = { space: first.space, id: first.customer ?? '', ...(sub === undefined ? {} : { sub }) };
    const next: Device = {
      id: device.id,
      epoch: epoch + 1,
      guest: device.guest,
      customer,
      ...(isWaiting ? { merging: { ...device.guest, replica: guestReplica } } : {}),
    };
    const space: Space = { replica, seq: 0, cursor: arrival.cur, born: false };
    const acked = new Map((first.claimAcks ?? []).map((ack): [string, Ack] => [ack[0], ack]));
    const frozen = isWaiting ? frozenLines() : [];
    const merged = new Map(arrival.rows.filter(([collection]) => collection === 'cart').map(([, key, , state]) => [key, state as unknown as Line]));
    const isDone = await partition.fenced(
      epoch,
      async (tx) => {
        const left = (await listOut(tx, device.guest.id)).filter((entry) => !acked.has(entry.i));
        for (const table of ['row', 'out', 'space', 'order']) tx.deleteAll([table, device.guest.id]);
        for (const [key, line] of frozen) tx.put(rowKey(device.guest.id, 'cart', key), [1, line] as unknown as Json);
        for (const [collection, key, version, state] of arrival.rows)
          if (state !== null) tx.put(rowKey(customer.space, collection, key), [version, state]);
        const moved = rehome(left, { version: cursorVersion(arrival.cur), replica, line: (key) => merged.get(key) });
        for (const entry of moved) tx.put(outKey(customer.space, entry), entry as unknown as Json);
        partition.putSpace(tx, customer.space, space);
        partition.putDevice(tx, next);
        return true;
      },
      { durability: 'strict' },
    );
    if (!isDone) throw new RelevoError('sync/abandoned');
    tokens.set(token);
    sync.leave();
    partition.settle(acked);
    partition.become(next, space, true);
    await partition.reload();
  };

  /**
   * Signing out always ends signed out. The view is empty before anything is awaited; then the old
   * space gets three seconds to reach the server, by a handle that can only delete what was
   * acknowledged; then a personal device holds what is left, unreadable, and a shared one drops it.
   */
  const leave = async (unsynced: 'flush' | 'drop'): Promise<SignOutResult> => {
    const { device, space } = partition;
    const old = device.customer?.space;
    if (!old) return { unsynced: 0, outcome: 'flushed' };
    const token = tokens.peek();
    const limbo = partition.isLocked ? model.pending : [];
    const mine = partition.isLocked ? [] : model.pending;
    const next: Device = { id: device.id, epoch: device.epoch + 1, guest: partition.newGuest(), closing: old };
    const nextSpace = partition.newSpace(true);
    tokens.set(undefined);
    sync.leave();
    partition.become(next, nextSpace, false);
    model.replace({ rows: new Map(), pending: limbo });
    on.changed('signout');
    await disk.write(
      async (tx) => {
        for (const { entry, isStored, held } of mine) if (!isStored && !held) tx.put(outKey(old, entry), entry as unknown as Json);
        partition.putDevice(tx, next);
        partition.putSpace(tx, next.guest.id, nextSpace);
      },
      { durability: 'strict' },
    );
    partition.tell('epoch');
    const acked = new Set<string>();
    if (token) await within(flushMs, farewell({ old, space, token, isFlush: unsynced === 'flush', acked }));
    const isHolding = config.deviceKind === 'personal' && unsynced === 'flush';
    const { closing: _, ...closed } = next;
    const left = await disk.write(
      async (tx) => {
        const count = (await listOut(tx, old)).length;
        for (const table of ['row', 'order', ...(isHolding && count ? [] : ['out', 'space'])]) tx.deleteAll([table, old]);
        if (device.merging) tx.deleteAll(['row', device.merging.id]);
        const now = (await tx.get(['device'])) as Device | undefined;
        if (now?.epoch === next.epoch) partition.putDevice(tx, closed);
        return count;
      },
      { durability: 'strict' },
    );
    if (partition.device.epoch === next.epoch) partition.setDevice(closed);
    for (const pending of mine) {
      if (acked.has(pending.entry.i)) pending.synced.resolve();
      const gone = new RelevoError('sync/abandoned');
      pending.synced.reject(gone);
      pending.saved.reject(gone);
    }
    events.emit('signout', { unsynced: left });
    return { unsynced: left, outcome: left ? (isHolding ? 'held' : 'dropped') : 'flushed' };
  };

  const within = (ms: number, work: Promise<void>): Promise<void> =>
    new Promise((done) => {
      const cancel = clock.timer(ms, done);
      work
        .catch(() => {})
        .finally(() => {
          cancel();
          done();
        });
    });

  /** Brings what is left of a space being left to the server, and tells it that this device has signed out. */
  const farewell = async ({ old, space, token, isFlush, acked }: { old: string; space: Space; token: string; isFlush: boolean; acked: Set<string> }) => {
    for (let isMore = true; isMore; ) {
      const batch = await disk.write(async (tx) => {
        const found = ((await tx.get(['space', old])) as Space | undefined) ?? space;
        return formBatch(tx, old, found, { maxChanges: isFlush ? wireLimits.maxBatchChanges : 0, isHeld: () => false });
      });
      isMore = isFlush && batch.left > 0;
      const reply = await exchange(transport, {
        ...sync.base(batch.replica),
        auth: { token },
        cur: batch.space.cursor,
        low: cursorVersion(batch.space.cursor),
        ops: opsOf(batch),
        ...(isMore ? {} : { want: { signout: true } }),
      });
      const done = new Set(reply.acks.map((ack) => ack[0]));
      if (!done.size) isMore = false;
      await disk.write(async (tx) => {
        for (const entry of batch.entries) if (done.has(entry.i)) tx.delete(outKey(old, entry));
      });
      for (const id of done) acked.add(id);
    }
  };

  /** The guest's space is gone or somebody else's: a new guest takes over the changes that nobody has. */
  const renewGuest = async () => {
    const { device } = partition;
    const next: Device = { id: device.id, epoch: device.epoch + 1, guest: partition.newGuest() };
    const space = partition.newSpace(true);
    await partition.fenced(device.epoch, async (tx) => {
      const left = rehome(await listOut(tx, device.guest.id), { version: 0, replica: space.replica, line: () => undefined });
      for (const table of ['row', 'out', 'space', 'order']) tx.deleteAll([table, device.guest.id]);
      for (const entry of left) tx.put(outKey(next.guest.id, entry), entry as unknown as Json);
      partition.putDevice(tx, next);
      partition.putSpace(tx, next.guest.id, space);
    });
    partition.become(next, space, false);
    await partition.reload();
    on.changed('signout');
  };

  return {
    signIn,
    signOut: (options: { unsynced?: 'flush' | 'drop' } = {}) => inTurn(() => leave(options.unsynced ?? 'flush')),
    /** The server no longer lets this device read the space. */
    lost: async (code: string): Promise<void> => {
      if (partition.device.customer) await leave('drop');
      else await renewGuest();
      events.emit('error', { code, message: new RelevoError(code).message });
    },
    /** The merge that the server owed is done. */
    merged: async (receipt: Receipt | undefined): Promise<void> => {
      const { merging, ...device } = partition.device;
      if (!merging) return;
      await partition.rehomeWaiting((tx) => {
        tx.deleteAll(['row', merging.id]);
        partition.putDevice(tx, device);
      });
      partition.setDevice(device);
      await partition.reload();
      if (receipt) events.emit('merge', { receipt });
      on.changed('merge');
    },
    /** Follows what the page says about its customer: a token, or signed out. */
    follow(answer: string | null) {
      if (answer !== null) {
        const { customer } = partition.device;
        if (customer && subjectOf(ids, answer) === customer.sub) tokens.set(answer);
        return signIn(answer);
      }
      return partition.device.customer ? inTurn(() => leave('flush')) : Promise.resolve();
    },
    refused: (error: unknown) => refusalStatus(error) === 401,
  };
};
