import type { Change } from '../../src/client/api.ts';
import { world as createWorld, standOf } from '../client/world.ts';
import { canary, createLookOut, shownBy, tokenIn } from './look-out.ts';
import { createShopTabs, type Tab } from './shop-tabs.ts';
import type { SignOutPlan } from './sign-out-plan.ts';

/** What is wrong after a sign-out, and what it met: a push was in flight, another tab was in the midst of a write, the answer came. */
export type SignedOut = { readonly faults: readonly string[]; readonly met: readonly string[] };

type Written = {
  readonly tab: Tab;
  readonly key: string;
  readonly change: Change;
  readonly isBefore: boolean;
  readonly isCart: boolean;
};

/**
 * One sign-out of Ana, of the plan: a push of hers is out, other tabs write, and it may be that a process ends. Afterwards
 * nothing of hers is in any tab, on the disk of a shared device, in a request, or with whoever comes next; no request has
 * her token once `signOut()` has settled; and what was acknowledged is hers when she is back, once.
 */
export const runSignOut = async (plan: SignOutPlan): Promise<SignedOut> => {
  const world = createWorld({ seed: plan.seed });
  const { clock, random } = world;
  const shop = createShopTabs(world, plan);
  const { disk, line, tabs } = shop;
  const faults: string[] = [];
  const met = new Set<string>();
  const fault = (text: string) => void (faults.length < 5 && faults.push(`${text} (${lookOut.sinceMs} ms)`));
  const lookOut = createLookOut({ shop, clock, plan, fault });
  const { look, lookAtDisk, pass } = lookOut;
  const written: Written[] = [];
  const saved = new Set<Change>();
  let made = 0;

  /** By whoever the page shows. */
  const write = (tab: Tab) => {
    const { relevo } = tab.page;
    if (!tab.user.isAlive()) return;
    const key = `${relevo.identity.current.customerId ?? 'Guest'}~${made++}`;
    const isCart = random.chance(0.6);
    const change = isCart
      ? relevo.cart.add({ sku: key, title: key, url: `/${key}` })
      : random.pick([
          () => relevo.preferences.set(key, key),
          () => relevo.browsing.view({ kind: 'product', id: key, title: key }),
          () => relevo.identity.set({ displayName: key }),
          () => relevo.collection('progress').set(key, { step: key }),
        ])();
    if (!change) return;
    change.saved.then(
      () => saved.add(change),
      () => {},
    );
    change.synced.catch(() => {});
    written.push({ tab, key, change, isBefore: !lookOut.isCalled, isCart });
  };

  // She is here, on every tab, with something of hers at the server and on the disk.
  await clock.pass(200);
  const token = world.token('Ana');
  shop.answers(token);
  for (const { page } of tabs) {
    page.relevo.signIn(token).catch(() => fault('not signed in'));
    await clock.pass(400);
  }
  const guests = new Set(tabs.map(({ page }) => page.relevo.identity.current.anonymousId));
  for (const tab of tabs) for (let n = 0; n < 2; n++) write(tab);
  await clock.pass(2_000);
  if (!disk.text().includes(canary)) fault('nothing of hers to look for');
  if (plan.backlog) {
    line.setOnline(false);
    for (let n = 0; n < plan.backlog; n++) shop.first().preferences.set(`${canary}${n}`, n);
    await clock.pass(500);
    line.setOnline(true);
  }

  // A push of hers is out.
  let release = (): void => {};
  if (plan.line === 'reply held') release = line.hold();
  line.setFaults(
    plan.line === 'reply lost'
      ? { replyLost: 1 }
      : plan.line === 'request lost'
        ? { requestLost: 1 }
        : plan.line === 'reply late'
          ? { delayed: 1 }
          : {},
  );
  if (plan.line === 'offline') line.setOnline(false);
  if (plan.isExpired) {
    world.expire(token);
    shop.answers(world.token('Ana', 2), plan.answerMs);
  }
  const before = shop.asked.length;
  shop.at(random.below(plan.tabs)).page.relevo.cart.add({ sku: `${canary}${made++}` });
  for (let step = 0; step < 60 && shop.asked.length === before; step++) await clock.pass(5);
  disk.setFaults({ slowMs: plan.slowMs });

  // Tabs write, and one of them signs out.
  let outcome: { unsynced: number; outcome: string } | undefined;
  const heal = () => {
    line.setFaults({});
    line.setOnline(true);
    release();
    for (const { page } of shop.alive()) page.signal('online');
  };
  const note = (tab: Tab) => {
    const isOut = shop.asked.some(({ isOpen, body }) => isOpen && tokenIn(body) === 'Ana');
    const isMid = written.some((one) => one.tab !== tab && !saved.has(one.change));
    if (isOut) met.add('a push in flight');
    if (isMid) met.add('another tab mid-write');
    if (isOut && isMid) met.add('both');
  };
  const leave = (tab: Tab, unsynced: 'flush' | 'drop') => {
    note(tab);
    lookOut.called(tab);
    // The others are still busy when it is over.
    shop.deafen(plan.deafMs, tab);
    for (let ms = 0; ms < plan.deafMs; ms += plan.deafMs / 8)
      clock.timer(ms, () => {
        for (const other of tabs) if (other !== tab) write(other);
      });
    shop.answers(plan.isStale ? token : null, plan.isExpired ? plan.answerMs : 0);
    if (plan.kill === 'who signs out, at a write') disk.armKill(tab.user, plan.killedAt);
    const leaving = tab.page.relevo.signOut({ unsynced });
    look();
    leaving.then(
      (result) => {
        outcome = result;
        lookOut.settled();
        if (lookOut.isInMemory) met.add('the store gave way');
      },
      (error) => fault(`signOut() rejects with ${error}`),
    );
    clock.timer(plan.healedMs, heal);
    const killed = plan.kill === 'who signs out' ? tab : plan.kill === 'another tab' ? shop.at(plan.at + 1) : undefined;
    if (killed) clock.timer(plan.killedMs, () => killed.user.kill());
  };
  const askFirst = (tab: Tab) => {
    note(tab);
    // A page that went on answering with fresh tokens would say that she is here, to the tabs that have not seen them.
    shop.answers(undefined, plan.isExpired ? plan.answerMs : 0);
    tab.page.relevo.signOut({ unsynced: 'ask' }).then(
      (result) => {
        outcome = result;
        shop.answers(null);
        lookOut.called(tab);
        lookOut.settled();
        met.add('asked, and left');
        heal();
      },
      (error: { code?: string }) => {
        if (error.code !== 'auth/unsynced') return fault(`asked, it rejects with ${error}`);
        met.add('asked, and stayed');
        for (const { page } of shop.alive())
          if (page.relevo.identity.current.customerId !== 'Ana') fault('asked only, and she is gone');
        leave(tab, 'flush');
      },
    );
  };
  for (const { tab, atMs } of plan.writes) clock.timer(atMs, () => write(shop.at(tab)));
  clock.timer(plan.callMs, () => {
    const tab = shop.at(plan.at);
    if (plan.how === 'ask') askFirst(tab);
    else leave(tab, plan.how);
  });
  const isKilled = () => !!lookOut.signer && !lookOut.signer.user.isAlive();
  await pass(60_000, { stepMs: 10, isOver: () => outcome !== undefined || isKilled() });
  if (isKilled()) {
    lookOut.killed();
    met.add('killed');
  } else if (!outcome) fault('it does not settle');
  // Other tabs go on as if nothing was; one that was killed is opened anew, and knows nobody.
  for (const tab of shop.alive()) write(tab);
  await pass(random.below(300));
  shop.answers(null);
  shop.reopen();
  await pass(400);
  await pass(11_600, { stepMs: 200 });
  heal();
  disk.heal();
  shop.reopen();
  await pass(3_000, { stepMs: 200 });
  // What is in a store that did not answer goes when it does.
  if (!shop.hasStore()) await pass(70_000, { stepMs: 1_000 });
  lookAtDisk('later');

  // Whoever comes next is new, and has what they do.
  const views = new Set(shop.alive().map(({ page }) => page.relevo.identity.current.anonymousId));
  if (views.size !== 1 || [...views].some((id) => guests.has(id))) fault('the next guest is not a new one');
  const guestsOwn = shop.first().cart.add({ sku: `Guest~${made++}` });
  await pass(4_000, { stepMs: 200 });
  if ((await standOf(guestsOwn.synced)) !== 'done') fault('what the next guest did is not synced');
  const enters = async (who: string, serial: number) => {
    const next = world.token(who, serial);
    shop.answers(next);
    const entering = shop.first().signIn(next);
    await pass(8_000, { stepMs: 200 });
    if ((await standOf(entering)) !== 'done') fault(`${who} cannot sign in: ${await standOf(entering)}`);
  };
  const leaves = async () => {
    shop.answers(null);
    const leaving = shop.first().signOut();
    await pass(8_000, { stepMs: 200 });
    await leaving;
  };
  await enters('Ben', 3);
  for (const tab of shop.alive()) write(tab);
  await pass(3_000, { stepMs: 200 });
  await leaves();
  lookAtDisk('after the next customer');

  // What she had is hers, once: at the server, and what a personal device held for her.
  const acknowledged = new Set<Written>();
  /** The sign-out knew of it: the store had it, or the page which signed out. */
  const isHers = ({ isBefore, change, tab }: Written) =>
    isBefore && ((saved.has(change) && !lookOut.isInMemory) || (tab === lookOut.signer && tab.user.isAlive()));
  // What is held in memory alone lasts as long as its page, at most.
  const isHeld = lookOut.mayHold && plan.how !== 'drop' && !lookOut.isInMemory;
  for (const one of written) {
    if (!one.key.startsWith(canary)) continue;
    if ((await standOf(one.change.synced)) === 'done') acknowledged.add(one);
    else if ((isHeld || outcome?.outcome === 'flushed') && isHers(one)) acknowledged.add(one);
  }
  lookOut.end();
  if (lookOut.mayHold) {
    await enters('Ana', 4);
    await leaves();
  }
  const elsewhere = world.device({ consent: { personalization: 'granted' } }).device.open().relevo;
  const back = elsewhere.signIn(world.token('Ana', 5));
  await clock.pass(4_000);
  await back;
  const text = shownBy(elsewhere);
  for (const { key, isCart } of acknowledged) if (isCart && !text.includes(`"sku":"${key}"`)) fault(`${key} is lost`);
  for (const { sku, quantity } of elsewhere.cart.lines) if (quantity !== 1) fault(`${quantity} of ${sku}`);
  if (/Ben~|Guest~/.test(text)) fault(`she has something of others: ${/(Ben|Guest)~\d+/.exec(text)?.[0]}`);
  for (const relevo of [elsewhere, ...shop.alive().map(({ page }) => page.relevo)]) void relevo.stop();
  await clock.pass(5_000);
  return { faults, met: [...met] };
};
