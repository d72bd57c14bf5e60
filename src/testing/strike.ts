import type { StoreKey } from '../client/ports.ts';
import { beginIncarnation } from '../server/incarnation.ts';
import type { Store } from '../server/store.ts';
import { ageingLimits } from './ageing.ts';
import type { Ledger } from './ledger.ts';
import type { MergeFaults } from './merge-faults.ts';
import { backWithoutRows } from './older-engine.ts';
import { giveUpOthers } from './page-ends.ts';
import { heldBy, type LedgerBackup } from './restored.ts';
import { loseSaved, loseUnsaid } from './saved-deed.ts';
import type { Step } from './script.ts';
import type { Backup, Commit, ServerDisk } from './server-disk.ts';
import { setClock } from './set-clock.ts';
import type { SimDevice } from './sim-device.ts';
import { deviceIn, markedIn } from './stored-device.ts';
import type { DiskCopy, DiskFaults } from './virtual-disk.ts';
import type { World } from './virtual-world.ts';
import type { Watch } from './watch.ts';

/** What is kept beside the store says that who stands in there has left. */
const noteGivenBack = ({ disk, device, state }: SimDevice) => {
  const [stored, marked] = [deviceIn(disk), markedIn(device)];
  if (!stored || stored.customer || !marked || marked.customer) return;
  if (marked.epoch <= stored.epoch + 1 || marked.guest.id === stored.guest.id) return;
  for (const [[table, space, ...rest]] of disk.rowsNow())
    if (table === 'out' && space === stored.guest.id) state.givenBack.add(String(rest.at(-1)));
};

/** Lets the faults of a script strike. */
export const createStriker = ({
  world,
  watch,
  ledger,
  devices,
  serverDisk,
  plantStore,
  mergeFaults,
}: {
  world: World;
  watch: Watch;
  ledger: Ledger;
  devices: readonly SimDevice[];
  serverDisk(): ServerDisk | undefined;
  plantStore(store: Store): Store;
  mergeFaults: MergeFaults;
}) => {
  const { clock } = world;
  const copies = new Map<SimDevice, { rows: DiskCopy; marker: string | null; hollow: string | undefined }>();

  let untilCrash: number | undefined;
  let isCalm = false;

  const restartServer = () => {
    const disk = serverDisk();
    if (disk) world.restart(plantStore(disk.store()));
    for (const { line } of devices) line.reset();
  };

  const backups: { disk: Backup; ledger: LedgerBackup }[] = [];
  const restore = async ({ n, isSaid }: { n: number; isSaid: boolean }) => {
    const disk = serverDisk();
    const backup = backups[n % Math.max(1, backups.length)];
    if (!disk || !backup) return;
    watch.fault(isSaid ? 'server restored' : 'server restored in silence');
    await disk.restore(backup.disk, async (tx) => {
      if (isSaid) await beginIncarnation(tx, { ids: world.ids, nowMs: clock.now(), isKnownHead: true });
    });
    ledger.restored({ backup: backup.ledger, held: await Promise.all(devices.map(heldBy)), isSaid });
    restartServer();
  };

  const crash = async () => {
    if (isCalm) return;
    watch.fault('server crash');
    if ((await serverDisk()?.crash())?.isTorn) watch.fault('server disk torn');
    restartServer();
  };

  const strike = async (device: SimDevice, step: Step) => {
    switch (step.do) {
      case 'line':
        return device.line.setFaults(step.faults);
      case 'offline':
        watch.fault('offline');
        return device.line.setOnline(false);
      case 'online':
        device.line.setOnline(true);
        for (const { page } of device.tabs) page.signal('online');
        return;
      case 'clog':
        watch.fault('clogged');
        return device.line.setClogged(true);
      case 'unclog':
        return device.line.setClogged(false);
      case 'freeze':
        watch.fault('half-open socket');
        return device.line.freezeLive();
      case 'clock':
        watch.fault('clock jump');
        return setClock(device, step.ms, ledger);
      case 'disk':
        for (const kind of diskFaultNames(step.faults)) watch.fault(`disk ${kind}`);
        if (step.faults.quotaBytes !== undefined || step.faults.failing === 'QuotaExceededError')
          device.state.wasFull = true;
        if (step.faults.open) device.state.opensLate = { fromMs: clock.now(), untilMs: Number.POSITIVE_INFINITY };
        else device.state.opensLate.untilMs = Math.min(device.state.opensLate.untilMs, clock.now());
        device.state.isSlow = !!(step.faults.hangNth || step.faults.slowMs);
        if (step.faults.hangNth) device.state.hangs = { fromMs: clock.now(), untilMs: Number.POSITIVE_INFINITY };
        else device.state.hangs.untilMs = Math.min(device.state.hangs.untilMs, clock.now());
        return device.disk.setFaults(step.faults);
      case 'disconnect':
        watch.fault('disk connection closed');
        return device.disk.disconnect();
      case 'kill at write':
        return device.disk.armKill(device.tab(step.t).user, step.point);
      case 'server full':
      case 'server has room':
        watch.fault('server disk full', Number(step.do === 'server full'));
        return serverDisk()?.setFull(step.do === 'server full');
      case 'freeze tab':
        watch.fault('tab frozen');
        return device.freezeTab(step.t);
      case 'thaw tab':
        return device.thawTab(step.t);
      case 'duplicate tab':
        watch.fault('tab duplicated');
        return device.duplicateTab();
      case 'server backup': {
        const disk = serverDisk();
        if (disk) backups.push({ disk: disk.backup(), ledger: ledger.backup() });
        return;
      }
      case 'server restored':
        return restore(step);
      case 'hook':
        watch.fault(`hook ${step.does}`, Number(step.does !== 'nothing'));
        return mergeFaults.setHook(step.does);
      case 'store in merge':
        watch.fault(`store ${step.how} in a merge`, Number(step.calls > 0));
        return mergeFaults.setTrouble(step);
      case 'server crash':
        return crash();
      case 'crash in retention':
        untilCrash = step.commits;
        return;
      case 'away':
        watch.fault(step.ms > ageingLimits.replicaIdleDays * 86_400_000 ? 'away beyond the horizon' : 'away');
        device.killAll();
        device.state.awayUntilMs = clock.now() + step.ms;
        return;
      case 'server crash at write':
        return serverDisk()?.atNextWrite(() => void crash());
      default:
        return lose(device, step);
    }
  };

  const lose = (device: SimDevice, step: Step) => {
    const { disk, state } = device;
    const before = deviceIn(disk);
    const text = disk.text();
    const guest = before?.guest.id;
    if (step.do === 'copy') {
      copies.set(device, { rows: disk.copy(), marker: device.device.marker.text, hollow: state.hollow });
      return;
    }
    if (step.do === 'empty') {
      const { current } = device.tab(step.t).page.relevo.identity;
      // Where the browser keeps nothing beside the store it is somebody else.
      const isMarked = !!device.device.marker.text?.includes(current.anonymousId);
      // A locked page shows a guest beside its customer, for whom nothing vouches: the next one makes somebody new.
      const marked = markedIn(device.device);
      const isCustomers = !!marked?.customer && !!(before ?? marked).customer;
      const isClaimed = isCustomers || disk.text().includes('claimAt');
      const isGuest = current.kind === 'guest' && current.anonymousId && isMarked && !isClaimed;
      state.emptied = isGuest ? { guest: current.anonymousId, atMs: clock.now() } : undefined;
      // As Chromium does with a damaged database: the next open finds nothing, and no error.
      device.killAll();
      watch.fault('disk silently emptied');
      disk.wipe();
    } else if (step.do === 'wipe' || step.do === 'forget') {
      // 0.1.0 does not notice a store that was emptied under it: here its pages end with it.
      if (isOld(device)) device.killAll();
      watch.fault(step.do === 'wipe' ? 'disk emptied' : 'site data cleared');
      loseUnsaid(state.stored, disk);
      disk.wipe();
      if (step.do === 'forget') device.device.marker.text = null;
    } else if (step.do === 'power cut') {
      device.killAll();
      watch.fault('power cut');
      if (!disk.powerCut()) return;
      ledger.copied(device.text());
    } else if (step.do === 'rollback') {
      const copy = copies.get(device);
      if (!copy) return;
      device.killAll();
      watch.fault('disk rolled back');
      disk.restore(copy.rows);
      state.wasPutBack = true;
      ledger.copied(device.text());
      noteGivenBack(device);
    } else if (step.do === 'clone') {
      const from = devices[step.from % devices.length];
      if (!from || from === device || from.spec.storage !== device.spec.storage) return;
      // A kiosk has no disk that could be copied, and none that could be a copy.
      if ([from, device].some(({ spec }) => spec.kind === 'kiosk')) return;
      const isSameShop = from.shop?.kind === device.shop?.kind;
      if (!isSameShop && device.spec.storage) return;
      device.killAll();
      watch.fault('disk cloned');
      state.isTwin = from.state.isTwin = true;
      ledger.copied(from.text());
      // Another shop's own cart is not on the copied disk.
      for (const number of from.requests.numbered) device.requests.numbered.add(number);
      disk.restore(isSameShop ? from.disk.copy() : withoutShop(from.disk.copy()));
      if (isSameShop) device.shop?.take(from.shop?.cart ?? new Map());
      device.device.marker.text = from.device.marker.text;
      // What the disk had given up for room its copy lacks too.
      state.wasFull ||= from.state.wasFull;
    } else return;
    // What is lost in the same moment comes after it.
    if (step.do !== 'empty') state.emptied = undefined;
    // Who was still being seen off may be there again.
    if (state.said && state.said.atMs > clock.now()) state.said = undefined;
    Object.assign(state, { lostAtMs: clock.now(), lostGuest: guest ?? state.lostGuest });
    if (guest && !state.lostGuests.has(guest)) state.lostGuests.set(guest, clock.now());
    loseSaved(state.saved, disk, { device: before, text });
    // A copy of a personal device's disk may hold what somebody had who left there, an older one what a guest had who gave way.
    giveUpOthers(device);
    return noteHollow(device, step.do === 'rollback' ? copies.get(device)?.hollow : undefined);
  };

  /** `copied`: who had no rows when the store was copied that is back. */
  const noteHollow = async (device: SimDevice, copied: string | undefined) => {
    const rows = device.spec.sdk ? await device.disk.rows() : [];
    device.state.hollow = backWithoutRows(device, rows) ?? copied;
  };

  /** The server's disk has it: what retention wrote may be the last that this process did. */
  const committed = ({ applied, entries, dropped }: Commit) => {
    const isRetention = dropped.length > 0 || (!applied.length && entries.length > 0);
    if (untilCrash === undefined || !isRetention || untilCrash-- > 0) return;
    untilCrash = undefined;
    watch.fault('server crash in retention');
    clock.timer(0, () => void crash());
  };

  return {
    strike,
    committed,
    /** What was to strike later strikes no more: who signs in then is not asked to do so again. */
    calm() {
      isCalm = true;
      mergeFaults.heal();
      for (const { state } of devices) state.answers = { how: 'at once', ms: 0 };
    },
  };
};

const isOld = ({ spec }: SimDevice): boolean => spec.sdk === 'previous';

const withoutShop = (copy: DiskCopy): DiskCopy =>
  new Map([...copy].filter(([id]) => (JSON.parse(id) as StoreKey)[0] !== 'shop'));

const diskFaultNames = ({ slowMs, failNth, hangNth, quotaBytes, failing, open }: DiskFaults): string[] => [
  ...(hangNth ? ['hangNth'] : []),
  ...(quotaBytes ? ['quota in bytes'] : []),
  ...(slowMs ? ['slow'] : []),
  ...(failNth ? ['failNth'] : []),
  ...(failing ? [`failing ${failing}`] : []),
  ...(open ? [`open ${typeof open === 'string' ? open : 'late'}`] : []),
];
