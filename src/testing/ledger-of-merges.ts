import { type Counter, quantityOf } from '../core/counter.ts';
import { type Fork, leftOfCopy } from '../core/fork.ts';
import type { Line } from '../core/line.ts';
import { parkedFor } from '../core/parked-line.ts';
import type { Receipt } from '../core/receipt.ts';
import type { ClaimRow, EntryRow } from '../server/store.ts';
import type { Commit } from './server-disk.ts';
import type { Watch } from './watch.ts';

/** How many of a line are in the cart, and how many are set aside. */
/** `left`: how many of a copy are still of whom it was copied from. */
type Place = {
  readonly cart: number;
  readonly aside: number;
  readonly fork?: Fork | undefined;
  readonly left?: number;
};
type Cart = ReadonlyMap<string, Place>;

const most = 999;
const nothing: Place = { cart: 0, aside: 0 };

const placeOf = (state: EntryRow['state'] | undefined): Place => {
  const line = (state ?? undefined) as unknown as Line | undefined;
  const n = line ? Math.min(most, quantityOf(line.q)) : 0;
  const fork = line?.d['fork']?.[0] as Fork | undefined;
  const left = line && fork ? leftOfCopy(line.q, fork) : 0;
  return line && parkedFor(line) !== null ? { cart: 0, aside: n, fork, left } : { cart: n, aside: 0, fork, left };
};

const isTheirs = (policy: string) => policy === 'guest' || policy === 'checkout';

/**
 * How many of a line the customer should have in the cart, of which both may have some there or aside; `docs/MERGING.md`
 * in a few lines.
 */
const wantedOf = (policy: string, mine: Place, guest: Place, isOwn: boolean): number => {
  if (policy === 'customer' || policy === 'none' || policy === 'vetoed') return mine.cart;
  if (isOwn && guest.fork && !isTheirs(policy)) {
    // What is set aside is not the one that stays in view.
    if (guest.aside) return mine.cart;
    const moved = mine.cart + guest.cart - guest.fork.n;
    if (guest.cart >= guest.fork.n) return Math.min(Math.max(mine.cart, most), moved);
    return Math.min(mine.cart, Math.max(moved, guest.cart));
  }
  if (isTheirs(policy)) return guest.cart;
  // What is set aside is no offer to a cart, and gives way to what the other has in it.
  if (!guest.cart) return mine.cart;
  if (policy === 'sum') return Math.min(Math.max(mine.cart, most), mine.cart + guest.cart);
  return policy === 'separate' && mine.cart ? mine.cart : Math.max(mine.cart, guest.cart);
};

/** What merges and their undoing did, told from the rows before and after. */
export const createLedgerOfMerges = ({
  watch,
  rows,
  isRestored,
}: {
  watch: Watch;
  rows: ReadonlyMap<string, ReadonlyMap<string, EntryRow>>;
  /** A server was put back: it does not have what is known here. */
  isRestored(): boolean;
}) => {
  const byGuest = new Map<string, Receipt>();
  /** What each merge found and left, until the cart changes otherwise. */
  const undoable = new Map<string, { readonly space: string; readonly before: Cart }>();
  /** The versions of the customer's lines when a merge had to wait for the first time, by guest. */
  const waiting = new Map<string, ReadonlyMap<string, number>>();

  const cartOf = (space: string): Cart =>
    new Map(
      [...(rows.get(space)?.values() ?? [])].flatMap(({ collection, key, state }) =>
        collection === 'cart' && state !== null ? [[key, placeOf(state)] as const] : [],
      ),
    );

  /** The versions of the lines, as they were before this commit. */
  const versionsBefore = (space: string, { entries }: Commit): ReadonlyMap<string, number> => {
    const rowsNow = [...(rows.get(space)?.values() ?? [])].filter(({ collection }) => collection === 'cart');
    const versions = new Map(rowsNow.map(({ key, version }) => [key, version]));
    for (const [at, row, before] of entries)
      if (at === space && row.collection === 'cart') versions.set(row.key, before?.version ?? 0);
    return versions;
  };

  /** As it was before this commit. */
  const cartBefore = (space: string, { entries }: Commit): Cart => {
    const cart = new Map(cartOf(space));
    for (const [at, row, before] of entries)
      if (at === space && row.collection === 'cart') cart.set(row.key, placeOf(before?.state));
    return cart;
  };

  const merged = (commit: Commit, { guest, space }: ClaimRow, receipt: Receipt) => {
    const before = cartBefore(space, commit);
    const after = cartOf(space);
    const theirs = cartOf(guest);
    const isCheckout = receipt.policy === 'checkout';
    const since = waiting.get(guest);
    const versions = versionsBefore(space, commit);
    // What the customer has changed since they signed in is no older cart, and who brings none has none that goes on.
    const isNewer = (key: string) => since !== undefined && (versions.get(key) ?? 0) !== (since.get(key) ?? 0);
    const isOwn = ({ fork }: Place) => fork?.of === space.replace('pk_world/', '');
    // Of another's copy only what came on top of it is the guest's.
    const othersOf = (place: Place) => (isOwn(place) ? 0 : (place.left ?? 0));
    const bringsCart = [...theirs].some(
      ([key, place]) => place.cart > othersOf(place) && !receipt.dropped.includes(key),
    );
    const policyOf = (key: string) =>
      isTheirs(receipt.policy) && (isNewer(key) || !bringsCart) ? 'lineage' : receipt.policy;
    for (const key of new Set([...before.keys(), ...theirs.keys()])) {
      const [mine, shown] = [before.get(key) ?? nothing, theirs.get(key) ?? nothing];
      const others = othersOf(shown);
      const offered = {
        ...shown,
        cart: Math.max(0, shown.cart - others),
        aside: Math.max(0, shown.aside - others),
      };
      const got = after.get(key) ?? nothing;
      const wanted = wantedOf(policyOf(key), mine, offered, isOwn(shown));
      const where = () =>
        `${key} by ${receipt.policy}: ${JSON.stringify([mine, offered])} became ${JSON.stringify(got)}, not ${wanted}`;
      watch.check('merged', got.cart === wanted, where);
      if (!isCheckout) continue;
      // A line beside it has the rest.
      const beside = besideOf(space, commit, key);
      const all = got.cart + got.aside + beside;
      watch.check('checkout', all >= Math.max(mine.cart, offered.cart), () => `${where()}, ${beside} beside it`);
    }
    undoable.set(receipt.id, { space, before });
  };

  /** What this commit made a line of its own, aside, of the same article. */
  const besideOf = (space: string, { entries }: Commit, key: string): number => {
    const sku = skuOf(rows.get(space)?.get(`cart\n${key}`));
    return entries
      .filter(([at, row, before]) => at === space && row.collection === 'cart' && row.key !== key && !before)
      .filter(([, row]) => skuOf(row) === sku)
      .reduce((sum, [, { state }]) => sum + placeOf(state).aside, 0);
  };

  const undone = (space: string, commit: Commit, { id, guest }: Receipt) => {
    const share = `g:${guest}`;
    // What of the customer's own was set aside stands under that name too, in lines that the guest did not have.
    const theirs = cartOf(`pk_world/${guest}`);
    for (const { collection, key, state } of rows.get(space)?.values() ?? []) {
      const q = (state as { q?: Counter } | null)?.q;
      if (collection !== 'cart' || !q || !theirs.has(key)) continue;
      const left = Math.max(0, (q.p[share] ?? 0) - (q.s[share] ?? 0));
      watch.check('undone', !left, () => `${space} ${key} has ${left} of ${share} after it was undone`);
    }
    const found = undoable.get(id);
    undoable.delete(id);
    if (!found || commit.applied.length) return;
    const after = cartOf(space);
    for (const key of new Set([...found.before.keys(), ...after.keys()])) {
      const [was, is] = [found.before.get(key) ?? nothing, after.get(key) ?? nothing];
      watch.check(
        'undone',
        was.cart === is.cart && was.aside === is.aside,
        () => `${space} ${key}: ${JSON.stringify(was)} before the merge, ${JSON.stringify(is)} after it was undone`,
      );
    }
  };

  /** A merge that has to wait moves nothing: what the guest did last is theirs, and nothing else changes. */
  const postponed = ({ entries, dropped, applied }: Commit, { guest, space }: ClaimRow) => {
    const isOfGuest = applied.length === 0 || applied.every(([at]) => at === guest);
    const moved = entries.filter(([at]) => at === space || (at === guest && !applied.length));
    watch.check(
      'postponed',
      isOfGuest && !moved.length && !dropped.some((one) => one.space === guest && one.isAll),
      () => `${guest} waits, and ${JSON.stringify(moved)} was written`,
    );
  };

  return {
    /** The disk of the server has it, and the ledger too. */
    committed(commit: Commit) {
      const { redo, applied, entries } = commit;
      if (isRestored()) return;
      const receipts = redo.flatMap(([method, args]) =>
        method === 'putReceipt' ? [[String(args[0]), args[2] as unknown as Receipt] as const] : [],
      );
      const isTouched = (space: string) =>
        entries.some(([at, row]) => at === space && row.collection === 'cart') || applied.some(([at]) => at === space);
      for (const [space, receipt] of receipts) {
        if (receipt.undoneAtMs !== undefined) undone(space, commit, receipt);
        const known = byGuest.get(receipt.guest);
        watch.check(
          'one receipt',
          !known || known.id === receipt.id,
          () => `${receipt.guest} has the receipts ${known?.id} and ${receipt.id}`,
        );
        byGuest.set(receipt.guest, receipt);
      }
      for (const [id, { space }] of undoable) if (isTouched(space)) undoable.delete(id);
      for (const [method, [claim]] of redo) {
        if (method !== 'putClaim') continue;
        const row = claim as ClaimRow;
        if (row.status === 'waiting') {
          postponed(commit, row);
          if (!waiting.has(row.guest)) waiting.set(row.guest, versionsBefore(row.space, commit));
        }
        const made = receipts.find(([, { id }]) => id === row.receipt)?.[1];
        if (row.status === 'merged' && made) merged(commit, row, made);
      }
    },
    /** A page was told. */
    told({ id, guest }: Receipt, where: string) {
      const known = byGuest.get(guest);
      watch.check(
        'one receipt',
        isRestored() || known?.id === id,
        () => `${where} is told of ${id} of ${guest}, the server has ${known?.id}`,
      );
    },
  };
};

const skuOf = (row: EntryRow | undefined): unknown => (row?.state as unknown as Line | undefined)?.d.sku?.[0];
