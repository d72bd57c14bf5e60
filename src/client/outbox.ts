import { hashText, type Sha256 } from '../core/hash.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import type { RelevoError } from '../core/relevo-error.ts';
import { laterStamp, type Stamp } from '../core/stamp.ts';
import type { Ack } from '../protocol/messages.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import type { ReadTx, WriteTx } from './ports.ts';
import { type Device, isUnplaced, type OutEntry, outKey, rowKey, type Space, type StoredRow } from './records.ts';

/** The entries of spaces that the server does not have yet, of each in the order they were made. */
export const listOut = async (tx: Pick<WriteTx, 'list'>, ...spaces: readonly string[]): Promise<OutEntry[]> =>
  (await Promise.all(spaces.map((id) => tx.list(['out', id])))).flat().map(([, value]) => value as unknown as OutEntry);

/** These stand in the outbox as they are now. `there`: what stands there so already. */
export const putOut = (tx: WriteTx, space: string, entries: readonly OutEntry[], there?: readonly OutEntry[]): void => {
  for (const entry of entries) if (!there?.includes(entry)) tx.put(outKey(space, entry), entry as unknown as Json);
};

export type Batch = {
  readonly replica: string;
  readonly entries: readonly OutEntry[];
  readonly space: Space;
  readonly left: number;
  /** Something waits to be told what it meets, which the answer to this will say: nothing is asked for ahead of it. */
  readonly isBlind?: boolean;
  /** What the claim of a guest whose merge is owed has still to carry. */
  readonly owed?: readonly OutEntry[];
  /** The oldest view that anything unsent was made on; infinite without any. */
  readonly low: number;
  /** The last number that was given before: what has a later one is sent for the first time. */
  readonly given: number;
};

/** A guest who did nothing: it is not announced to the server. */
export const isUnheardOf = ({ entries, space }: Batch, { customer }: Device): boolean =>
  !entries.length && space.born && !customer;

/**
 * Numbers what may be sent next, in the caller's transaction, and gives it: a number is sent only
 * once it is committed. One batch is of one replica; what was numbered under an older one goes first.
 */
export const formBatch = async (
  tx: WriteTx,
  spaceId: string,
  space: Space,
  options: {
    maxChanges: number;
    /** Of one without a number. */
    isHeld(entry: OutEntry): boolean;
    /** Guests whose merge is owed: where their cart goes on, what their copies have already is not sent. */
    owed: readonly string[];
  },
): Promise<Batch> => {
  const out = await listOut(tx, spaceId);
  // The server takes the numbers of a replica in their order alone: where one of them waits all of them do. Others do not.
  const doubted = out.filter(({ copied }) => copied?.some((id) => options.owed.includes(id))).map(({ r }) => r);
  const all = out.filter((entry) =>
    entry.q ? entry.r === space.replica || !doubted.includes(entry.r) : !options.isHeld(entry),
  );
  // What is only asked is of the replica of now.
  const first = options.maxChanges ? all.find((entry) => entry.q) : undefined;
  const replica = first?.r ?? space.replica;
  const numbered = numberedOf(all, replica);
  const number = createNumbers(tx, spaceId, { replica, numbered });
  const entries: OutEntry[] = [];
  let bytes = 0;
  let { seq } = space;
  for (const entry of replica === space.replica ? [...numbered, ...freshOf(all)] : numbered) {
    bytes += JSON.stringify(entry).length * 2;
    if (entries.length >= options.maxChanges || (entries.length && bytes > wireLimits.maxBatchBytes)) break;
    if (entry.q) {
      entries.push(entry);
      continue;
    }
    entries.push(await number(entry, ++seq));
  }
  const after = seq === space.seq ? space : { ...space, seq };
  if (after !== space) tx.put(['space', spaceId], after);
  return {
    replica,
    entries,
    space: after,
    left: all.length - entries.length,
    low: Math.min(...out.map(({ at }) => at)),
    given: space.seq,
  };
};

/** What a replica has numbered, in the order that the server demands. */
export const numberedOf = (entries: readonly OutEntry[], replica: string): OutEntry[] =>
  entries.filter(({ q, r }) => q && r === replica).sort((a, b) => (a.q ?? 0) - (b.q ?? 0));

/** Consent before anything else: what it forbids must not arrive ahead of it. */
const freshOf = (out: readonly OutEntry[]): OutEntry[] =>
  out.filter(({ q }) => !q).sort((a, b) => Number(b.c === 'consent') - Number(a.c === 'consent'));

const createNumbers = (
  tx: WriteTx,
  spaceId: string,
  { replica, numbered }: { replica: string; numbered: readonly OutEntry[] },
) => {
  const counts = new Map<string, number>();
  for (const { k, to = 0 } of numbered) counts.set(k, Math.max(counts.get(k) ?? 0, to));
  /** Where an add leads to is known now only: later rows may hold it though its answer was lost. */
  const countOf = async ({ k, x }: OutEntry): Promise<{ to?: number }> => {
    if (x.t !== 'add') return {};
    const known = counts.get(k) ?? 0;
    const to = Math.max(await confirmedCount(tx, spaceId, { key: k, replica }), known) + x.n;
    counts.set(k, to);
    return { to };
  };
  return async (entry: OutEntry, q: number): Promise<OutEntry> => {
    const next = { ...entry, r: replica, q, ...(await countOf(entry)) };
    putOut(tx, spaceId, [next]);
    return next;
  };
};

/**
 * Numbers all that a space has; gives its record. Held over a sign-out, a change may be in another store as well, of a
 * page that goes on in memory or one that it left: both send it by the same name.
 */
export const numberAll = async (tx: WriteTx, spaceId: string, { seq, ...space }: Space): Promise<Space> => {
  const out = await listOut(tx, spaceId);
  const numbered = numberedOf(out, space.replica);
  const number = createNumbers(tx, spaceId, { ...space, numbered });
  // What was made on nothing known is not sent before it is known what it meets.
  for (const entry of freshOf(out)) if (!isUnplaced(entry)) await number(entry, ++seq);
  return { ...space, seq };
};

/** How much a replica has added to a line, as far as this device has been told. */
export const confirmedCount = async (
  tx: ReadTx,
  space: string,
  { key, replica }: { key: string; replica: string },
): Promise<number> => {
  const row = (await tx.get(rowKey(space, 'cart', key))) as StoredRow | undefined;
  return own((row?.[1] as unknown as Line | undefined)?.q.p ?? {}, replica) ?? 0;
};

/** How old a change was at a time of the server's. Once said, it stays. */
export const asOf = (entry: OutEntry, now: number, ageOf: (entry: OutEntry) => number): NonNullable<OutEntry['as']> =>
  entry.as ?? [now, Math.ceil(ageOf(entry))];

/** The first numbered change keeps its number and does nothing any more; gives what it was. */
export const voidFirst = async (tx: WriteTx, spaceId: string): Promise<OutEntry | undefined> => {
  const entry = (await listOut(tx, spaceId)).find(({ q }) => q);
  if (!entry || entry.x.t === 'nop') return undefined;
  voidEntry(tx, spaceId, entry);
  return entry;
};

export const voidEntry = (tx: WriteTx, spaceId: string, entry: OutEntry): void =>
  putOut(tx, spaceId, [{ ...entry, x: { t: 'nop' } }]);

/** What a replica has numbered goes, sent or not: gives what that was. */
export const dropNumbered = async (tx: WriteTx, spaceId: string, replica: string): Promise<OutEntry[]> => {
  const numbered = numberedOf(await listOut(tx, spaceId), replica);
  for (const entry of numbered) tx.delete(outKey(spaceId, entry));
  return numbered;
};

/** A change on the wire. */
export const toOp = (entry: OutEntry, ageMs: number) => ({
  ...entry.x,
  q: entry.q ?? 0,
  i: entry.i,
  a: entry.as?.[1] ?? ageMs,
  ...(entry.as && { as: entry.as[0] }),
  ...(entry.as && entry.to !== undefined && entry.x.t === 'add' && { to: entry.to }),
  at: entry.at,
  c: entry.c,
  k: entry.k,
  ...(entry.again && { again: true }),
  ...(entry.late && { late: true }),
});

/** Later changes of the same entry have seen the stamp that this acknowledgement names. */
export const raiseBases = (entries: readonly OutEntry[], acked: OutEntry, ack: Ack): readonly OutEntry[] => {
  const base = Array.isArray(ack[2]) ? (ack[2] as Stamp) : undefined;
  const details = (ack[3] as Stamp | undefined) ?? base;
  const fields = 'f' in acked.x && details ? Object.keys(acked.x.f ?? {}) : [];
  return entries.map((entry) => {
    if (entry.c !== acked.c || entry.k !== acked.k) return entry;
    let { x } = entry;
    if (base && (x.t === 'put' || x.t === 'set') && acked.x.t === x.t)
      x = { ...x, bh: x.bh ? laterStamp(x.bh, base) : base };
    if (details && 'f' in x && x.f) {
      const fb: Record<string, Stamp> = { ...x.fb };
      for (const field of fields) if (field in x.f) fb[field] = laterStamp(fb[field] ?? details, details);
      x = { ...x, fb };
    }
    return x === entry.x ? entry : { ...entry, x };
  });
};

/** `seen` under another replica: what was acknowledged stays with the old id, the rest moves to the new. */
const moveSeen = (seen: { readonly [replica: string]: number }, from: string, to: string, acknowledged: number) => {
  const own = seen[from] ?? 0;
  const { [from]: _, ...others } = seen;
  return {
    ...others,
    ...(acknowledged && own && { [from]: Math.min(own, acknowledged) }),
    ...(own > acknowledged && { [to]: (seen[to] ?? 0) + own - acknowledged }),
  };
};

/**
 * Moves what an entry saw of replica `from` to replica `to`; `line` is the confirmed state of a line, what of `sent` has a
 * number under `from` keeps it.
 */
export const moveEntry = (
  entry: OutEntry,
  move: { from: string; to: string; line(key: string): Line | undefined; sent?: readonly OutEntry[] },
): OutEntry => {
  const { x } = entry;
  if ((x.t !== 'set' && x.t !== 'order') || move.from === move.to) return entry;
  /** What stays with the old replica: what is acknowledged, and what has a number that leads to more. */
  const countOf = (key: string) =>
    (move.sent ?? []).reduce(
      (most, { k, r, to = 0 }) => (k === key && r === move.from ? Math.max(most, to) : most),
      move.line(key)?.q.p[move.from] ?? 0,
    );
  const seen = (key: string, counts: { readonly [replica: string]: number }) =>
    moveSeen(counts, move.from, move.to, countOf(key));
  const mine = [...new Set([...(x.mine ?? []), move.from])];
  if (x.t === 'set') return { ...entry, x: { ...x, mine, seen: seen(entry.k, x.seen) } };
  const all = Object.entries(x.seen).map(([key, counts]) => [key, seen(key, counts)]);
  return { ...entry, x: { ...x, mine, seen: Object.fromEntries(all) } };
};

/**
 * After a `fork` or a `gap`: another id, made from the old one and the first change that is left, so
 * that two clones which hold the same change choose the same id and the server counts it once.
 */
export const nextReplica = (sha256: Sha256, replica: string, first: OutEntry): string =>
  hashText(sha256, replica + first.i);

/**
 * What a personal device held back over a sign-out, and never numbered, goes on under the space's new replica.
 * What was numbered keeps its own, and says which count it leads to: a server that was restored meanwhile
 * gives a sign-in no word of it.
 */
export const renumberHeld = async (
  tx: WriteTx,
  spaceId: string,
  { now, ageOf, ...move }: Parameters<typeof moveEntry>[1] & { now: number; ageOf(entry: OutEntry): number },
): Promise<void> => {
  const renumbered = (await listOut(tx, spaceId)).map(
    (entry): OutEntry =>
      // One without a number may have been sent from memory while the store failed.
      entry.q ? { ...entry, as: asOf(entry, now, ageOf) } : { ...moveEntry(entry, move), again: true },
  );
  putOut(tx, spaceId, renumbered);
};

/** Whether the customer of a claimed guest has it, as the refusal says; a server that does not say is taken to have none. */
export const isKnown = ({ r, q = Number.POSITIVE_INFINITY }: OutEntry, known: RelevoError['known']): boolean =>
  r === known?.[0] && q <= (known?.[1] ?? 0);

/** Without a number, for another space or replica. One that had a number may have been sent with it. */
export const unnumbered = ({ r: _, q, as: __, to: ___, ...entry }: OutEntry): OutEntry =>
  q ? { ...entry, again: true } : entry;
