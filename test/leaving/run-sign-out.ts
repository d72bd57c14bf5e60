import type { Change, Relevo } from '../../src/client/api.ts';
import type { Ports } from '../../src/client/ports.ts';
import type { VirtualPage } from '../../src/testing/virtual-device.ts';
import { createVirtualDisk, type DiskUser } from '../../src/testing/virtual-disk.ts';
import { world as createWorld, standOf } from '../client/world.ts';
import type { SignOutPlan } from './sign-out-plan.ts';

/** A fault of the product, put under the pages of the device. */
export type PlantedPorts = (ports: Ports) => Ports;

/** What is wrong after a sign-out, and what it met: the push was out, a write was under way, the answer came. */
export type SignedOut = { readonly faults: readonly string[]; readonly met: readonly string[] };

type Tab = { readonly page: VirtualPage; readonly user: DiskUser };
type Written = { readonly key: string; readonly change: Change; readonly isBefore: boolean; readonly isCart: boolean };

/** All that a page gives away. */
const shownBy = ({ cart, browsing, preferences, identity, collection }: Relevo): string =>
  JSON.stringify([
    cart.lines,
    cart.parked,
    browsing.recent(),
    preferences.entries(),
    identity.current,
    collection('progress').entries(),
  ]);

/** Who a request is for, if not for a guest. */
const tokenIn = (body: string): string | undefined => /"token":"world:(\w+)\./.exec(body)?.[1];

// Nothing that is made up at random has a capital letter and this sign.
const canary = 'Ana~';
const hearMs = 100;
const around = (text: string): string => text.slice(Math.max(0, text.indexOf('Ana') - 150), text.indexOf('Ana') + 60);

/**
 * One sign-out of Ana, of the plan: a push of hers is out, other tabs write, and it may be that a process ends. Afterwards
 * nothing of hers is in any tab, on the disk of a shared device, in a request, or with whoever comes next; no request has
 * her token once `signOut()` has settled; and what was acknowledged is hers when she is back, once.
 */
export const runSignOut = async (plan: SignOutPlan, plant: PlantedPorts = (ports) => ports): Promise<SignedOut> => {
  const world = createWorld({ seed: plan.seed });
  const { clock, random } = world;
  const faults: string[] = [];
  const met = new Set<string>();
  const fault = (text: string) => void (faults.length < 5 && faults.push(`${text} (${clock.now() - calledMs} ms)`));
  const disk = createVirtualDisk({ clock, random });
  const asked: { readonly atMs: number; readonly body: string }[] = [];
  const written: Written[] = [];
  /** What the page answers: a token, that nobody is here, or that it is not known yet. */
  let session: string | null | undefined = null;
  let answerMs = 0;
  let made = 0;
  let user: DiskUser = { isAlive: () => false, kill: () => {} };
  let calledMs = Number.POSITIVE_INFINITY;
  let overMs = Number.POSITIVE_INFINITY;

  const { device, line } = world.device(
    { consent: { personalization: 'granted' }, device: { kind: plan.kind } },
    (ports, page) => {
      const own: DiskUser = { isAlive: page.isAlive, kill: () => page.kill() };
      user = own;
      return plant({
        ...ports,
        openStore: () => disk.open(own),
        transport: {
          ...ports.transport,
          post(path, body, how) {
            if (!own.isAlive()) return new Promise(() => {});
            asked.push({ atMs: clock.now(), body });
            return ports.transport.post(path, body, how);
          },
          beacon(path, body) {
            if (!own.isAlive()) return;
            asked.push({ atMs: clock.now(), body });
            ports.transport.beacon(path, body);
          },
        },
        tabs: {
          ...ports.tabs,
          subscribe: (listener) =>
            ports.tabs.subscribe((message) => {
              if (plan.tabsMs) clock.timer(random.below(plan.tabsMs), () => own.isAlive() && listener(message));
              else listener(message);
            }),
        },
      });
    },
  );
  const getToken = async () => {
    const answer = session;
    if (answerMs) await new Promise<void>((done) => void clock.timer(answerMs, done));
    return answer;
  };
  const open = (): Tab => {
    const page = device.open(plan.answerMs === undefined ? {} : { getToken });
    return { page, user };
  };
  const tabs: Tab[] = Array.from({ length: plan.tabs }, open);
  const alive = () => tabs.filter((tab) => tab.user.isAlive());
  const tabAt = (at: number): Tab => tabs[at] as Tab;
  const first = (): Relevo => (alive()[0] as Tab).page.relevo;

  /** By whoever the page shows. */
  const write = ({ page: { relevo }, user: own }: Tab) => {
    if (!own.isAlive()) return;
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
    change.saved.catch(() => {});
    change.synced.catch(() => {});
    written.push({ key, change, isBefore: clock.now() < calledMs, isCart });
  };

  const reopen = () =>
    tabs.forEach((tab, at) => {
      if (!tab.user.isAlive()) tabs[at] = open();
    });

  let seen = 0;
  /** Nothing of hers is shown, from the call where it is made, and from when they can have heard in other tabs; nothing is sent. */
  const look = () => {
    const nowMs = clock.now();
    for (const tab of alive()) {
      const fromMs = tab === signer ? calledMs : Math.min(calledMs + hearMs, overMs);
      if (nowMs >= fromMs && shownBy(tab.page.relevo).includes('Ana')) fault(`tab ${tabs.indexOf(tab)} shows her`);
    }
    for (const { atMs, body } of asked.slice(seen)) {
      const who = tokenIn(body);
      if (atMs > overMs && who === 'Ana') fault('a request with her token');
      if (who !== 'Ana' && body.includes('Ana')) fault(`a request of ${who ?? 'a guest'} with something of hers`);
    }
    seen = asked.length;
  };
  const pass = async (ms: number, stepMs = 20, isOver = () => false) => {
    for (let left = ms; left > 0 && !isOver(); left -= stepMs) {
      await clock.pass(Math.min(left, stepMs));
      look();
    }
  };
  // A page that was killed cannot say to the next one that nothing is to be held.
  const mayHold = plan.kind === 'personal' && (plan.how !== 'drop' || plan.kill.startsWith('who'));
  const lookAtDisk = (when: string) => {
    const rows = disk.rowsNow().filter(([key]) => !mayHold || key[0] !== 'out');
    const text = JSON.stringify([rows, device.marker.text]);
    if (text.includes(mayHold ? canary : 'Ana')) fault(`${when} the device has something of hers: ${around(text)}`);
  };
  const hasStore = () => alive().every(({ page }) => page.relevo.status.storage !== 'memory');
  let signer: Tab | undefined;

  // She is here, on every tab, with something of hers at the server and on the disk.
  await clock.pass(200);
  const token = world.token('Ana');
  session = token;
  for (const { page } of tabs) {
    page.relevo.signIn(token).catch(() => fault('not signed in'));
    await clock.pass(400);
  }
  const guests = new Set(tabs.map(({ page }) => page.relevo.identity.current.anonymousId));
  for (const tab of tabs) for (let n = 0; n < 2; n++) write(tab);
  await clock.pass(2_000);
  if (!disk.text().includes(canary)) fault('nothing of hers to look for');

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
    session = world.token('Ana', 2);
    answerMs = plan.answerMs ?? 0;
  }
  const before = asked.length;
  tabAt(random.below(plan.tabs)).page.relevo.cart.add({ sku: `Ana~${made++}` });
  for (let step = 0; step < 60 && asked.length === before; step++) await clock.pass(5);
  if (asked.length > before) met.add('push out');
  disk.setFaults({ slowMs: plan.slowMs });

  // Tabs write, and one of them signs out.
  let outcome: { unsynced: number; outcome: string } | undefined;
  const heal = () => {
    line.setFaults({});
    line.setOnline(true);
    release();
    for (const { page } of alive()) page.signal('online');
  };
  const leave = (tab: Tab, unsynced: 'flush' | 'drop') => {
    signer = tab;
    calledMs = clock.now();
    session = null;
    if (written.some(({ isBefore, change }) => isBefore && !saved.has(change))) met.add('mid-write');
    if (plan.kill === 'who signs out, at a write') disk.armKill(tab.user, plan.killedAt);
    const leaving = tab.page.relevo.signOut({ unsynced });
    look();
    leaving.then(
      (result) => {
        outcome = result;
        overMs = clock.now();
        look();
        if (hasStore()) lookAtDisk('when it has settled');
        else met.add('the store gave way');
      },
      (error) => fault(`signOut() rejects with ${error}`),
    );
    clock.timer(plan.healedMs, heal);
    const killed =
      plan.kill === 'who signs out' ? tab : plan.kill === 'another tab' ? tabAt((plan.at + 1) % plan.tabs) : undefined;
    if (killed) clock.timer(plan.killedMs, () => killed.user.kill());
  };
  const saved = new Set<Change>();
  const askFirst = (tab: Tab) => {
    // A page that went on answering with fresh tokens would say that she is here, to the tabs that have not seen them.
    session = undefined;
    tab.page.relevo.signOut({ unsynced: 'ask' }).then(
      (result) => {
        outcome = result;
        session = null;
        signer = tab;
        calledMs = overMs = clock.now();
        met.add('asked, and left');
        heal();
      },
      (error: { code?: string }) => {
        if (error.code !== 'auth/unsynced') return fault(`asked, it rejects with ${error}`);
        met.add('asked, and stayed');
        for (const { page } of alive())
          if (page.relevo.identity.current.customerId !== 'Ana') fault('asked only, and she is gone');
        leave(tab, 'flush');
      },
    );
  };
  for (const { tab, atMs } of plan.writes)
    clock.timer(atMs, () => {
      write(tabAt(tab));
      const { change } = written.at(-1) ?? {};
      change?.saved.then(
        () => saved.add(change),
        () => {},
      );
    });
  clock.timer(plan.callMs, () => {
    const tab = tabAt(plan.at);
    if (plan.how === 'ask') askFirst(tab);
    else leave(tab, plan.how);
  });
  const isKilled = () => !!signer && !signer.user.isAlive();
  await pass(60_000, 10, () => outcome !== undefined || isKilled());
  if (isKilled()) {
    overMs = Math.min(overMs, clock.now() + hearMs);
    met.add('killed');
  } else if (!outcome) fault('it does not settle');
  // Other tabs go on as if nothing was; one that was killed is opened anew, and knows nobody.
  for (const tab of alive()) write(tab);
  await pass(random.below(300));
  reopen();
  await pass(400);
  await pass(11_600, 200);
  heal();
  disk.heal();
  reopen();
  await pass(3_000, 200);
  // What is in a store that did not answer goes when it does.
  if (!hasStore()) await pass(70_000, 1_000);
  lookAtDisk('later');

  // Whoever comes next is new, and has what they do.
  const views = new Set(alive().map(({ page }) => page.relevo.identity.current.anonymousId));
  if (views.size !== 1 || [...views].some((id) => guests.has(id))) fault('the next guest is not a new one');
  const guestsOwn = first().cart.add({ sku: `Guest~${made++}` });
  await pass(4_000, 200);
  if ((await standOf(guestsOwn.synced)) !== 'done') fault('what the next guest did is not synced');
  const enters = async (who: string, serial: number) => {
    const next = world.token(who, serial);
    session = next;
    const entering = first().signIn(next);
    await pass(8_000, 200);
    if ((await standOf(entering)) !== 'done') fault(`${who} cannot sign in: ${await standOf(entering)}`);
  };
  const leaves = async () => {
    session = null;
    const leaving = first().signOut();
    await pass(8_000, 200);
    await leaving;
  };
  await enters('Ben', 3);
  for (const tab of alive()) write(tab);
  await pass(3_000, 200);
  await leaves();
  lookAtDisk('after the next customer');

  // What she had is hers, once: at the server, and what a personal device held for her.
  const acknowledged = new Set<Written>();
  for (const one of written) {
    if (!one.key.startsWith(canary)) continue;
    if ((await standOf(one.change.synced)) === 'done') acknowledged.add(one);
    else if (mayHold && plan.how !== 'drop' && one.isBefore && saved.has(one.change)) acknowledged.add(one);
  }
  calledMs = overMs = Number.POSITIVE_INFINITY;
  if (mayHold) {
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
  if (outcome?.outcome === 'flushed')
    for (const { key, change, isBefore, isCart } of written)
      if (isBefore && isCart && saved.has(change) && key.startsWith(canary) && !text.includes(`"sku":"${key}"`))
        fault(`${key} is lost, and it was called flushed`);
  for (const relevo of [elsewhere, ...alive().map(({ page }) => page.relevo)]) void relevo.stop();
  await clock.pass(5_000);
  return { faults, met: [...met] };
};
