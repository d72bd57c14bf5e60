import type { EngineFlags } from '../client/engine.ts';
import { spaceOf } from '../client/records.ts';
import { cursorVersion } from '../protocol/cursor.ts';
import { checkDropped, checkLeftOver } from './check-leavings.ts';
import { checkShop } from './check-shop.ts';
import { checkStatus } from './check-status.ts';
import { checkTruth } from './check-truth.ts';
import { checkEqual, openTabs } from './equal-pages.ts';
import type { Ledger } from './ledger.ts';
import { answerAnew, lookAtDeaf, startAnew } from './older-engine.ts';
import type { Actor } from './perform.ts';
import { checkRestored } from './restored.ts';
import { isOfNewcomer } from './saved-deed.ts';
import { customers, goesOn, type Script } from './script.ts';
import type { ServerDisk } from './server-disk.ts';
import { setClock } from './set-clock.ts';
import { createSimDevice, type PlantPorts, type SimDevice } from './sim-device.ts';
import { deviceOf } from './stored-device.ts';
import type { World } from './virtual-world.ts';
import type { Watch } from './watch.ts';

/** What the end of a history looks at. */
export type End = {
  readonly serverDisk: ServerDisk | undefined;
  readonly world: World;
  readonly watch: Watch;
  readonly ledger: Ledger;
  readonly actor: Actor;
  readonly devices: readonly SimDevice[];
  readonly script: Script;
  readonly plant: PlantPorts | undefined;
  readonly flags: EngineFlags | undefined;
};

/** Longer than every wait of the engine: a `Retry-After`, the longest poll, the next try of a store. */
const quietMs = 400_000;
/** Of one page in that time: a poll every 15 s at most, and a few tries. */
const mostRequests = 50;
/** A history with no other faults than these is well in three seconds. */
const partitions = ['offline', 'freeze'];

/** Nobody comes back to the guest beside whom a customer signed in: who signs out becomes a new one. */
const besideCustomer = /"guest\\?":\{[^}]*\},\\?"customer/g;

/** The faults stop; then nothing more is done; then everything must be as promised. */
export const checkEnd = async (end: End): Promise<void> => {
  const { world, watch, devices, script } = end;
  const { clock } = world;
  heal(end);
  await clock.pass(3_000);
  if (script.enabled.every((group) => partitions.includes(group))) checkEqual(end, 'healed');
  await wakeWaiting(end);
  const posts = devices.map(({ state }) => state.posts);
  await clock.pass(quietMs);
  devices.forEach(({ state, tabs, index, spec }, d) => {
    const made = state.posts - (posts[d] ?? 0);
    state.isDeaf = !!spec.sdk && !made;
    watch.check('quiet', made <= tabs.length * mostRequests, () => `device ${index}: ${made} requests in quiet`);
  });
  if (watch.finding) return;
  if (lookAtDeaf(devices)) await clock.pass(quietMs);
  answerAnew(devices);
  startAnew(devices, (device) => tellWho(end, device));
  for (const device of devices) await checkDisk(end, device);
  const witnesses = new Map(customers.map((customer) => [customer, witnessOf(end, customer)] as const));
  await clock.pass(5_000);
  checkEqual(end, 'converged', witnesses);
  checkTruth(end, witnesses);
  end.ledger.checkQuantities();
  const texts = devices.map((device) => device.text().replace(besideCustomer, ''));
  end.ledger.checkDoubles(
    (guest) => texts.some((text) => text.includes(guest)),
    (opId) => end.actor.deeds.some(({ ids, device }) => ids.includes(opId) && device.state.isApart),
  );
  const restore = end.ledger.restore();
  if (restore) await checkRestored(end, { rows: end.ledger.rows, ...restore });
  await checkDeeds(end);
  end.actor.checkPayments();
  for (const device of devices) {
    checkDropped(device, { ...end, deeds: end.actor.deeds });
    checkLeftOver(device, watch);
  }
  if (!watch.finding) await checkFresh(end, witnesses);
  await stop(end, [...witnesses.values()]);
};

const heal = (end: End) => {
  const { world, devices, serverDisk, ledger } = end;
  const { clock } = world;
  serverDisk?.heal();
  for (const device of devices) {
    device.line.setFaults({});
    device.line.setOnline(true);
    device.line.setClogged(false);
    device.disk.heal();
    device.state.isSlow = false;
    device.state.hangs.untilMs = Math.min(device.state.hangs.untilMs, clock.now());
    setClock(device, 0, ledger);
    device.tabs.forEach((_, t) => {
      const tab = device.tab(t);
      tab.page.thaw();
      tab.page.setVisible(true);
      tab.page.signal('online');
    });
    tellWho(end, device);
  }
};

/** Pages are told who is there, as shops do when a page loads. */
const tellWho = ({ actor }: End, device: SimDevice) => {
  const { who } = device.state.session;
  for (const tab of device.tabs) {
    if (who) actor.signIn(device, tab, { who });
    else if (!device.spec.hasToken) actor.signOut(device, tab, false);
  }
};

/** Two tabs place nobody's changes: of 0.1.0 one that is behind the other's answer waits for them until it reads again. */
const wakeWaiting = async ({ devices }: End) => {
  for (const { spec, disk, tabs } of devices) {
    if (!spec.sdk || tabs.length < 2) continue;
    const rows = await disk.rows();
    if (rows.some(([[table]]) => table === 'out')) continue;
    for (const { page } of tabs) if (page.relevo.status.pending) page.signal('visible');
  }
};

const witnessOf = (end: End, customer: string): SimDevice => {
  const spec = { kind: 'personal', hasToken: true, tabs: 1, guest: 'synced', consent: 'pending' } as const;
  const witness = createSimDevice({ ...end, spec, index: 100 });
  witness.state.session.who = customer;
  witness.openTab();
  return witness;
};

/** The rows that a device stores are the server's, as far as its cursor says. */
const checkDisk = async ({ watch, ledger }: End, { disk, index, spec, state: { hollow, session } }: SimDevice) => {
  // A guest who keeps to the device asks nothing: the cursor on a copied disk is not told of a restore.
  if (spec.guest === 'local' && !session.who && ledger.restore()) return;
  const rows = await disk.rows();
  const device = deviceOf(rows);
  for (const [key, value] of rows) {
    const [kind, space] = key;
    // What is held of a customer who left is pulled anew at the next sign-in.
    if (kind !== 'space' || !device || space !== spaceOf(device) || space === hollow) continue;
    const { cursor } = value as { cursor: string | null };
    const table = ledger.rows.get(`pk_world/${space}`);
    if (!cursor || !table) continue;
    const at = cursorVersion(cursor);
    const stored = new Map(
      rows
        .filter(([[table, id, collection]]) => table === 'row' && id === space && collection === 'cart')
        .map(([[, , , name], row]) => [String(name), (row as readonly number[])[0] ?? 0]),
    );
    for (const { collection, key: name, version, state } of table.values()) {
      if (collection !== 'cart') continue;
      const has = stored.get(name) ?? 0;
      const isRight = version > at ? has <= at : state === null ? !has : has === version;
      watch.check(
        'cursor has rows',
        isRight,
        () => `device ${index}: at ${at} has ${name} of ${has}, the server ${version}`,
      );
    }
  }
};

const checkDeeds = async ({ watch, actor, ledger, devices, script }: End) => {
  const hasOlder = devices.some(({ spec }) => spec.sdk);
  for (const { device, tab } of openTabs(devices)) {
    if (!tab.page.relevo.status.isReady) continue;
    // A server that was put back takes an order that is told again for a new one where it lost the first, and one that it
    // had from another device for one that was told before.
    if (!device.state.reports.hasOrdered || !ledger.restore()) checkShop(watch, device, tab, hasOlder);
    checkStatus(watch, device, tab);
  }
  for (const deed of actor.deeds) {
    const { what, ids, device, atMs, saved, synced, isLost } = deed;
    const added = synced === 'done' && /^add \w+ (\d+)$/.exec(what)?.[1];
    const sums = ids.flatMap((id) => {
      const op = ledger.sent.get(id);
      return op?.t === 'add' ? op.n : [];
    });
    if (added) watch.check('saved is kept', sums.includes(Number(added)), () => `${what}: the server got ${sums}`);
    const { state, spec } = device;
    // A kiosk keeps nothing behind its page.
    if (spec.kind === 'kiosk') continue;
    if (saved !== 'done' || (synced !== 'open' && synced !== 'done' && synced !== 'sync/abandoned')) continue;
    const said = [state.droppedAtMs, ...[...state.leavings].map((one) => one.atMs)];
    if (spec.kind === 'shared') said.push(state.unsyncedAtMs);
    const goneAtMs = spec.sdk ? state.leftAtMs : Math.max(...said);
    if (isLost || goneAtMs >= atMs || (spec.guest === 'local' && !state.session.who)) continue;
    if (what === 'view' || what === 'unview') continue;
    // A guest of 0.1.0 whose claim had no answer waits for its customer after a sign-out too, with what it did since.
    const isKept = ids.some((id) => ledger.durable.has(id));
    const text = !isKept && spec.sdk && !state.session.who ? device.text() : '';
    if (text.includes('claimAt') && ids.some((id) => text.includes(id))) continue;
    // It was in the copy of a line that went on with the guest's cart.
    const isCopied = spec.keep && synced !== 'done' && goesOn(script) && /^(add|set|remove) /.test(what);
    if (!isKept && isCopied) continue;
    // Its page may have ended before it was told.
    if (!isKept && isOfNewcomer(deed, device)) continue;
    // A page that is told that nobody is here may see off a customer whose sign-in had outlived the sign-out.
    if (!isKept && synced !== 'done' && (await isHeld(device, ids))) continue;
    if (!isKept && ids.every((id) => state.heldBack.has(id))) continue;
    // The guest has become a customer who left: a page in memory that is told so hands it to nobody.
    if (synced === 'sync/abandoned' && state.wasDegraded && ids.every((id) => state.givenBack.has(id))) continue;
    watch.check('saved is kept', isKept, () => `${what} of device ${device.index} at ${atMs}, ${synced}`);
  }
};

/**
 * What a customer who left could not send: a personal device keeps it until they are back. What was nobody's, of a tab
 * beside which somebody left, waits for the next page.
 */
const isHeld = async ({ spec, disk }: SimDevice, ids: readonly string[]): Promise<boolean> => {
  const rows = await disk.rows();
  const device = deviceOf(rows);
  const isLeft = (space: unknown) => spec.kind === 'personal' && !!device && space !== spaceOf(device);
  return rows.some(
    ([[table, space, ...rest]]) =>
      (table === 'limbo' || (table === 'out' && isLeft(space))) && ids.includes(String(rest.at(-1))),
  );
};

/** What its shop reported while its store failed 0.1.0 takes up when another device changes something, and not before. */
const holdsReports = ({ spec, disk }: SimDevice): boolean =>
  !!spec.sdk && disk.rowsNow().some(([[table]]) => table === 'capture');

/** All is quiet: one more change of each customer is everywhere in three seconds. */
const checkFresh = async (end: End, witnesses: ReadonlyMap<string, SimDevice>) => {
  if (end.devices.some(holdsReports)) return;
  // See `pendingInvariants`; 0.1.0 takes one missing report of a shop for its habit, and the next one for its customer's.
  const isTrusted = end.devices.every(({ shop, state }) => !shop || state.lostAtMs < 0);
  const isOldShops = (customer: string) =>
    end.devices.some(({ shop, state, spec }) => shop && spec.sdk && state.session.who === customer);
  const wasSet = new Map<string, string>();
  for (const [customer, { tabs }] of witnesses) {
    const relevo = tabs[0]?.page.relevo;
    const line = relevo?.cart.lines[0];
    if (line && !isOldShops(customer)) {
      relevo?.cart.setQuantity(line.key, 7);
      wasSet.set(customer, line.key);
    }
    relevo?.preferences.set('fresh', 'yes');
  }
  await end.world.clock.pass(3_000);
  checkEqual(end, 'fresh', witnesses);
  for (const [customer, { tabs }] of witnesses) {
    const key = wasSet.get(customer);
    // Another one may be the first by now: a merge that was owed may have come in between.
    const quantity = tabs[0]?.page.relevo.cart.lines.find((line) => line.key === key)?.quantity;
    if (key && isTrusted)
      end.watch.check('fresh', quantity === 7, () => `${customer}: 7 were set, ${quantity} are shown`);
  }
};

const stop = async ({ world, watch, actor, devices }: End, witnesses: readonly SimDevice[]) => {
  for (const { device, tab } of openTabs([...devices, ...witnesses]))
    actor.hold(`stop of device ${device.index}`, tab.user, tab.page.relevo.stop());
  await world.clock.pass(30_000);
  for (const { device, tab } of openTabs([...devices, ...witnesses]))
    watch.check('stopped', !tab.page.pendingTimers, () => `device ${device.index}: ${tab.page.pendingTimers} timers`);
  for (const { what, user, stand } of actor.held)
    if (user.isAlive()) watch.check('settled', stand !== 'open', () => what);
};
