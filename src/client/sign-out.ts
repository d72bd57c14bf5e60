import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import type { RelevoError } from '../core/relevo-error.ts';
import { without } from '../core/without.ts';
import type { Ack } from '../protocol/messages.ts';
import type { CartLine, SignOutResult } from './api.ts';
import type { Disk } from './disk.ts';
import { refusalStatus } from './exchange.ts';
import { farewell } from './farewell.ts';
import type { Model } from './model.ts';
import type { Config } from './options.ts';
import { listOut, moveEntry, putOut } from './outbox.ts';
import type { Partition } from './partition.ts';
import { settle, settlePending } from './pending.ts';
import type { Ports } from './ports.ts';
import { type Device, limboKey, type OutEntry, owedTo, spaceOf } from './records.ts';
import { emptyRecord, type ShopRecord } from './shop-record.ts';
import { type Copies, stickyLines } from './sticky-lines.ts';
import type { Sync } from './sync.ts';
import {
  deleteSpace,
  getDevice,
  getSpace,
  holdSpace,
  listDone,
  listGone,
  listLimbo,
  putDevice,
  putSpace,
} from './tables.ts';
import type { Tokens } from './tokens.ts';

const flushMs = 3_000;

export type SignOutContext = {
  readonly ports: Ports;
  readonly config: Config;
  readonly disk: Disk;
  readonly partition: Partition;
  readonly model: Model;
  readonly sync: Sync;
  readonly tokens: Tokens;
  /** The cart as whoever leaves had it. */
  lines(): readonly CartLine[];
  /** Whether the shop's own cart is emptied by its own code. If not, what it holds is not ours to remember. */
  hasShop(): boolean;
  /** The view is empty now. */
  onEmpty(): void;
};

export type SignOutHow = {
  readonly unsynced: 'flush' | 'drop';
  /** Somebody else is signed in right away: nothing of whoever leaves is shown to them. */
  readonly isSwitch?: boolean | undefined;
  /** What stays in view of the cart, as it was taken when they were told to leave. */
  readonly copies?: Copies | undefined;
  /** What was written before it was known whose page this is goes to who comes next. */
  readonly keepLimbo: boolean;
  /** Who comes next, as it was told already when they were told to leave. */
  readonly next?: Device | undefined;
};

/** `revoked`: the customer had taken this device back, as their farewell heard; with what stays in view of theirs. */
type SignedOut = SignOutResult & { readonly revoked?: Copies['pending'] };

/**
 * Signing out always ends signed out. The view is empty before anything is awaited; then the old
 * space gets three seconds to reach the server, by a handle that can only delete what was
 * acknowledged; then a personal device holds what is left, unreadable, and a shared one drops it.
 * So leaves the guest of a shared device who may be somebody's by now: nothing of theirs is sent.
 */
export const signOutWhoeverIsHere = async (
  context: SignOutContext,
  { unsynced, isSwitch, copies, keepLimbo, next: told }: SignOutHow,
): Promise<SignedOut> => {
  const { ports, config, disk, partition, model, sync, tokens } = context;
  const { device, space } = partition;
  const { customer } = device;
  const old = spaceOf(device);
  const token = customer && tokens.peek();
  const after = model.pending.filter((one) => one.isAfter && !copies?.pending.includes(one));
  const before = model.pending.filter(({ isAfter }) => !isAfter);
  // What was written before it was known whose page this is belongs to whoever comes now.
  const limbo = partition.isLocked && keepLimbo ? before : [];
  const mine = partition.isLocked ? [] : before;
  const theirs = partition.isLocked ? before.flatMap(({ entry, held }) => (held ? [] : [entry])) : [];
  const ended = limbo.length ? mine : before;
  const { rows } = model;
  const line = (key: string) => rows.get('cart')?.get(key)?.[1] as unknown as Line | undefined;
  // What is held names its article: its line may be gone from a server that was put back. So does more of a line that waits for
  // its merge and goes out before that, with all details where the customer has none.
  const named = new Map(
    [...(rows.get('cart') ?? []), ...model.guestRows].map(
      ([key]) => [key, line(key) ? partition.articleOf(key) : partition.detailsOf(key)] as const,
    ),
  );
  const isFlush = unsynced === 'flush';
  const next: Device = {
    ...(told ?? partition.sendOff.nextOf(device)),
    closing: old,
    ...(!isFlush && { dropped: old }),
  };
  const isOther = next.guest.id === partition.marked()?.guest.id;
  const nextSpace = partition.newSpace(!isOther);
  const isKept = config.keep === 'cart-lines' && isFlush && customer && !isOther && !partition.isLocked;
  const copied = () => (isSwitch ? undefined : stickyLines(ports, { lines: context.lines(), model, customer: old }));
  // The first changes of the guest who comes: in view and in the store with the guest.
  const stays = isKept ? (copies?.of === old ? copies : copied()) : undefined;
  const sticky = stays?.pending ?? [];
  // A shop's own cart that stays as it is has what is kept.
  const isShopKept = () => sticky.length > 0 || context.hasShop();
  tokens.end();
  sync.leave();
  if (!isShopKept()) partition.shopRefuge.write(emptyRecord);
  partition.closes(old);
  partition.become(next, nextSpace);
  partition.sendOff.end();
  model.replace({ of: next.guest.id, rows: new Map(), pending: [...sticky, ...limbo, ...after] });
  if (after.length) partition.placeLimbo();
  partition.follow(sticky.map(({ entry }) => entry));
  // With the guest, in one step.
  for (const one of sticky) one.stage = 'storing';
  context.onEmpty();
  const ids = [old, ...owedTo(device)];
  // Each by its id: what was nobody's may have found its place, and a page that opens meanwhile may clear away what is left.
  const waiting = await disk.write(
    async (tx) => {
      const done = (await listDone(tx, old)).map(([i]) => i);
      // The store may have been emptied under a page that waits to know whose it is.
      const nobodys = keepLimbo ? [] : [...theirs.filter(({ i }) => !done.includes(i)), ...(await listLimbo(tx))];
      const here = await getDevice(tx);
      // Another tab saw them off. A store that failed just now gave way to memory, which knows who comes next.
      const isLater = !!here && here.epoch > device.epoch && here.guest.id !== next.guest.id;
      const stored = await getSpace(tx, old);
      // The store was emptied under this page, perhaps filled again by one that knew less: what is known here goes back.
      const found = stored ?? { ...space, ...(!isLater && { replica: ports.ids.random(), seq: 0 }) };
      if (!isLater) putSpace(tx, old, found);
      const known = new Set([...(await listOut(tx, old)).map(({ i }) => i), ...done]);
      const move = { from: space.replica, to: found.replica, line, sent: mine.map(({ entry }) => entry) };
      for (const { entry, stage, held, isKept } of mine) {
        const isNew = stage === 'new';
        // Of what was nobody's: it is theirs now, unless another tab has placed it.
        if (isNew && isKept && !(await tx.get(limboKey(entry)))) continue;
        tx.delete(limboKey(entry));
        if (held || (!isNew && (isLater || known.has(entry.i)))) continue;
        // One that has a number stays under the replica that it was numbered for.
        const moved: OutEntry = { ...(entry.q ? entry : moveEntry(entry, move)), ...(!isNew && { again: true }) };
        putOut(tx, old, [moved]);
      }
      const copied = new Set(sticky.length ? mine.map(({ entry }) => entry.i) : []);
      const isCopied = (key: string) => sticky.some(({ entry }) => entry.k === key) && !stays?.merging.includes(key);
      for (const stored of await listOut(tx, old)) {
        const { x, c, k } = stored;
        if (c !== 'cart' || (x.t !== 'add' && x.t !== 'set')) continue;
        const entry: OutEntry = {
          ...stored,
          ...(named.has(k) && { x: { ...x, f: { ...named.get(k), ...x.f } } }),
          ...(copied.has(stored.i) && isCopied(k) && { copied: [...(stored.copied ?? []), next.guest.id] }),
        };
        putOut(tx, old, [entry]);
      }
      if (!keepLimbo) tx.deleteAll(['limbo']);
      // Not deleted: a page would take it for a store that lost it.
      const shop = isShopKept() ? ((await tx.get(['shop'])) as ShopRecord | undefined) : emptyRecord;
      if (shop) tx.put(['shop'], without(shop, ['bought']) as unknown as Json);
      if (device.merging) putSpace(tx, old, { ...found, merging: device.merging });
      putDevice(tx, next);
      // Another tab that followed may have begun with whoever comes next.
      const begun = await getSpace(tx, next.guest.id);
      if (begun) partition.goesOn(next.guest.id, begun);
      else putSpace(tx, next.guest.id, nextSpace);
      putOut(
        tx,
        next.guest.id,
        sticky.map(({ entry }) => entry),
      );
      return new Set([...[...nobodys, ...(await listOut(tx, ...ids))].map(({ i }) => i), ...(await listGone(tx, old))]);
    },
    { durability: 'strict' },
  );
  for (const one of sticky) one.stage = 'stored';
  // A store that is taken back has them for nobody else.
  partition.answered(ended.map(({ entry }) => [entry.i, 'rejected', 'sync/abandoned']));
  partition.tell('epoch');
  if (isOther) await partition.reload();
  partition.save();
  const acked = new Map<string, Ack>();
  let isOver = false;
  let isRevoked = false;
  const say = (proof: string) =>
    farewell(context, { old, space, token: proof, isFlush, owed: owedTo(device), acked, isOver: () => isOver });
  /** The token has ended, and is no reason to drop what waits: the page may have another one, and is asked once. */
  const another = async () => {
    const proof = isFlush && waiting.size ? await tokens.another(customer?.sub) : undefined;
    if (proof && !isOver) await say(proof);
  };
  const heard = (error: unknown) => {
    isRevoked ||= (error as RelevoError).code === 'auth/revoked';
  };
  const refused = (error: unknown) => (refusalStatus(error) === 401 ? another().catch(heard) : heard(error));
  await within(ports, token ? say(token).catch(refused) : another().catch(heard));
  isOver = true;
  const gone = ({ closing: _, ...device }: Device): Device => ({ ...device, ...(isRevoked && { dropped: old }) });
  const isHolding = config.deviceKind === 'personal' && isFlush && !isRevoked;
  let last = next;
  const held = await disk.write(
    async (tx) => {
      const left = await listOut(tx, ...ids);
      // Also what another tab had still to write.
      for (const { i } of left) waiting.add(i);
      const count = left.length;
      for (const id of ids)
        if (isHolding && (count || device.merging)) await holdSpace(tx, id);
        else deleteSpace(tx, id);
      const here = await getDevice(tx);
      // Another tab may have claimed the new guest meanwhile, or been told once more that nobody is here.
      if (here?.closing === old) {
        last = here;
        putDevice(tx, gone(last));
      }
      return isHolding && count;
    },
    { durability: 'strict' },
  );
  if (partition.device.closing === old) partition.setDevice(gone({ ...last, ...partition.device }));
  partition.tell('epoch');
  const acks = [...acked.values()];
  // Refused is not synced, also now; an order may be the second one of what was paid for.
  partition.hearOrders(acks, ended);
  for (const one of settlePending(ended, acks).left) settle(one, 'sync/abandoned');
  const left = [...waiting].filter((i) => !acked.has(i)).length;
  return {
    unsynced: left,
    outcome: left ? (held ? 'held' : 'dropped') : 'flushed',
    ...(isRevoked ? { revoked: sticky } : {}),
  };
};

const within = ({ clock }: Ports, work: Promise<void>): Promise<void> =>
  new Promise((done) => {
    const cancel = clock.timer(flushMs, done);
    void work.then(done, done).finally(cancel);
  });
