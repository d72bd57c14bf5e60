import type { EngineFlags } from '../client/engine.ts';
import type { Sha256 } from '../core/hash.ts';
import type { Store } from '../server/store.ts';
import { ageingLimits } from './ageing.ts';
import { checkDevices } from './check-devices.ts';
import { checkForgotten } from './check-forgotten.ts';
import { cellOf, statesOf, strikes } from './coverage.ts';
import type { InvariantId } from './invariants.ts';
import { createLedger } from './ledger.ts';
import { createMergeFaults } from './merge-faults.ts';
import { createActor } from './perform.ts';
import { checkEnd } from './quiet.ts';
import { createRandom } from './random.ts';
import { goesOn, type Script, type Step } from './script.ts';
import { type Commit, createServerDisk } from './server-disk.ts';
import { createSignInWaits } from './sign-in-waits.ts';
import { createSimDevice, type PlantPorts, type SimDevice, simCollections } from './sim-device.ts';
import { createStriker } from './strike.ts';
import type { Engine } from './virtual-device.ts';
import { createWorld } from './virtual-world.ts';
import { createWatch, type Finding } from './watch.ts';

/** Faults of the product put in on purpose, to see them found. */
export type Plant = {
  readonly ports?: PlantPorts;
  readonly store?: (store: Store) => Store;
  readonly isAckedEarly?: boolean;
  readonly isTornApplied?: boolean;
  readonly flags?: EngineFlags;
};

export type SimulationEnv = {
  readonly sha256: Sha256;
  /** Lets every settled promise run; in Node `() => new Promise(setImmediate)`. */
  readonly settle: () => Promise<void>;
  /** The engine of the release before, for devices whose `sdk` is `previous`. */
  readonly previousEngine?: Engine;
  readonly plant?: Plant;
};

export type Outcome = {
  readonly finding: Finding | undefined;
  readonly events: number;
  /** The same for the same script. */
  readonly hash: string;
  readonly trace: readonly string[];
  readonly faults: ReadonlyMap<string, number>;
  readonly evaluated: ReadonlyMap<InvariantId, number>;
  /** How often which fault struck in which state of the engine. */
  readonly covered: ReadonlyMap<string, number>;
};

/**
 * Plays a script with the real engine and the real server core: first with its faults, then without
 * them, then quietly to the end; and says what did not hold.
 */
export const runScript = async (script: Script, env: SimulationEnv): Promise<Outcome> => {
  const watch = createWatch(env.sha256);
  const random = createRandom(script.seed);
  const limits = script.enabled.includes('age') ? ageingLimits : undefined;
  let committed = (_: Commit): void => {};
  let serverDisk: ReturnType<typeof createServerDisk> | undefined;
  const { merging } = script;
  const isLeaving = script.enabled.includes('devices');
  const mergeFaults = createMergeFaults({ now: () => clock.now(), timer: (...one) => clock.timer(...one) });
  const plantStore = (store: Store) =>
    (env.plant?.store ?? ((same: Store) => same))(merging ? mergeFaults.over(store) : store);
  const waits = createSignInWaits({ watch, now: () => clock.now() });
  const world = createWorld({
    seed: script.seed,
    sha256: env.sha256,
    settle: env.settle,
    collections: simCollections,
    limits,
    ...(merging ? { merge: { cart: merging.cart } } : {}),
    ...(merging?.hasHook ? { hooks: mergeFaults.hooks } : {}),
    store: (clock) => {
      serverDisk = createServerDisk({
        clock,
        fsyncMs: () => 1 + random.below(40),
        durable: (commit) => committed(commit),
        random,
        ...(merging ? { hasTimeouts: true } : {}),
        ...(env.plant?.isAckedEarly ? { isAckedEarly: true } : {}),
        ...(env.plant?.isTornApplied ? { isTornApplied: true } : {}),
      });
      return plantStore(serverDisk.store());
    },
    ...(merging ? { serving: waits.serving } : {}),
    received: (body, at, sentMs) => {
      ledger.received(body, sentMs);
      watch.event(`${at} ${body.length}`);
    },
    // While its disk is full the server answers who reads, and writes nobody down.
    answered: (body, at) => serverDisk?.isFull || ledger.answered(body, at),
  });
  const { clock } = world;
  const ledger = createLedger({
    watch,
    sha256: env.sha256,
    now: clock.now,
    limits,
    isMerging: !!merging,
    leaving: isLeaving ? { goesOn: goesOn(script) } : undefined,
    bornMs: world.bornMs,
  });
  committed = (commit) => {
    ledger.committed(commit);
    striker.committed(commit);
    watch.event(`${clock.now()} commit ${commit.redo.length}`);
  };
  const startMs = clock.now();
  const { ports: plant, flags } = env.plant ?? {};
  const devices = script.devices.map((spec, index) =>
    createSimDevice({ world, watch, ledger, spec, index, plant, flags, previousEngine: env.previousEngine }),
  );
  for (const device of devices) device.openTab();
  const actor = createActor({
    world,
    watch,
    ledger,
    hasShop: script.devices.some(({ shop }) => shop),
    isLeaving,
    idOf: (d) => devices[d % devices.length]?.tabs[0]?.page.relevo.identity.current.deviceId,
  });
  const striker = createStriker({
    world,
    watch,
    ledger,
    devices,
    serverDisk: () => serverDisk,
    plantStore,
    mergeFaults,
  });

  const act = async (step: Step) => {
    const device = devices[step.d % devices.length];
    if (!device || device.state.awayUntilMs > clock.now()) return;
    watch.event(`${clock.now()} ${JSON.stringify(step)}`);
    const isIdle = step.do === 'expire' && !device.state.session.who;
    if (isStrike(step) && !isIdle)
      for (const one of step.do.startsWith('server') ? devices : [device])
        for (const state of statesOf(one)) watch.cover(cellOf(step.do, state));
    await striker.strike(device, step);
    try {
      if (!isIdle) actor.perform(device, device.tab(step.t), step);
    } catch (error) {
      watch.check('no throw', false, () => `${JSON.stringify(step)}: ${(error as Error).stack ?? error}`);
    }
  };

  for (const step of script.steps) {
    await clock.pass(Math.max(0, startMs + step.at - clock.now()));
    if (watch.isOver) break;
    await act(step);
    waits.check();
    checkSignedOut(devices, { clock, watch });
    if (isLeaving) checkDevices(devices, { clock, watch });
    for (const { tabs } of devices) for (const { user, glance } of tabs) if (user.isAlive()) glance();
  }
  striker.calm();
  if (!watch.isOver) await checkEnd({ serverDisk, world, watch, ledger, actor, devices, script, plant, flags });
  if (!watch.isOver && limits && serverDisk) await checkForgotten({ clock, watch, serverDisk });
  for (const { line } of devices) for (const [kind, times] of line.counts) watch.fault(`line: ${kind}`, times);
  const { finding, events, hash, trace, faults, evaluated, covered } = watch;
  return { finding, events: events + clock.fired, hash, trace, faults, evaluated, covered };
};

/** The end of a fault is a step without faults: it strikes nothing. */
const isStrike = (step: Step): boolean =>
  (strikes as readonly string[]).includes(step.do) && !('faults' in step && !Object.keys(step.faults).length);

/** A second after the sign-out nothing of the customer is left on a shared device. */
const checkSignedOut = (
  devices: readonly SimDevice[],
  { clock, watch }: { clock: { now(): number }; watch: ReturnType<typeof createWatch> },
) => {
  for (const { state, spec, index, tabs, disk, device } of devices) {
    const { ended } = state;
    if (!ended || spec.kind !== 'shared' || clock.now() < ended.atMs + 1_000) continue;
    if (
      state.lostAtMs >= ended.atMs - 60_000 ||
      !tabs.every(({ page, user }) => user.isAlive() && page.relevo.status.isReady && !page.relevo.status.degraded)
    )
      continue;
    // What a killed sign-out left in a store that then opens late stays there with 0.1.0 until the next start.
    if (spec.sdk && ended.atMs >= state.opensLate.fromMs && ended.atMs <= state.opensLate.untilMs) continue;
    // So does what one left whose store failed in it.
    if (spec.sdk && ended.isApart && tabs.every(({ loading }) => loading.fromMs <= ended.atMs)) continue;
    // What was deleted stands in a slow or hanging storage of keys until its calls are done: it is looked at again.
    const stored = disk.isWriting() ? JSON.stringify(disk.rowsNow()) : disk.text();
    const text = `${stored}${JSON.stringify(device.marker.text)}`;
    const left = text.includes(`"${ended.who}~`);
    const where = () => text.slice(Math.max(0, text.indexOf(`${ended.who}~`) - 300)).slice(0, 500);
    watch.check(
      'signed out',
      !left,
      () => `device ${index} holds something of ${ended.who} after sign-out: ${where()}`,
    );
  }
};
