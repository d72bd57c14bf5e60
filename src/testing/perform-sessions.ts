import type { CartLine, SignOutResult } from '../client/api.ts';
import type { Leaving } from './device-state.ts';
import type { Ledger } from './ledger.ts';
import { isHeldWhileBack } from './older-engine.ts';
import { noteLeaving } from './shop-reports.ts';
import type { SimDevice, SimTab } from './sim-device.ts';
import { articlesOf, isLeftInView, unplacedIn } from './unplaced-orders.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Watch } from './watch.ts';

type SignIn = { readonly who: string; readonly during?: 'checkout' };

/** Who comes and goes on a device, and what they take back of it. */
export const createSessionActs = ({
  clock,
  watch,
  ledger,
  placed,
  hold,
}: {
  clock: VirtualClock;
  watch: Watch;
  ledger: Ledger;
  /** What was ordered, by who placed it, as the shop knows it. */
  placed: Map<string, unknown>;
  hold(what: string, user: SimTab['user'], promise: Promise<unknown>, on?: (stand: string) => void): void;
}) => {
  /** Until it is over somebody's leaving may drop what was not sent; then it has said whether it did. */
  const leaves = ({ state }: SimDevice, { page: { relevo }, user }: SimTab, isOut: boolean) => {
    // What stands in a store that cannot be read is not counted, and nobody knows whose it is when it opens.
    const isApart = () => !!relevo.status.degraded;
    const wasApart = isApart();
    const one: Leaving = { atMs: clock.now(), user, isOut };
    state.leavings.add(one);
    state.leftIn.set(user, one.atMs);
    return (result?: SignOutResult) => {
      state.leavings.delete(one);
      const isUnsaid = wasApart || isApart();
      state.isDroppedUnsaid ||= isUnsaid;
      if (isUnsaid || result?.outcome === 'dropped') state.droppedAtMs = clock.now();
    };
  };

  /** Since when a tab has been signing somebody in, whom nobody else waits before. */
  const entering = new Map<SimTab, number>();

  const signIn = (device: SimDevice, tab: SimTab, { who, during }: SignIn) => {
    const { state } = device;
    const { page, user } = tab;
    // A guest who signs in goes on; 0.1.0 loses what it had in a store that opens late. A page that was killed in the
    // middle of a switch has the one from before.
    const { customerId } = page.relevo.identity.current;
    const isAnother = state.session.who !== who;
    const isLeft = (!!customerId && customerId !== who) || (isAnother && (!!state.session.who || !!device.spec.sdk));
    if (isLeft) state.leftAtMs = clock.now();
    // Of a guest that is claimed a copy of this disk may have used the number of what was done here: to 0.1.0 it looks known.
    if (isAnother && device.spec.sdk && state.isTwin && device.text().includes('claimAt'))
      state.droppedAtMs = clock.now();
    if (state.session.who && isAnother) {
      noteLeaving(device, clock.now());
      ledger.keeps.leaves(device);
    }
    const left = isLeft ? leaves(device, tab, false) : () => {};
    if (state.session.who && isAnother) state.hollow = undefined;
    const before = state.orders.nameOf(state.session.who);
    for (const [order, items] of placed)
      if (!state.session.who && order.startsWith(`${before}/`)) placed.set(order.replace(before, who), items);
    state.orders.entered(who, state.session.who);
    state.session.who = who;
    const said = { who, atMs: clock.now(), before: customerId, behind: state.entering ? user : undefined };
    state.said = said;
    if (state.revoked?.who === who) state.revoked = undefined;
    state.isOusted = false;
    // Each login gives a token of its own.
    state.session.serial++;
    state.ended = undefined;
    if (!state.entering && !state.leaving && page.relevo.status.isReady) entering.set(tab, clock.now());
    ledger.keeps.enters(device);
    state.enteringBy.push(user);
    hold(
      `sign-in of ${who}`,
      user,
      page.relevo.signIn(device.token() ?? '', during ? { during } : undefined),
      (stand) => {
        state.enteringBy.splice(state.enteringBy.indexOf(user), 1);
        entering.delete(tab);
        state.hadNoAnswer ||= stand !== 'done';
        if (stand !== 'done' && state.said === said) state.said = { ...said, isFailed: true };
        if (stand === 'done') left();
        if (isLeft || (device.spec.sdk && state.leftAtMs >= 0)) state.leftAtMs = clock.now();
      },
    );
  };

  const signOut = (device: SimDevice, tab: SimTab, isDropping: boolean) => {
    const { state } = device;
    const { page, user } = tab;
    const { who } = state.session;
    noteLeaving(device, clock.now());
    ledger.keeps.leaves(device);
    state.session.who = null;
    state.said = { who: null, atMs: clock.now() };
    state.orders.left();
    state.leftAtMs = clock.now();
    const left = leaves(device, tab, true);
    state.leaving++;
    const { relevo } = page;
    const { customerId } = relevo.identity.current;
    // Whoever is just being signed in is nobody the page shows any more, either.
    const isEntering = clock.now() - (entering.get(tab) ?? clock.now()) > 100;
    const before = relevo.cart.lines;
    // What was bought is theirs, whatever the store will say of it: it takes its place before the copies are made.
    const spaceIdOf = (customer: string | null) => ledger.spaceOf(customer ?? '').replace('pk_world/', '');
    const space = spaceIdOf(who);
    const unplaced = unplacedIn(state, { user, space, rows: device.disk.rowsNow() });
    const ended = relevo.signOut(isDropping ? { unsynced: 'drop' } : {});
    const { cart, browsing, preferences, identity } = relevo;
    const isKept = device.spec.keep && customerId && !isDropping;
    const still = [isKept ? [] : cart.lines, cart.parked, browsing.recent(), preferences.entries()].flat();
    // 0.1.0 waits for its turn.
    // Who clicks twice leaves once: what was done since the first time is whoever's who comes next.
    if ((customerId || (isEntering && state.leaving === 1)) && !device.spec.sdk)
      watch.check(
        'left at once',
        !identity.current.customerId && !still.length,
        () => `device ${device.index} shows ${JSON.stringify([identity.current, still])}`,
      );
    // Of a line that waits for its merge what was the customer's own before stays.
    const waiting = new Set(before.flatMap(({ key, merging }) => (merging ? [key] : [])));
    const isSettled = ({ key }: CartLine) => !waiting.has(key);
    if (isKept && customerId === who && relevo.status.isReady && state.leaving === 1)
      watch.check(
        'copied',
        isLeftInView(before.filter(isSettled), cart.lines.filter(isSettled), unplaced),
        () => `device ${device.index} shows ${articlesOf(cart.lines)} of ${articlesOf(before)}`,
      );
    ended.then(left, () => {});
    hold('sign-out', user, ended, (stand) => {
      state.leaving--;
      watch.check('no throw', stand === 'done', () => `sign-out rejects ${stand}`);
      state.leftAtMs = clock.now();
      // Also who came while a guest was still signing out.
      const held = who ?? state.session.who;
      state.hollow = isHeldWhileBack(device, held) ? spaceIdOf(held) : undefined;
      if (who && !state.entering && !state.session.who)
        state.ended = { who, atMs: clock.now(), isApart: !!relevo.status.degraded };
    });
  };

  /** The last merge that this device heard of is taken back, if it can be. */
  const undo = ({ state }: SimDevice, { page: { relevo }, user }: SimTab) => {
    const last = state.receipts.at(-1);
    // 0.1.0 has no way to.
    if (!last || !relevo.undoMerge) return;
    hold('undo', user, relevo.undoMerge(last), (stand) =>
      watch.check('no throw', undoEnds.test(stand), () => `undo rejects ${stand}`),
    );
  };

  return { signIn, signOut, undo };
};

/** How an undo may end: another customer, or nobody, is here by now; or as any request may. */
const undoEnds = /^(done$|(auth|merge|network|request|server|sync)\/)/;
