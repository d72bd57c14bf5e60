import type { Change, Relevo } from '../client/api.ts';
import { priceOf } from './canaries.ts';
import { type Deed, isLostByOld } from './deed.ts';
import type { Ledger } from './ledger.ts';
import { hasRowsBesideLines, hasWithdrawnViews } from './older-engine.ts';
import { createDeviceActs } from './perform-devices.ts';
import { createPaymentActs } from './perform-payments.ts';
import { createSessionActs } from './perform-sessions.ts';
import { besideWhom, giveUp, hearSaved } from './saved-deed.ts';
import type { Step } from './script.ts';
import { byHand } from './script-acts.ts';
import { noteReport } from './shop-reports.ts';
import type { SimDevice, SimTab } from './sim-device.ts';
import { markedIn } from './stored-device.ts';
import type { World } from './virtual-world.ts';
import type { Watch } from './watch.ts';

/** A promise that a page gave. */
export type Held = { readonly what: string; readonly user: SimTab['user']; stand: string };

export type Actor = ReturnType<typeof createActor>;

const standOf = (promise: Promise<unknown>, on: (stand: string) => void) => {
  promise.then(
    () => on('done'),
    (error: { code?: string }) => on(String(error?.code ?? error)),
  );
};

/** Does what a script says its customers do, and keeps every promise that comes of it. */
export const createActor = ({
  world,
  watch,
  ledger,
  hasShop,
  isLeaving,
  idOf,
}: {
  world: World;
  watch: Watch;
  ledger: Ledger;
  /** Some device has a shop's own cart. */
  hasShop: boolean;
  /** Lines may stay in view when their customer leaves, and their titles with them. */
  isLeaving: boolean;
  /** The id of a device of the history, as one of its pages says. */
  idOf(device: number): string | undefined;
}) => {
  const { clock } = world;
  const deeds: Deed[] = [];
  const held: Held[] = [];
  /** What was ordered, by who placed it, as the shop knows it. */
  const placed = new Map<string, readonly { sku: string; quantity: number }[]>();
  const isKnown = ({ disk, state: { session } }: SimDevice, order: string) =>
    ledger.hasOrder(session.who ?? '', order) ||
    disk.rowsNow().some((row) => row[0][0] !== 'shop' && JSON.stringify(row).includes(`"${order}"`));
  /** A shop gives a number to one order; two people who report the same are one only for the server, when a guest signs in. */
  const isOthers = (order: string) => [...placed.keys()].some((name) => name.endsWith(`/${order}`));
  let canaries = 0;

  const hold = (
    what: string,
    user: SimTab['user'],
    promise: Promise<unknown>,
    on: (stand: string) => void = () => {},
  ) => {
    const one: Held = { what, user, stand: 'open' };
    held.push(one);
    standOf(promise, (stand) => {
      one.stand = stand;
      on(stand);
    });
  };

  const did = (
    what: string,
    device: SimDevice,
    { page, user, loading, idsOf }: SimTab,
    act: () => Change | readonly Change[],
  ) => {
    const { result, ids } = idsOf(act);
    if (device.spec.sdk || page.relevo.status.degraded) ledger.madeApart(ids);
    ledger.keeps.made(ids);
    const changes = Array.isArray(result) ? (result as readonly Change[]) : [result as Change];
    for (const { saved, synced } of changes) {
      const isNew = { saved: 'open', synced: 'open', isAtRisk: false, isLost: false };
      const deed: Deed = { what, ids, device, user, loading, atMs: clock.now(), ...isNew };
      deeds.push(deed);
      hold(`saved of ${what}`, user, saved, (stand) => {
        deed.saved = stand;
        if (stand !== 'done') return;
        hearSaved(deed, device);
        deed.beside = besideWhom(deed, page.relevo.identity.current.anonymousId, device);
      });
      hold(`synced of ${what}`, user, synced, (stand) => {
        const isThere = changes.length > 1 || ids.some((id) => ledger.durable.has(id));
        deed.synced = stand === 'done' && !isThere && isLostByOld(deed) ? 'lost' : stand;
        if (stand === 'sync/abandoned') giveUp(deed, device);
        if (deed.synced !== 'done') return;
        // See `pendingInvariants`.
        const isWithdrawn =
          /view$/.test(what) && (device.state.withdrawnAtMs >= deed.atMs || hasWithdrawnViews(device, ledger));
        watch.check('synced is durable', isThere || isWithdrawn, () => `${what} of device ${device.index}, ${ids}`);
      });
    }
  };

  /** The page shows what it just wrote. */
  const reads = (device: SimDevice, relevo: Relevo, what: string, sku: string, wanted: number) => {
    const found = relevo.cart.find({ sku })?.quantity ?? 0;
    watch.check(
      'own writes',
      found === wanted,
      () => `device ${device.index}: ${what} ${sku} shows ${found}, not ${wanted}`,
    );
  };

  const { signIn, signOut, undo } = createSessionActs({ clock, watch, ledger, placed, hold });
  const devices = createDeviceActs({ clock, watch, ledger, did, hold, idOf });
  const payments = createPaymentActs({ world, watch, ledger, deeds, hold });

  const perform = (device: SimDevice, tab: SimTab, step: Step): unknown => {
    // As it was before somebody looked at it.
    const { relevo, isFrozen } = tab.page;
    // Whoever uses a tab has it in view.
    if (byHand.has(step.do)) {
      tab.page.thaw();
      device.requests.acted();
      device.kiosk?.acted(tab.page, tab.user);
      if (device.kiosk) tab.page.act();
    }
    const { isReady } = relevo.status;
    const who = isReady ? (relevo.identity.current.customerId ?? 'guest') : 'guest';
    const canary = `${who}~${++canaries}`;
    const { shop } = device;
    noteReport(device, { relevo, isFrozen }, step, clock.now());
    const sku = 'sku' in step ? step.sku : '';
    const details = isLeaving ? { title: `The ${sku}`, price: priceOf(canary) } : { title: canary };
    const shown = sku ? (relevo.cart.find({ sku })?.quantity ?? 0) : 0;
    // What a device of 0.1.0 brought may have lost its article.
    const isAside = () => relevo.cart.parked.some((line) => line.sku === sku || !line.sku);
    const isParked = isAside();
    const expect = (wanted: number) => {
      // In 0.1.0 a line that was set aside and then ordered comes back there.
      const isHidden = device.spec.sdk && (isAside() || hasRowsBesideLines(device.text()));
      if (isReady && !isParked && !isHidden) reads(device, relevo, step.do, sku, Math.min(999, wanted));
    };
    switch (step.do) {
      case 'add':
        did(`add ${sku} ${step.n}`, device, tab, () => relevo.cart.add({ sku, quantity: step.n, ...details }));
        shop?.change(sku, step.n);
        return expect(shown + step.n);
      case 'set':
        if (!shown) return undefined;
        did(`set ${sku} ${step.n}`, device, tab, () => relevo.cart.setQuantity({ sku }, step.n));
        shop?.change(sku, step.n - shown);
        return expect(step.n);
      case 'remove':
        if (!shown) return undefined;
        did(`remove ${sku}`, device, tab, () => relevo.cart.remove({ sku }));
        shop?.change(sku, -shown);
        return expect(0);
      case 'update':
        if (shown) did(`update ${sku}`, device, tab, () => relevo.cart.update({ sku }, details));
        return undefined;
      case 'clear':
        did('clear', device, tab, () => relevo.cart.clear());
        return shop?.cart.clear();
      case 'unpark': {
        const [line] = relevo.cart.parked;
        if (line) did('unpark', device, tab, () => relevo.cart.unpark(line.key));
        return undefined;
      }
      case 'order': {
        const { orders, session, entering } = device.state;
        const name = `${orders.nameOf(session.who)}/${step.order}`;
        const isPlaced = placed.has(name);
        // Its page opened again while somebody comes, or could not come: the guest of that moment has ordered nothing,
        // and the shop knows it has. So it is before anybody could say to the server that it was placed.
        const here = isReady ? relevo.identity.current.customerId : markedIn(device.device)?.customer?.id;
        const isComing = entering || (here ?? null) !== session.who;
        const isTooEarly = isPlaced ? isComing || !isKnown(device, step.order) : isOthers(step.order);
        if ((hasShop && isTooEarly) || !orders.takes(step.order, session.who)) return undefined;
        // What it says was ordered is what was: a shop gives a number to one order.
        const items = (hasShop && placed.get(name)) || [{ sku, quantity: step.n }];
        placed.set(name, items);
        if (isPlaced) device.state.reports.again.add(step.order);
        device.state.ordered.push({ user: tab.user, orderId: step.order, items });
        relevo.capture({ type: 'purchase', orderId: step.order, items });
        // A page of an old order, loaded again, on another device too, changes nothing of the shop's cart.
        return isPlaced ? undefined : shop?.change(sku, -step.n);
      }
      case 'shop':
        return shop?.act(relevo, sku, step.n);
      case 'view':
        // A kiosk notes none.
        if (device.kiosk) return void relevo.browsing.view({ kind: 'product', id: step.key, title: canary });
        return did('view', device, tab, () => relevo.browsing.view({ kind: 'product', id: step.key, title: canary }));
      case 'unview':
        return did('unview', device, tab, () => relevo.browsing.remove(step.key, 'product'));
      case 'prefer': {
        if (relevo.status.degraded && relevo.preferences.get(step.key) === undefined) ledger.madeBlind(canary);
        did('prefer', device, tab, () => relevo.preferences.set(step.key, canary));
        const found = relevo.preferences.get(step.key);
        if (isReady)
          watch.check('own writes', found === canary, () => `preference ${step.key}: ${found}, not ${canary}`);
        return undefined;
      }
      case 'flag':
      case 'unflag':
        return did(step.do, device, tab, () => relevo.collection('likes').set(step.key, step.do === 'flag'));
      case 'patch':
        return did('patch', device, tab, () => relevo.collection('quiz').patch('answers', { [step.key]: canary }));
      case 'trait':
        return did('trait', device, tab, () => relevo.identity.set({ [step.key]: canary }));
      case 'consent':
        if (step.state === 'denied') device.state.withdrawnAtMs = clock.now();
        return did('consent', device, tab, () => relevo.consent.set({ personalization: step.state }));
      case 'sign in':
        return signIn(device, tab, step);
      case 'sign out':
        return signOut(device, tab, step.isDropping);
      case 'begin':
      case 'pay':
      case 'abandon':
      case 'shop says':
        return payments.act(device, tab, step);
      case 'own':
      case 'more':
      case 'fewer':
      case 'none':
      case 'touch':
      case 'devices':
      case 'revoke':
      case 'session ends':
      case 'answers':
        return devices.act(device, tab, step, canary);
      case 'undo':
        return undo(device, tab);
      case 'flush':
        return hold('flush', tab.user, relevo.flush());
      case 'reload':
        tab.page.signal('pagehide');
        hold('stop', tab.user, relevo.stop());
        return tab.user.kill(false);
      case 'kill':
        return tab.user.kill();
      case 'tab':
        return device.openTab();
      case 'hide':
        return tab.page.setVisible(false);
      case 'show':
        return tab.page.setVisible(true);
      case 'leave':
        tab.page.signal('pagehide');
        return tab.page.signal('pageshow');
      case 'expire': {
        const token = device.token();
        if (token) world.expire(token);
        device.state.session.serial++;
        return watch.fault('token expired');
      }
      default:
        return undefined;
    }
  };

  return { perform, signIn, signOut, hold, deeds, held, checkPayments: payments.check };
};
