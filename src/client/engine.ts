import { RelevoError } from '../core/relevo-error.ts';
import type { Cause, Relevo, RelevoOptions } from './api.ts';
import { createAsk } from './asks.ts';
import { createBrowsing } from './browsing.ts';
import { createCaptures } from './captures.ts';
import { createCart } from './cart.ts';
import { createCartView, linesBefore } from './cart-view.ts';
import { createCheckouts } from './checkout.ts';
import { createConsent } from './consent.ts';
import { createDevices } from './devices.ts';
import { createDisk } from './disk.ts';
import { createEvents } from './events.ts';
import { flushNow } from './flush.ts';
import { createIdentity } from './identity.ts';
import { createKiosk, type Kiosk } from './kiosk.ts';
import { kioskPorts } from './kiosk-ports.ts';
import { createModel, type Pending } from './model.ts';
import { createOneTimer } from './one-timer.ts';
import { parseOptions } from './options.ts';
import { createPartition } from './partition.ts';
import type { Ports } from './ports.ts';
import { createReceipts } from './receipts.ts';
import { createCollections, demandCollectionName } from './registers.ts';
import { createSession, occasionOf } from './session.ts';
import { createShopCart } from './shop-cart.ts';
import { createStatus } from './status.ts';
import { createSync } from './sync.ts';
import { createTokens } from './tokens.ts';
import { trimHistory } from './trim-history.ts';
import { createWriter, type Write } from './writer.ts';

/** Switches of tests that show what a guard is for. */
export type EngineFlags = { readonly echoGuard?: boolean };

/**
 * The whole SDK over its ports: capture, store, sync, restore. Platform entries pass the real ports,
 * the simulator doubles.
 * @throws RelevoError `options/invalid`, `collection/bad-name`
 */
export const createEngine = (options: RelevoOptions, given: Ports, flags: EngineFlags = {}): Relevo => {
  const config = parseOptions(options);
  const events = createEvents(given.log);
  const ports = config.deviceKind === 'kiosk' ? kioskPorts(given, events) : given;
  const { clock, ids, log, tabs, signals } = ports;
  const report = (error: unknown) => {
    const { code = 'server/internal', message } = error as RelevoError;
    events.emit('error', { code, message });
  };
  const changed = (cause: Cause) => {
    checkouts.hear(cause);
    void captures
      .place()
      .then(() => (isStopped ? undefined : shop.push(cause)))
      .catch(report);
  };
  const model = createModel(log);
  const disk = createDisk(ports, {
    changed: (isNew) => {
      publish();
      // What an earlier page left there has its place now, and waits for nobody to look at this one.
      void partition.reload().then(() => {
        if (!partition.device) return;
        changed('remote');
        if (isNew) void sync.wake();
      }, report);
      if (isNew && disk.degraded) events.emit('degraded', { reason: disk.degraded });
    },
    adopt: (found, memory) => partition.adopt(found, memory),
    refill: (memory) => partition.refill(memory),
    trim: (store) => trimHistory(store, model),
  });
  const partition = createPartition({
    ports,
    config,
    disk,
    model,
    on: {
      saved: () => void sync.wake(),
      // Not when the store has answered: what is said or pushed meanwhile is of before.
      passed: () => part(),
      dropped: (unsynced) => events.emit('signout', { unsynced }),
      epoch: () => {
        part();
        void check();
      },
      found: () => {
        const token = tokens.peek();
        tokens.set(undefined);
        sync.leave();
        void (token && !config.getToken ? session.follow(token).catch(report) : check());
      },
      refused: (code) => report(new RelevoError(code)),
      orderAnswered: (...answer) => captures.answered(...answer),
    },
  });
  const view = createCartView(model.shown, config.channel);
  let kiosk: Kiosk | undefined;
  const write: Write = createWriter({ config, partition, model, consent: () => consent, act: () => kiosk?.act() });
  const consent = createConsent({ config, model: model.shown, partition, log, write });
  const cart = createCart({ ids, model: model.shown, partition, view, write, shop: () => shop });
  const loaded = disk
    .open()
    .then(() => partition.load())
    .catch(report);
  const shop = createShopCart({
    page: ids.random(),
    loaded,
    place: () => captures.place(),
    refuge: partition.shopRefuge,
    whose: () => partition.whose(),
    clock,
    disk,
    cart,
    report,
    isLocked: () => partition.isLocked,
    isGuarded: flags.echoGuard ?? true,
  });
  const tokens = createTokens({ config, clock, ids }, (...one) => {
    if (!isStopped) session.follow(...one).catch(report);
  });
  const sync = createSync({
    ports,
    config,
    partition,
    model,
    tokens,
    on: {
      status: () => publish(),
      arrived: (cause) => {
        if (cause === 'restore') events.emit('restore', { lines: view().lines });
        changed(cause);
      },
      merged: (reply) => session.merged(reply),
      lost: (error) => session.lost(error).then(() => report(error)),
      error: report,
    },
  });
  const status = createStatus({ config, partition, model, sync, disk, events, consent, view });
  const { publish, setSettled, expect } = status;
  const session = createSession({
    loaded,
    leaveReports: () => captures.leave(),
    reports: () => captures.waiting(),
    resumeReports: () => captures.resume(),
    ports,
    config,
    disk,
    partition,
    model,
    sync,
    tokens,
    events,
    lines: (isLate?: (one: Pending) => boolean) =>
      model.unveiled(() => (isLate ? linesBefore(model.shown, { ...config, isLate }) : view().lines)),
    changed,
    setSettled,
    hasShop: () => shop.isBound,
    receipts: () => receipts,
  });
  const browsing = createBrowsing({ ids, config, model: model.shown, write });
  const openCollection = createCollections({ model: model.shown, config, write });
  const identity = createIdentity({ model: model.shown, config, partition, write });
  /** Somebody else is here: nothing of whoever was is asked for or heard of any more. */
  const part = () => {
    const { customer } = partition.device;
    if (customer) tokens.entered(customer.sub);
    else tokens.end();
    sync.leave();
    expect();
  };

  let asks = 0;
  const asking = createOneTimer(clock);
  /** Asks the page whose customer this is, until it knows. */
  const check = async (): Promise<void> => {
    if (isStopped) return;
    let isOpen = true;
    try {
      if (config.getToken) {
        const { leavings } = model;
        const [answer, ends] = await tokens.ask();
        // It is of before: the page is asked anew.
        if (session.isLeaving || leavings !== model.leavings) return void (await session.left().then(check));
        // None any more: somebody is being signed in.
        await (answer === undefined ? session.idle() : session.follow(answer, ends));
        // Behind a lock nothing else asks: who is not known yet would neither be shown nor seen off.
        isOpen = !partition.isLocked;
      }
    } catch (error) {
      if (!asks || (error as RelevoError).code !== 'auth/no-answer') report(error);
      isOpen = false;
    }
    asking.cancel();
    if (isOpen) asks = 0;
    else if (!isStopped) asking.set(Math.min(60_000, 1_000 * 2 ** asks++), () => void check());
    sync.seekLive();
    void sync.wake();
    setSettled(true);
  };

  let isStopped = false;
  const idle = () => ready.then(session.idle);
  const flush = async () => {
    await idle().then(() => partition.handedOver());
    await flushNow({ clock, model, sync });
  };
  // Where nothing is unsent what is asked for goes out at once.
  const flushUnsent = async () => (model.pending.some(({ held }) => !held) ? flush() : undefined);
  const toAsk = { idle, partition, sync, tokens, arrived: () => changed('merge') };
  const ask = createAsk({ ...toAsk, flush: flushUnsent });
  const receipts = createReceipts({ ask, model, partition, events, isBecoming: () => session.isBecoming });
  const endings = [
    receipts.watch(),
    // Before the page's own listeners: who hears of an empty cart can ask whether it may be shown.
    ...['cart', ''].map((name) => model.subscribe(name, () => publish())),
    tabs.subscribe((message) => {
      kiosk?.hear(message);
      session.hear(message);
      if (message === 'rows' || message === 'epoch') void partition.reload().then(() => changed('remote'), report);
    }),
    signals.subscribe((signal) => {
      kiosk?.onSignal(signal);
      if (signal === 'pagehide') shop.leave();
      if (signal === 'pagehide') partition.saveNow();
      sync.onSignal(signal);
    }),
  ];

  if (config.deviceKind === 'kiosk')
    kiosk = createKiosk({ ...ports, idleMs: config.idleMs, events, partition, tokens, leave: session.signOut, check });

  const ready = loaded.then(() => {
    expect();
    changed('restore');
    if (!isStopped) void check();
  });

  const captures = createCaptures({
    queue: { clock, ids, disk, loaded },
    partition,
    cart,
    shop,
    browsing,
    report,
  });
  const checkouts = createCheckouts({ tab: ports.tab, clock, events, model, partition, sync, captures, ready, idle });

  return {
    ready,
    cart: cart.face,
    checkout: checkouts.face,
    browsing,
    preferences: openCollection('preferences'),
    consent: consent.face,
    // Who has lost a phone does not wait for what waits for its merge.
    devices: createDevices({ ask: createAsk(toAsk), idle, partition, sync, revoked: session.revoked }),
    identity,
    get status() {
      return status.current;
    },
    collection: (name, { schema } = {}) => {
      demandCollectionName(name);
      return openCollection(name, schema);
    },
    capture: captures.capture,
    signIn: (token, options) => session.signIn(token, { during: occasionOf(options) }),
    signOut: (how) => (kiosk ?? session).signOut(how),
    undoMerge: receipts.undo,
    subscribe: (listener) => model.subscribe('', listener),
    on: events.on,
    flush,
    async stop() {
      if (isStopped) return;
      isStopped = true;
      session.stop();
      await ready;
      await session.left();
      await partition.settled();
      asking.cancel();
      kiosk?.stop();
      for (const end of endings) end();
      sync.stop();
      shop.stop();
      checkouts.stop();
      partition.abandon();
      tabs.close();
      disk.close();
      publish();
    },
  };
};
