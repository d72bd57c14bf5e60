import type { EngineFlags } from '../client/engine.ts';
import type { Ids, Ports, Store } from '../client/ports.ts';
import { createDeviceState, dropsUnsaid, noteDropped, noteGone } from './device-state.ts';
import type { Ledger } from './ledger.ts';
import { withoutEndlessTurn } from './no-endless-turn.ts';
import { noteClaimed } from './note-claimed.ts';
import { failsBetweenTwo, hasRowsBesideLines, keepsRowsOfBefore, noteSentByOld } from './older-engine.ts';
import { endPage } from './page-ends.ts';
import type { DeviceSpec } from './script.ts';
import { createShopDouble } from './shop-double.ts';
import type { Engine, VirtualPage, WrapPorts } from './virtual-device.ts';
import { createVirtualDisk, type DiskUser } from './virtual-disk.ts';
import { createVirtualKeyValues } from './virtual-key-values.ts';
import type { World } from './virtual-world.ts';
import type { Watch } from './watch.ts';
import { createPageWatch } from './watch-page.ts';
import { createRequestWatch, requestKind } from './watch-requests.ts';

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
  const answer = (): string | null => {
    if (!session.who && dropsUnsaid(spec, disk.text())) noteGone(state, clock.now());
    return token();
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
    const { transport } = base;
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
      memoryStore: () => turning(requests.over(base.memoryStore())),
      transport: {
        post(path, body, how) {
          // A process that is gone asks nothing.
          if (!user.isAlive()) return new Promise(() => {});
          const told = requests.asked(body);
          checkRequest(body, user);
          state.posts++;
          const kind = requestKind(body);
          state.asking[kind]++;
          let hasWaited = false;
          const asked = transport.post(path, body, how).finally(() => {
            state.asking[kind]--;
            hasWaited = page.isFrozen();
          });
          return heard(asked).then((reply) => {
            told(reply);
            if (reply.body.includes('auth/guest-claimed')) {
              const isApart = !!relevoOf(user)?.status.degraded;
              noteClaimed({ spec, state, disk, text }, { body, isApart, nowMs: clock.now(), ledger });
            }
            if (spec.sdk && keepsRowsOfBefore({ body, reply: reply.body, disk, who: session.who }, ledger))
              state.hollow = hereOf();
            void requests.foreign(reply, () => {
              const relevo = relevoOf(user);
              // What is under way goes on; what waited for an answer reads the store; who stood still hears other tabs.
              const isInTurn =
                state.leaving > 0 || state.paying.includes(user) || (state.entering > 0 && kind !== 'claiming');
              if (hasWaited || !relevo || !user.isAlive() || isInTurn || disk.text().includes('closing')) return '';
              const { customerId } = relevo.identity.current;
              const preferences = [...relevo.preferences.entries()].sort();
              return JSON.stringify([customerId, relevo.cart.lines, relevo.cart.parked, preferences]);
            });
            return reply;
          });
        },
        beacon(path, body) {
          if (!user.isAlive()) return;
          checkRequest(body, user);
          transport.beacon(path, body);
        },
        connect(ticket, on) {
          const socket = transport.connect(ticket, {
            open: () => page.whenThawed(() => user.isAlive() && on.open()),
            message: (text) => page.whenThawed(() => user.isAlive() && on.message(text)),
            close: () => page.whenThawed(() => user.isAlive() && on.close()),
          });
          sockets.add(socket.close);
          return socket;
        },
      },
    };
    return plant?.(ports, index) ?? ports;
  };

  const { device, line } = world.device(
    {
      device: { kind: spec.kind },
      guest: spec.guest,
      consent: { personalization: spec.consent },
      collections: simCollections,
      channel: `d${index}`,
      ...(spec.hasToken ? { getToken: answer } : {}),
    },
    wrap,
    spec.sdk === 'previous' ? previousEngine : undefined,
  );

  const open = (): SimTab => {
    // One that goes on in memory meanwhile, see below.
    state.isApart ||= tabs.some((tab) => tab.user.isAlive() && tab.page.relevo.status.degraded);
    const page = device.open({}, flags);
    if (!opening) throw new Error('a page opens without ports');
    const { user, ids } = opening;
    const loading = { fromMs: clock.now(), untilMs: Number.NEGATIVE_INFINITY };
    void page.relevo.ready.then(() => {
      loading.untilMs = clock.now();
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
      if (spec.storage !== 'key-value' && tabs.length <= spec.tabs) tabs.push(open());
    },
    /** All processes end at once. */
    killAll() {
      for (const { user } of tabs) if (user.isAlive()) user.kill();
    },
    text,
  };
};
