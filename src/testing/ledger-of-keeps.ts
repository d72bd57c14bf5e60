import type { Relevo } from '../client/api.ts';
import { quantityOf } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { parkedFor } from '../core/parked-line.ts';
import type { EntryRow } from '../server/store.ts';
import type { DeviceState } from './device-state.ts';
import type { DeviceSpec } from './script.ts';
import type { Sent } from './sent-change.ts';
import type { VirtualPage } from './virtual-device.ts';
import { customerOf } from './virtual-world.ts';
import type { Watch } from './watch.ts';

/** What shows an article, and the mark of a copy. */
const kept = ['sku', 'properties', 'seller', 'sellingPlan', 'title', 'url', 'image', 'fork'];

type Tab = { readonly page: VirtualPage };
type Op = Sent & { readonly i: string };
type Heard = { readonly ms: number; readonly guest: string | undefined; isClaimed: boolean };
type Request = {
  readonly device: string;
  readonly auth: { readonly guest?: string; readonly token?: string };
  readonly ops?: readonly Op[];
  readonly claim?: { readonly guest?: string; readonly ops?: readonly Op[] };
};

/** The article of which only this customer, and whoever is a guest where it stayed in view, ever adds any. */
export const ownSku = (who: string): string => `of-${who}`;

const markedIn = (marker: string | null): string | undefined =>
  (JSON.parse(marker ?? 'null') as { readonly customer?: { readonly id: string } } | null)?.customer?.id;

/**
 * Lines that stay in view when their customer leaves, told from what customers did and pages showed. Of an article that is
 * named after one of them nobody can have more than was added by themselves and by guests: a copy adds nothing.
 */
export const createLedgerOfKeeps = ({
  watch,
  now,
  spaceOf,
  isOn,
  goesOn,
}: {
  watch: Watch;
  now(): number;
  spaceOf(customer: string): string;
  /** Whether the history is about this. */
  isOn: boolean;
  /** Whether a guest's cart goes on as it is, with what is a copy in it. */
  goesOn: boolean;
}) => {
  /** When each change was made that somebody made. */
  const made = new Map<string, number>();
  /** By device and line: when copies of it were first heard of, and that their guest was claimed since. */
  const heard = new Map<string, Heard>();
  /** The article of each line, as somebody said. */
  const skus = new Map<string, string>();
  /** What was still on its way from a sign-out as its customer was back with the copy that has it. */
  const late = new Set<string>();
  /** What customers had in view: of whose, which line and how many. */
  const inView = new Set<string>();
  /** What was added to a line on a page that could not read its store when its customer was told to leave: it stays beside what that has. */
  const unread = new Map<string, Set<number>>();
  /** What pages showed of each line when their device began to sign a customer in: what is added from then on is the customer's. */
  const brought = new WeakMap<Relevo, ReadonlyMap<string, number>>();
  /**
   * Spaces of customers who were told to leave when no page there had read its store, and the first guest who sends a copy
   * of it since: how many of each line that has was not in view.
   */
  const unseen = new Map<string, string | undefined>();
  /**
   * Since when the server had so many of a line in a customer's cart: of one that waits for its merge that stays in view,
   * and nothing that came with the merge.
   */
  const stored = new Map<string, number>();
  /** When each guest was first in view: copies are made by then. */
  const begunMs = new Map<string, number>();
  /** The copy of each line that a guest began with. */
  const copies = new Map<string, string>();
  /** How many of an article who added, customers or guests. */
  const added = new Map<string, Map<string, number>>();
  /** Whose lines were left with something unsent, which may show beside what had arrived of it. */
  const doubtful = new Set<string>();
  let isOver = !isOn;

  const lineOf = (who: string, key: string): string => `${spaceOf(who).replace('pk_world/', '')} ${key}`;

  const most = (sku: string, by: (who: string) => boolean): number =>
    [...(added.get(sku) ?? [])].reduce((sum, [who, n]) => (by(who) ? sum + n : sum), 0);

  /** How many this customer can have: all that was added of their own, of another's what guests and they added. */
  const mostOf = (sku: string, customer: string): number =>
    most(sku, (who) => sku === ownSku(customer) || who === customer || who === 'guest');

  const wasStored = (guest: string | undefined, counted: string): boolean =>
    (stored.get(counted) ?? Number.POSITIVE_INFINITY) <= (begunMs.get(guest ?? '') ?? Number.MAX_SAFE_INTEGER);

  const checkOp = (op: Op, guest: string | undefined) => {
    if (op.c !== 'cart' || op.t !== 'add') return;
    const fork = op.f?.['fork'] as { readonly of: string; readonly n: number } | undefined;
    const where = () => `${guest ?? 'a customer'} sends ${JSON.stringify(op)}`;
    watch.check('copied', made.has(op.i) === !fork, () => `${where()}, which ${fork ? 'somebody' : 'nobody'} made`);
    if (!fork) return;
    const line = `${fork.of} ${op.k}`;
    const beside = [0, ...(unread.get(line) ?? [])];
    const wasInView = beside.some((more) => inView.has(`${line} ${fork.n - more}`));
    const isUnseen = unseen.has(fork.of) && (unseen.get(fork.of) ?? guest) === guest;
    if (isUnseen) unseen.set(fork.of, guest);
    const isStored = isUnseen || beside.some((more) => wasStored(guest, `${line} ${fork.n - more}`));
    const isThat = fork.n === op.n && (wasInView || isStored);
    watch.check('copied', !!guest && isThat, () => `${where()}, which nobody had in view`);
    const more = Object.keys(op.f ?? {}).filter((name) => !kept.includes(name));
    watch.check('copied', !more.length, () => `${where()}, and with it ${more}`);
    const id = `${guest} ${op.k}`;
    const before = copies.get(id) ?? op.i;
    watch.check('copied', before === op.i, () => `${where()} after ${before}`);
    copies.set(id, op.i);
  };

  /** What is held and had arrived shows twice until it is answered, and of the copy too: see docs/TESTING.md. */
  const isDoubtful = (owner: string, customer: string | undefined, { keep }: DeviceSpec): boolean =>
    !customer && !!keep && doubtful.has(owner);

  const addedBy = (sku: string, who: string, n: number): void => {
    const by = added.get(sku) ?? new Map<string, number>();
    added.set(sku, by.set(who, (by.get(who) ?? 0) + n));
  };

  /**
   * What a copy that went on has in it comes once more, behind that: more of the line that was on its way from the sign-out,
   * or a quantity that another device had set meanwhile. See docs/TESTING.md.
   */
  const comesLate = (op: Op, { device, customer }: { device: string; customer: string | undefined }) => {
    const { i, c, k, t, n = 0, v = 0, seen = {} } = op;
    if (!customer || c !== 'cart' || late.has(i)) return;
    const line = lineOf(customer, k);
    const madeMs = made.get(i) ?? now();
    const isLate = ([of, { ms, guest, isClaimed }]: [string, Heard]) =>
      isClaimed &&
      (t === 'add'
        ? of === `${device} ${line}` && madeMs < ms
        : t === 'set' && of.endsWith(` ${line}`) && !Object.hasOwn(seen, `g:${guest}`));
    if (![...heard].some(isLate)) return;
    late.add(i);
    addedBy(skus.get(k) ?? '', customer, t === 'add' ? n : Number(v));
  };

  return {
    /** Somebody made these changes. */
    made(ids: readonly string[]) {
      for (const id of ids) made.set(id, now());
    },
    /** `who` made so many of an article more. */
    added: addedBy,
    /** Once more, for somebody else: a disk was copied before it was sent, and each device has its guest. */
    counted({ c, t, n = 0, f }: Sent) {
      if (c === 'cart' && t === 'add' && !f?.['fork']) addedBy(String(f?.['sku'] ?? ''), 'guest', n);
    },
    /** A device begins to sign somebody in. Asked for them once more meanwhile, it goes on with that. */
    enters({ tabs, state }: { readonly tabs: readonly Tab[]; readonly state: DeviceState }) {
      if (state.entering) return;
      for (const { relevo } of tabs.map(({ page }) => page))
        brought.set(relevo, new Map(relevo.cart.lines.map(({ key, quantity }) => [key, quantity])));
    },
    /** Somebody is told to leave, or will be. */
    leaves({
      tabs,
      state,
      device,
    }: {
      readonly tabs: readonly Tab[];
      readonly state: DeviceState;
      readonly device: { readonly marker: { readonly text: string | null } };
    }) {
      // Who is still being signed in may have somebody else there before them.
      const marked = markedIn(device.marker.text);
      const who = state.session.who ?? marked;
      if (!who) return;
      if (tabs.some(({ page }) => page.relevo.status.pending > 0)) doubtful.add(who);
      if (!tabs.some(({ page }) => page.relevo.status.isReady)) unseen.set(lineOf(who, '').trim(), undefined);
      for (const { relevo } of tabs.map(({ page }) => page)) {
        // Only what was done since is in view there: what the store has of the line comes to it when it is known who leaves.
        // So it is with what was added while their sign-in waits for a store: until that is over it is in view as nobody's.
        const { isReady } = relevo.status;
        const before = isReady ? brought.get(relevo) : undefined;
        if (isReady && !(before && state.entering && !relevo.identity.current.customerId)) continue;
        for (const { key, quantity } of relevo.cart.lines)
          for (const one of new Set([who, marked ?? who])) {
            const line = lineOf(one, key);
            const n = quantity - (before?.get(key) ?? 0);
            if (n <= 0) continue;
            unread.set(line, (unread.get(line) ?? new Set()).add(n));
            inView.add(`${line} ${n}`);
          }
      }
    },
    /** A page shows this. */
    shown(
      { cart, identity, status }: Relevo,
      { spec, state }: { readonly spec: DeviceSpec; readonly state: DeviceState },
      where: string,
    ) {
      if (isOver) return;
      const { customerId, anonymousId } = identity.current;
      if (!customerId && !begunMs.has(anonymousId)) begunMs.set(anonymousId, now());
      for (const { key, sku, quantity, merging: isWaiting } of cart.lines) {
        // A page that cannot read its store yet shows what was done since as nobody's.
        const who = customerId ?? (status.isReady ? undefined : state.session.who);
        const line = who && lineOf(who, key);
        // What a guest brings is the customer's when it is merged, and in no copy before that.
        if (line && !isWaiting) inView.add(`${line} ${quantity}`);
        const owner = sku.startsWith('of-') ? sku.slice(3) : undefined;
        // On its way, and beside a store that was put back or taken up again maybe there by now. So is what
        // somebody had added of anybody's article, a guest while they signed in too, once it was held for the customer: it had
        // arrived, and shows twice until that is answered.
        const isTheirs = owner === customerId || doubtful.has(customerId ?? '');
        const isPutBack = state.isTwin || state.wasDegraded || state.wasPutBack;
        const isOnItsWay = status.pending > 0 && (isTheirs || isPutBack);
        if (!owner || isDoubtful(owner, customerId, spec)) continue;
        const isHidden = !spec.keep && !state.isTwin;
        const can = customerId
          ? mostOf(sku, customerId)
          : most(sku, (who) => owner === 'guest' || !isHidden || who !== owner);
        if (isOnItsWay) {
          // Who leaves in that moment leaves so many in view.
          if (isTheirs && quantity > can) doubtful.add(owner);
          continue;
        }
        watch.check(
          'copied',
          quantity <= can,
          () => `${where} shows ${customerId ?? 'a guest'} ${quantity} ${sku}, of which there can be ${can}`,
        );
      }
    },
    /** The server has this in a space. */
    stored(space: string, { collection, key, state }: EntryRow) {
      const line = (collection === 'cart' ? state : null) as unknown as Line | null;
      const counted =
        line && parkedFor(line) === null && `${space.replace('pk_world/', '')} ${key} ${quantityOf(line.q)}`;
      if (isOn && counted && !stored.has(counted)) stored.set(counted, now());
    },
    /** A request reached the server. */
    received({ device, auth, ops = [], claim }: Request) {
      if (!isOn) return;
      for (const { c, k, f } of ops) if (c === 'cart' && typeof f?.['sku'] === 'string') skus.set(k, f['sku']);
      if (goesOn) for (const op of ops) comesLate(op, { device, customer: customerOf(auth.token ?? '') });
      for (const [line, copy] of heard) if (claim && line.startsWith(`${device} `)) copy.isClaimed = true;
      for (const { c, k, f } of [...ops, ...(claim?.ops ?? [])]) {
        const { of } = (f?.['fork'] ?? {}) as { readonly of?: string };
        const line = `${device} ${of} ${k}`;
        if (of && c === 'cart' && !heard.has(line))
          heard.set(line, { ms: now(), guest: claim?.guest ?? auth.guest, isClaimed: !!claim });
      }
      for (const op of ops) checkOp(op, auth.guest);
      for (const op of claim?.ops ?? []) checkOp(op, claim?.guest);
    },
    /** What customers have in the end; what is done then says how many there are. */
    check(customers: Iterable<string>, rows: ReadonlyMap<string, ReadonlyMap<string, EntryRow>>) {
      if (isOver) return;
      isOver = true;
      for (const customer of customers) {
        const has = new Map<string, number>();
        for (const { collection, state } of rows.get(spaceOf(customer))?.values() ?? []) {
          const line = (collection === 'cart' ? state : null) as unknown as Line | null;
          const sku = String(line?.d.sku?.[0] ?? '');
          if (line && sku.startsWith('of-')) has.set(sku, (has.get(sku) ?? 0) + quantityOf(line.q));
        }
        for (const [sku, n] of has) {
          const can = mostOf(sku, customer);
          watch.check('copied', n <= can, () => `${customer} has ${n} ${sku}, of which there can be ${can}`);
        }
      }
    },
  };
};
