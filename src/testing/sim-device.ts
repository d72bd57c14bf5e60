import type { EngineFlags } from '../client/engine.ts';
import type { Ids, Ports, Store } from '../client/ports.ts';
import { createDeviceState, dropsUnsaid, noteDropped, noteGone } from './device-state.ts';
import { leaveUnsaid } from './leave-unsaid.ts';
import type { Ledger } from './ledger.ts';
import { withoutEndlessTurn } from './no-endless-turn.ts';
import { backWithoutRows, failsBetweenTwo, hasRowsBesideLines, noteSentByOld } from './older-engine.ts';
import { answerAs } from './page-answers.ts';
import { endPage } from './page-ends.ts';
import type { DeviceSpec } from './script.ts';
import { createShopDouble } from './shop-double.ts';
import { simTransport } from './sim-transport.ts';
import type { Engine, VirtualPage, WrapPorts } from './virtual-device.ts';
import { createVirtualDisk, type DiskUser } from './virtual-disk.ts';
import { createVirtualKeyValues } from './virtual-key-values.ts';
import type { World } from './virtual-world.ts';
import type { Watch } from './watch.ts';
import { createKioskWatch } from './watch-kiosk.ts';
import { createPageWatch } from './watch-page.ts';
import { createRequestWatch } from './watch-requests.ts';

/** Wraps a page's ports: where faults of the product are planted. */
export type PlantPorts = (ports: Ports, device: number) => Ports;

export type SimTab = {
  readonly page: VirtualPage;
  readonly user: DiskUser;
  /** When it was opened, and when it had read its store. */
  readonly loading: { readonly fromMs: number; untilMs: number };
  /** The ids that the engine made while `body` ran: those of the changes in it are among them. */
  idsOf<T>(body: () => T): { readonly result: T; readonly ids: readonly string[] };
  /** Whether it changed without telling. */
  glance(): void;
};

export type SimDevice = ReturnType<typeof createSimDevice>;

/** The collections of the shop that histories are of. */
export const simCollections = {
  quiz: { kind: 'map' },
  likes: { kind: 'flag' },
  taste: { kind: 'reg', purpose: 'personalization' },
} as const;

/** A device of a history with its tabs, its disk, its shop session and what is known of it. */
export const createSimDevice = (options: {
  readonly world: World;
  readonly watch: Watch;
  readonly ledger: Ledger;
  readonly spec: DeviceSpec;
  readonly index: number;
  readonly plant?: PlantPorts | undefined;
  readonly flags?: EngineFlags | undefined;
  readonly previousEngine?: Engine | undefined;
}) => {
  const { world, watch, ledger, spec, index, plant, flags = {}, previousEngine } = options;
  const { clock } = world;
  if (spec.sdk && previousEngine) watch.fault('older SDK');
  if (spec.storage) watch.fault('storage without transactions');
  const disk = spec.storage === 'key-value' ? createVirtualKeyValues(world) : createVirtualDisk(world);
  // An app is one process with one page.
  const mostTabs = spec.storage === 'key-value' ? 1 : spec.tabs;
  const tabs: SimTab[] = [];
  const state = createDeviceState(index);
  const { session } = state;
  const text = (): string => `${disk.text()}${JSON.stringify(device.marker.text)}`;
  const hereOf = (): string => ledger.spaceOf(session.who ?? '').replace('pk_world/', '');
  const token = (): string | null => (session.who ? world.token(session.who, session.serial) : null);
  /** What a page is answered. */
  const answer = () => {
    if (!session.who && dropsUnsaid(spec, disk.text())) noteGone(state, clock.now());
    return answerAs(state.answers, token(), clock);
  };
  const shop = spec.shop ? createShopDouble(spec.shop, clock) : undefined;
  let opening: { user: DiskUser; ids: { record: string[] | undefined } } | undefined;

  const requests = createRequestWatch({
    watch,
    ledger,
    now: clock.now,
    where: `device ${index}`,
    isOld: spec.sdk === 'previous',
  });

  const checkRequest = (body: string, user: DiskUser) => {
    if (spec.sdk) noteSentByOld({ body, state, relevo: relevoOf(user) }, ledger);
    const who = requests.request(body, Math.max(1, tabs.length));
    const { ended } = state;
    // In 0.1.0 a sign-in that is under way in another tab outlives the sign-out.
    if (ended && !spec.sdk && clock.now() > ended.atMs + 1_000)
      watch.check('token ended', who !== ended.who, () => `device ${index} asks for ${who}, who left at ${ended.atMs}`);
  };

  const relevoOf = (user: DiskUser) => tabs.find((tab) => tab.user === user)?.page.relevo;

  const wrap: WrapPorts = (base, page) => {
    const sockets = new Set<() => void>();
    const user: DiskUser = {
      isAlive: page.isAlive,
      kill(isMidway = true) {
        endPage({ user, isMidway }, { spec, disk, state, device, tabs, shop }, ledger);
        page.kill();
        for (const close of [...sockets]) close();
        watch.fault('killed');
      },
    };
    const ids: { record: string[] | undefined } = { record: undefined };
    opening = { user, ids };
    const recording: Ids = {
      ...base.ids,
      random() {
        const id = base.ids.random();
        ids.record?.push(id);
        return id;
      },
    };
    /** What comes of `promise` is heard when the page does not stand still, and never when it is gone. */
    const heard = <T>(promise: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        promise.then(
          (value) => page.whenThawed(() => user.isAlive() && resolve(value)),
          (error) => page.whenThawed(() => user.isAlive() && reject(error)),
        );
      });
    const turning = withoutEndlessTurn(clock.now, () => {
      // One of 0.1.0 was seen to do so (seed 48783), its outbox growing.
      state.isEndless = true;
      watch.check('quiet', !!spec.sdk, () => `device ${index} goes to its store without end`);
      user.kill(false);
    });
    const openStore = async (): Promise<Store> => {
      const store = requests.over(await heard(disk.open(user)), user);
      return turning({
        ...store,
        read: (body) => heard(store.read(body)),
        write: (body, options) => heard(store.write(body, options)),
      });
    };
    const ports: Ports = {
      ...base,
      ids: recording,
      openStore,
      memoryStore: () => turning(requests.over(base.memoryStore(), undefined, user.isAlive)),
      transport: simTransport({
        transport: base.transport,
        page,
        user,
        sockets,
        heard,
        relevo: () => relevoOf(user),
        check: (body) => checkRequest(body, user),
        where: { spec, state, disk, text, requests, hereOf, token },
        ledger,
        now: clock.now,
      }),
    };
    return plant?.(ports, index) ?? ports;
  };

  const { device, line } = world.device(
    {
      device: {
        kind: spec.kind,
        ...(spec.keep ? { keep: spec.keep } : {}),
        ...(spec.idleMs ? { idleMs: spec.idleMs } : {}),
      },
      guest: spec.guest,
      consent: { personalization: spec.consent },
      collections: simCollections,
      channel: `d${index}`,
      ...(spec.hasToken ? { getToken: answer } : {}),
    },
    wrap,
    spec.sdk === 'previous' ? previousEngine : undefined,
  );

  const kiosk = spec.idleMs
    ? createKioskWatch({ watch, clock, idleMs: spec.idleMs, device, where: `kiosk ${index}` })
    : undefined;

  const open = (): SimTab => {
    // One that goes on in memory meanwhile, see below.
    state.isApart ||= tabs.some((tab) => tab.user.isAlive() && tab.page.relevo.status.degraded);
    const hollow = spec.sdk && backWithoutRows({ device }, disk.rowsNow());
    const page = device.open({}, flags);
    if (!opening) throw new Error('a page opens without ports');
    const { user, ids } = opening;
    const loading = { fromMs: clock.now(), untilMs: Number.NEGATIVE_INFINITY };
    void page.relevo.ready.then(() => {
      loading.untilMs = clock.now();
      // A page that cannot read its store asks for all of it.
      if (hollow && !page.relevo.status.degraded) state.hollow = hollow;
    });
    const { look, glance } = createPageWatch({
      page,
      watch,
      ledger,
      where: `device ${index}`,
      // The engine of 0.1.0 shows what a restored server has, offer by offer of others; one of its tabs that takes the
      // store back puts what it knows over what another has stored.
      losses: () => (spec.sdk && (ledger.restore() || state.isApart) ? world.clock.now() : state.lostAtMs),
      stored: disk.rowsNow,
      of: { spec, state },
      // Of 0.1.0 a page that loads knows who is here, and shows what it did, before it tells.
      isBlinded: () => !!spec.sdk && (loading.untilMs < loading.fromMs || hasRowsBesideLines(text())),
    });
    page.relevo.subscribe(look);
    page.relevo.on('signout', ({ unsynced }) => noteDropped(state, unsynced, clock.now()));
    page.relevo.on('degraded', () => {
      state.wasDegraded = true;
      state.isApart ||= tabs.length > 1;
      // What the page before it knew of the shop is in the store.
      state.reports.isLeft ||= state.reports.hasLeft;
      if (failsBetweenTwo({ spec, state }, page.relevo)) state.hollow = hereOf();
    });
    // 0.1.0 knows of neither.
    if (!spec.sdk) {
      page.relevo.on('revoked', () => {
        const isTheirs = !!state.revoked && state.revoked.who === state.session.who && !state.entering;
        if (isTheirs) leaveUnsaid({ disk, tabs, state }, { clock, isHeard: true });
      });
      page.relevo.on('idle', ({ endsInMs }) => {
        kiosk?.heard(endsInMs);
        if (endsInMs === 0) leaveUnsaid({ disk, tabs, state }, { clock, isHeard: true });
      });
      page.relevo.on('signin', () => kiosk?.acted(page, user));
      kiosk?.begins();
    }
    if (shop) page.relevo.cart.bind(shop.join(page.relevo, user.isAlive));
    return {
      page,
      user,
      loading,
      glance,
      idsOf(body) {
        ids.record = [];
        const result = body();
        const made = ids.record;
        ids.record = undefined;
        return { result, ids: made };
      },
    };
  };

  return {
    index,
    spec,
    device,
    disk,
    line,
    state,
    tabs,
    shop,
    token,
    requests,
    kiosk,
    /** Tab `t`, opened again when its process is gone. */
    tab(t: number): SimTab {
      const at = t % Math.max(1, tabs.length);
      const found = tabs[at];
      if (found?.user.isAlive()) return found;
      const fresh = open();
      tabs[at] = fresh;
      return fresh;
    },
    openTab() {
      if (tabs.length < mostTabs) tabs.push(open());
    },
    freezeTab(t: number) {
      const page = tabs[t % Math.max(1, tabs.length)]?.page;
      page?.setVisible(false);
      page?.freeze();
    },
    thawTab(t: number) {
      const page = tabs[t % Math.max(1, tabs.length)]?.page;
      page?.thaw();
      page?.setVisible(true);
    },
    /** One tab more than the customer opened, in the same moment: it finds the same store. */
    duplicateTab() {
      // Tabs of a kiosk hear of each other's acts once a second: who is gone when is looked at where there is one.
      if (spec.storage !== 'key-value' && !kiosk && tabs.length <= spec.tabs) tabs.push(open());
    },
    /** All processes end at once. */
    killAll() {
      for (const { user } of tabs) if (user.isAlive()) user.kill();
    },
    text,
  };
};
