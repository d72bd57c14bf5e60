import { describe, expect, it } from 'vitest';
import type { Model, Pending } from '../../src/client/model.ts';
import type { Config } from '../../src/client/options.ts';
import type { Partition } from '../../src/client/partition.ts';
import type { HttpReply, Ports } from '../../src/client/ports.ts';
import { type OutEntry, rowKey, type Space } from '../../src/client/records.ts';
import { createRequests, sendBeacon } from '../../src/client/requests.ts';
import { sdkVersion } from '../../src/client/sdk-version.ts';
import type { Json } from '../../src/core/json.ts';
import { utf8Length } from '../../src/core/utf8-length.ts';
import { memoryStore } from '../../src/platform/memory-store.ts';
import { wireLimits } from '../../src/protocol/wire-limits.ts';
import { entry as outEntry } from './out-entries.ts';
import { standOf } from './world.ts';

const cursorAt = (version: number) => `data.0.0.${version}.mac`;
const fresh = (n: number): OutEntry => outEntry(n, { at: 20 });
const entry = (n: number, more: Partial<OutEntry> = {}): OutEntry => ({ ...fresh(n), r: 'phone', q: n, ...more });
const page = (version: number, more: object = {}) => ({
  from: 10,
  cur: cursorAt(version),
  head: 30,
  more: false,
  acks: [],
  ent: [],
  space: 's',
  now: 1,
  ...more,
});

const collections = { points: { kind: 'auth' } } as const;

type Setup = {
  readonly guest?: Config['guest'];
  readonly isMoving?: boolean;
  readonly isPassed?: boolean;
  readonly customer?: boolean;
  readonly merging?: boolean;
  readonly wantsLive?: boolean;
  readonly pending?: readonly OutEntry[];
  readonly replies?: readonly object[];
  readonly cursor?: string | null;
  readonly rows?: readonly (readonly [collection: string, key: string, version: number, state: Json])[];
};

/** Requests of a page whose server gives these replies in order, and then none. */
const setUp = (setup: Setup = {}) => {
  const { cursor = cursorAt(10) } = setup;
  const space: Space = { replica: 'phone', seq: 9, cursor, born: false };
  const sent: Record<string, unknown>[] = [];
  const beacons: { readonly path: string; readonly body: string }[] = [];
  const replies = [...(setup.replies ?? [])];
  const time = { wall: 7_000, mono: 5_000 };
  const ports = {
    clock: { now: () => time.wall, monotonic: () => time.mono },
    transport: {
      post: (_: string, body: string): Promise<HttpReply> => {
        sent.push(JSON.parse(body));
        const reply = replies.shift();
        return reply
          ? Promise.resolve({ status: 200, retryAfterMs: null, body: JSON.stringify(reply) })
          : new Promise(() => {});
      },
      beacon: (path: string, body: string) => void beacons.push({ path, body }),
    },
  } as unknown as Ports;
  const store = memoryStore();
  store.writeNow((setup.rows ?? []).map(([c, k, ...row]) => [rowKey('guest', c, k), row]));
  const partition = {
    read: store.read,
    isMoving: setup.isMoving ?? false,
    isPassed: () => setup.isPassed ?? false,
    device: {
      id: 'device',
      epoch: 1,
      guest: { id: 'guest', secret: 'secret' },
      ...(setup.customer ? { customer: { space: 'c', id: 'c' } } : {}),
      ...(setup.merging ? { merging: { id: 'before', secret: 'its-secret', replica: 'its-replica' } } : {}),
    },
    space,
    ageOf: ({ w }: OutEntry) => 100 - w,
  } as unknown as Partition;
  const config = { site: 'pk_world', channel: 'web', guest: setup.guest ?? 'sync', collections } as unknown as Config;
  const model = {
    pending: (setup.pending ?? []).map((one) => ({ entry: one }) as unknown as Pending),
  } as unknown as Model;
  const requests = createRequests({ ports, config, partition, wantsLive: () => setup.wantsLive ?? false });
  return {
    requests,
    sent,
    time,
    batch: (...entries: readonly OutEntry[]) => ({
      replica: 'phone',
      entries,
      space,
      left: 0,
      low: Math.min(...entries.map(({ at }) => at)),
      given: 0,
    }),
    beaconOf(token?: string) {
      sendBeacon({ ports, config, partition, model, requests, token });
      return beacons.map(({ path, body }) => ({ path, body: JSON.parse(body) }))[0];
    },
    beaconBytes: () => utf8Length(beacons[0]?.body ?? ''),
  };
};

const head = { v: 1, site: 'pk_world', sdk: sdkVersion, channel: 'web', device: 'device', r: 'phone' };

describe('a request', () => {
  it('of a guest has its proof, how far it is, and its changes with their age', () => {
    const { requests, batch } = setUp();
    expect(requests.requestOf(batch(entry(1), entry(2, { at: 7 })), undefined)).toEqual({
      ...head,
      auth: { guest: 'guest', secret: 'secret' },
      cur: cursorAt(10),
      low: 7,
      ops: [
        { t: 'add', n: 1, q: 1, i: 'change-1', a: 99, at: 20, c: 'cart', k: 'sofa' },
        { t: 'add', n: 1, q: 2, i: 'change-2', a: 98, at: 7, c: 'cart', k: 'sofa' },
      ],
    });
  });
  it('of a customer has the token', () => {
    const { requests, batch } = setUp({ customer: true });
    expect(requests.requestOf(batch(), 'eyJ').auth).toEqual({ token: 'eyJ' });
  });
  it('has no lower version than its cursor when its changes saw later ones', () => {
    const { requests, batch } = setUp();
    expect(requests.requestOf(batch(entry(1)), undefined).low).toBe(10);
    const empty = setUp({ cursor: null });
    expect(empty.requests.requestOf(empty.batch(entry(1)), undefined)).toMatchObject({ low: 0, cur: null });
  });
  it('claims the guest that is to be merged, with a token alone', () => {
    const { requests, batch } = setUp({ customer: true, merging: true });
    const claim = { guest: 'before', secret: 'its-secret', r: 'its-replica', ops: [] };
    expect(requests.requestOf(batch(), 'eyJ')).toMatchObject({ claim });
    expect(requests.requestOf(batch(), undefined).claim).toBeUndefined();
  });
  it('asks for the live channel when it is wanted', () => {
    const wanted = setUp({ wantsLive: true });
    expect(wanted.requests.requestOf(wanted.batch(), undefined)).toMatchObject({ live: true });
  });
});

describe('an exchange', () => {
  it('gathers the rows of all pages; the changes, the claim and the wishes go with the first alone', async () => {
    const acks = [['change-1', 'ok', 3]];
    const { requests, sent } = setUp({
      replies: [
        page(12, { more: true, ent: [['cart', 'a', 11, 1]], acks }),
        page(14, { more: true, ent: [['cart', 'b', 13, 2]], from: 12 }),
        page(16, { ent: [['cart', 'c', 15, 3]], from: 14 }),
      ],
    });
    const request = { ...head, cur: cursorAt(10), low: 3, ops: [1], claim: {}, want: {}, live: true };
    const { first, arrival } = await requests.gather(request);
    expect(first.cur).toBe(cursorAt(12));
    expect(arrival).toEqual({
      from: 10,
      cur: cursorAt(16),
      isReset: false,
      since: cursorAt(10),
      restoredAt: undefined,
      isRenewal: false,
      acks,
      rows: [
        ['cart', 'a', 11, 1],
        ['cart', 'b', 13, 2],
        ['cart', 'c', 15, 3],
      ],
    });
    expect(sent).toEqual([
      request,
      { ...head, low: 3, cur: cursorAt(12), ops: [] },
      { ...head, low: 3, cur: cursorAt(14), ops: [] },
    ]);
  });
  it.each<[string, object, object]>([
    ['a reset', { reset: 'horizon' }, { isReset: true, isRenewal: false }],
    ['a fork', { fork: true }, { isReset: false, isRenewal: true }],
    ['a gap', { gap: 4 }, { isReset: false, isRenewal: true }],
  ])('says of %s what it means', async (_, more, meaning) => {
    const { requests } = setUp({ replies: [page(12, more)] });
    expect((await requests.gather({ cur: null })).arrival).toMatchObject(meaning);
  });
  it('with a restored server offers the rows that are newer than its head, of those that a device may write', async () => {
    const { requests, sent } = setUp({
      rows: [
        ['points', 'sum', 12, 7],
        ['preferences', 'currency', 11, 'EUR'],
        ['preferences', 'locale', 10, 'de'],
      ],
      replies: [page(10, { reset: 'restored', offer: 10, now: 5_000 }), page(11)],
    });
    const { arrival } = await requests.gather({ ...head, cur: cursorAt(12), ops: [1] });
    expect(sent[1]).toEqual({
      ...head,
      cur: cursorAt(10),
      ops: [],
      offer: [['preferences', 'currency', 11, 'EUR']],
    });
    expect(arrival).toMatchObject({ isReset: true, restoredAt: 5_000, cur: cursorAt(11) });
  });
  it.each<[string, Setup, { isOver?: () => boolean }]>([
    ['has left', { isPassed: true }, {}],
    ['gives it up', {}, { isOver: () => true }],
  ])('asks for no further page when whoever asked %s', async (_, setup, options) => {
    const { requests, sent } = setUp({ ...setup, replies: [page(12, { more: true }), page(14)] });
    await expect(requests.gather({ cur: null }, options)).rejects.toMatchObject({ code: 'sync/abandoned' });
    expect(sent).toHaveLength(1);
  });
  it('whose later page begins anew is tried again as a whole', async () => {
    const { requests } = setUp({ replies: [page(12, { more: true }), page(14, { reset: 'erased' })] });
    await expect(requests.gather({ cur: null })).rejects.toMatchObject({ code: 'network/offline', retryable: true });
  });
  it('that may hang on a dead connection is given up when there is reason to, by either clock', async () => {
    for (const clock of ['wall', 'mono'] as const) {
      const { requests, time } = setUp();
      const hangs = requests.gather({ cur: null });
      time[clock] += 999;
      requests.nudge(1_000);
      expect(await standOf(hangs)).toBe('open');
      time[clock] += 1;
      requests.nudge(1_000);
      await expect(hangs).rejects.toMatchObject({ code: 'network/offline', retryable: true });
    }
  });
  it('that is not under way needs no nudge', () => {
    expect(() => setUp().requests.nudge(0)).not.toThrow();
  });
});

describe('a beacon', () => {
  it('carries what is numbered, in order, and the proof of who sends it', () => {
    const { beaconOf } = setUp({ pending: [fresh(9), entry(3), entry(2, { at: 4 })] });
    const { path, body } = beaconOf() ?? {};
    expect(path).toBe('/v1/beacon');
    expect(body).toEqual({
      ...head,
      auth: { guest: 'guest', secret: 'secret' },
      low: 4,
      inc: 'data',
      ops: [expect.objectContaining({ q: 2, a: 98 }), expect.objectContaining({ q: 3, a: 97 })],
    });
  });
  it('of a view that no server gave names no data set', () => {
    expect(Object.keys(setUp({ cursor: null, pending: [entry(1)] }).beaconOf()?.body)).not.toContain('inc');
  });
  it('is of one replica, the first', () => {
    const { beaconOf } = setUp({ pending: [entry(8, { r: 'older' }), entry(2), entry(9, { r: 'older' })] });
    expect(beaconOf()?.body).toMatchObject({ r: 'older', ops: [{ q: 8 }, { q: 9 }] });
  });
  it('of a customer has the token, and without one is not sent', () => {
    const customer = { customer: true, pending: [entry(1)] };
    expect(setUp(customer).beaconOf('eyJ')?.body.auth).toEqual({ token: 'eyJ' });
    expect(setUp(customer).beaconOf()).toBeUndefined();
  });
  it.each<[string, Setup]>([
    ['nothing is numbered', { pending: [fresh(1)] }],
    ['there is nothing', {}],
    ['the page is between two spaces', { isMoving: true, pending: [entry(1)] }],
    ['another tab signed in or out', { isPassed: true, pending: [entry(1)] }],
    ['guests are not synced', { guest: 'local', pending: [entry(1)] }],
  ])('is not sent when %s', (_, setup) => {
    expect(setUp(setup).beaconOf()).toBeUndefined();
  });
  it('of a customer is sent also where guests are not synced', () => {
    expect(setUp({ guest: 'local', customer: true, pending: [entry(1)] }).beaconOf('eyJ')).toBeDefined();
  });
  it('is as long as a beacon may be, and holds the first of what waits', () => {
    const value = (n: number, length: number) => entry(n, { x: { t: 'put', v: 'ä'.repeat(length) } });
    const { beaconOf, beaconBytes } = setUp({ pending: [value(1, 12_000), value(2, 12_000), value(3, 12_000)] });
    expect(beaconOf()?.body.ops.map(({ q }: { q: number }) => q)).toEqual([1, 2]);
    const rest = wireLimits.maxBeaconBytes - beaconBytes();
    const pad = (more: number) => [
      value(1, 12_000),
      entry(2, { x: { t: 'put', v: `${'ä'.repeat(12_000)}${'x'.repeat(rest + more)}` } }),
    ];
    expect(setUp({ pending: pad(0) }).beaconOf()?.body.ops).toHaveLength(2);
    expect(setUp({ pending: pad(1) }).beaconOf()?.body.ops).toHaveLength(1);
    expect(setUp({ pending: [value(1, 30_000)] }).beaconOf()).toBeUndefined();
  });
});
