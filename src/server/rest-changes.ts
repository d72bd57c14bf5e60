import { after } from '../core/after.ts';
import { checkChange } from '../core/check-change.ts';
import { collectionShape, isKeptForLater, isOfServer } from '../core/collection.ts';
import { quantityOf } from '../core/counter.ts';
import { fitsKind, type Kind } from '../core/entry.ts';
import type { ErrorCode } from '../core/error-registry.ts';
import type { FieldMap } from '../core/field-map.ts';
import type { Flag } from '../core/flag.ts';
import { hashText } from '../core/hash.ts';
import { isKey } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import { type Line, lineKey } from '../core/line.ts';
import { parkedFor } from '../core/parked-line.ts';
import type { Register } from '../core/register.ts';
import type { Op } from '../protocol/messages.ts';
import type { ChangesReply, ChannelChange } from '../protocol/rest.ts';
import { applyChanges } from './apply-changes.ts';
import { hasConsent } from './consent.ts';
import { refuseGrowth } from './growth-limits.ts';
import type { Ids } from './ports.ts';
import { isLive } from './replicas.ts';
import type { SpaceWriter } from './space-writer.ts';

type Result = ChangesReply['results'][number];

export type Writer = {
  /** Whose replica it is: of a key, or of all agents. */
  readonly name: string;
  readonly actor: string;
  readonly channel: string;
  /** May it write what the server alone writes. */
  readonly isServer: boolean;
  /** Names the request: its changes have ids of it. */
  readonly request: string;
  /** The version of the space before the request. */
  readonly version: number;
};

/** Applies what another channel does, each change on what is there then: it has seen all of it. */
export const applyChannelChanges = async (
  space: SpaceWriter,
  changes: readonly ChannelChange[],
  { ids, ...writer }: Writer & { readonly ids: Pick<Ids, 'sha256'> },
): Promise<Result[]> => {
  const results: Result[] = [];
  for (const [index, change] of changes.entries())
    results.push(await applyOne(space, { change, index, ids, ...writer }));
  return results;
};

type One = Writer & { readonly change: ChannelChange; readonly index: number; readonly ids: Pick<Ids, 'sha256'> };

const rejected = (key: string, code: ErrorCode): Result => ({ key, status: 'rejected', code });

/** Looked at before the state is: one of another kind has no members of this one. */
const fits = (kind: Kind, { type }: ChannelChange): boolean => {
  // Nothing but what a line of the cart can have done to it: no page shows the rest.
  if (kind === 'line') return lineChanges.has(type);
  if (lineChanges.has(type)) return false;
  return kind === 'auth' ? type === 'put' : fitsKind(kind, type as 'put' | 'patch' | 'want');
};

const lineChanges: ReadonlySet<string> = new Set<ChannelChange['type']>(['add', 'set', 'remove', 'update']);

const applyOne = async (space: SpaceWriter, one: One): Promise<Result> => {
  const { change, ids } = one;
  const key = keyOf(change, ids);
  const { collection } = change;
  if (!isKey(key) || !isKey(collection)) return rejected(key, 'change/bad-key');
  const { kind, purpose } = collectionShape(collection, space.site.collections);
  if (isKeptForLater(collection) || !fits(kind, change)) return rejected(key, 'change/kind');
  if (isOfServer(collection) || (kind === 'auth' && !one.isServer)) return rejected(key, 'change/read-only');
  // Granting is the customer's alone; that it was withdrawn they may have said to the shop.
  if (collection === 'consent' && 'value' in change && change.value !== 'denied') return rejected(key, 'auth/scope');
  if (!(await hasConsent(space, purpose))) return rejected(key, 'consent/required');
  if (kind === 'auth') return putVerified(space, { ...one, key });
  const op = await toOp(space, { ...one, key });
  if (op === undefined) return rejected(key, 'change/unknown-line');
  const replica = await replicaOf(space, one);
  const q = ((await space.tx.replica(space.id, replica))?.last ?? 0) + 1;
  const i = hashText(ids.sha256, JSON.stringify([one.request, one.index]));
  const head = { q, i, a: 0, at: one.version, c: collection, k: key };
  const batch = { replica, channel: one.channel, actor: one.actor, low: Number.MAX_SAFE_INTEGER };
  const { acks } = await applyChanges(space, { ...batch, ops: [{ ...head, ...op } as Op] });
  const [, status, code] = acks[0] ?? [];
  if (status === 'ok' || status === 'dup') return { key, status: 'ok' };
  return { key, status: status === 'superseded' ? status : 'rejected', ...(typeof code === 'string' ? { code } : {}) };
};

const keyOf = (change: ChannelChange, ids: Pick<Ids, 'sha256'>): string => {
  if (change.type === 'add') return lineKey(ids.sha256, change.item);
  if ('key' in change) return change.key as string;
  const { line } = change as Extract<ChannelChange, { line: unknown }>;
  return typeof line === 'string' ? line : lineKey(ids.sha256, line);
};

/** The change as a device would send it that has everything; nothing when its line is not there. */
const toOp = async (space: SpaceWriter, { change, key }: One & { key: string }): Promise<object | undefined> => {
  const state = await space.state(change.collection, key);
  if (change.type === 'put') return { t: 'put', v: change.value, ...(state ? { bh: (state as Register).h } : {}) };
  if (change.type === 'patch') return { t: 'patch', f: change.fields, fb: stampsOf(state as FieldMap | undefined) };
  if (change.type === 'want') return { t: 'want', on: change.on, n: (state as Flag | undefined)?.n ?? 0 };
  const line = state as Line | undefined;
  const fb = stampsOf(line?.d);
  if (change.type === 'add') {
    const { sku, properties, seller, sellingPlan, title, price, url, image, quantity } = change.item;
    const parked = line && parkedFor(line) !== null ? null : undefined;
    const f = present({ sku, properties, seller, sellingPlan, title, price, url, image, parked });
    return { t: 'add', n: quantity, f, fb };
  }
  if (!line || quantityOf(line.q) === 0) return undefined;
  if (change.type === 'update') {
    const { title, price, url, image } = change.details;
    return { t: 'patch', f: present({ title, price, url, image }), fb };
  }
  const v = change.type === 'remove' ? 0 : Math.min(change.quantity, limits.maxQuantity);
  return { t: 'set', v, seen: line.q.p, g: line.q.o.length, bh: line.q.b[1] };
};

const present = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const stampsOf = (map: FieldMap | undefined) =>
  Object.fromEntries(Object.entries(map ?? {}).map(([field, [, stamp]]) => [field, stamp]));

/** What the server alone writes, written by the shop's own server. */
const putVerified = async (space: SpaceWriter, { change, key, request }: One & { key: string }): Promise<Result> => {
  if (change.type !== 'put') return rejected(key, 'change/kind');
  const refused = checkChange({ t: 'put', v: change.value });
  if (refused) return rejected(key, refused);
  const found = (await space.state(change.collection, key)) as Register | undefined;
  const state = found ?? { v: null, h: [0, 0, '', 0] as const };
  const next: Register = { v: change.value, h: after(state.h, [space.nowMs, 0, `srv:${request}`, 0]) };
  const tooMuch = refuseGrowth(space, { kind: 'auth', state, next, isNew: !found });
  if (tooMuch) return rejected(key, tooMuch);
  await space.put(change.collection, key, next);
  return { key, status: 'ok' };
};

/** A replica of its own for each key, and one for all agents; one that was retired is not taken up again. */
const replicaOf = async (space: SpaceWriter, { name, ids }: One): Promise<string> => {
  for (let text = name; ; ) {
    const id = `k_${hashText(ids.sha256, text)}`;
    const row = await space.tx.replica(space.id, id);
    if (!row || isLive(row)) return id;
    text = `${id} ${row.retiredAt}`;
  }
};
