import { RelevoError } from '../core/relevo-error.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import type { Connection } from './api.ts';
import { backoffMs } from './backoff.ts';
import { isClaimed } from './claim-probe.ts';
import { refusalStatus } from './exchange.ts';
import { createLive } from './live.ts';
import { createLiveHolder } from './live-holder.ts';
import type { Model } from './model.ts';
import { createOneTimer } from './one-timer.ts';
import type { Config } from './options.ts';
import { isUnheardOf } from './outbox.ts';
import { dropHeld, parkFirst } from './park.ts';
import type { Partition } from './partition.ts';
import type { Ports, Signal } from './ports.ts';
import { receivePush } from './receive-push.ts';
import { createRefusedToken } from './refused-token.ts';
import { createRequests, cutOff, sendBeacon } from './requests.ts';
import type { SyncHooks } from './sync-hooks.ts';
import { putSpace } from './tables.ts';
import type { Tokens } from './tokens.ts';
import { answerWant } from './wants.ts';

const pollMs = { live: 60_000, first: 15_000, longest: 300_000 };
const healthyMs = 10_000;
const stalledMs = 1_000;

export type Sync = ReturnType<typeof createSync>;

/**
 * When to talk to the server, and what about. One exchange at a time on this device (a short lock
 * among tabs); each sends what waits and brings what is new. Leadership and the live channel only
 * make it faster: a page that gets neither polls.
 */
export const createSync = ({
  ports,
  config,
  partition,
  model,
  tokens,
  on,
}: {
  ports: Ports;
  config: Config;
  partition: Partition;
  model: Model;
  tokens: Tokens;
  on: SyncHooks;
}) => {
  const { clock, tabs } = ports;
  let connection: Connection = 'connecting';
  let lastSyncedAt: number | null = null;
  let running: Promise<void> | undefined;
  let [isAgain, isStopped, isPaused] = [false, false, false];
  let attempt = 0;
  let failedAt = 0;
  let quietUntil = 0; // the server asked to be left alone until then
  let maxChanges: number = wireLimits.maxBatchChanges;
  let polls = 0;
  let sender = ''; // the replica that was spoken for last
  const timer = createOneTimer(clock);
  const refusedToken = createRefusedToken(clock, tokens);

  const setConnection = (next: Connection) => {
    if (connection === 'stopped') return;
    connection = next;
    on.status();
  };

  const later = (ms: number) => {
    if (!isStopped) timer.set(Math.max(ms, quietUntil - clock.monotonic()), () => void wake());
  };

  const live = createLive(ports, {
    // What changed since the reply with the ticket was pushed to nobody.
    open: () => {
      polls = 0;
      void wake();
    },
    down: later,
    push: (push) =>
      void receivePush(partition, push, { isBusy: !!running }).then((outcome) => {
        if (outcome === 'applied') on.arrived('remote');
        else if (outcome === 'pull') void wake();
      }, on.error),
  });

  const holder = createLiveHolder(ports, {
    held: () => void wake(),
    released: () => live.close(),
    isStopped: () => isStopped,
  });

  const requests = createRequests({ ports, config, partition, wantsLive: () => wantsLive() });

  const wantsLive = () => holder.isHolding && !live.isConnecting;

  /** Nothing is said for this page: not before it is known whose it is and what stays in view, nor of guests who stay here. */
  const isMute = ({ isLocked, isLeaving, isClosing, device } = partition) =>
    isLocked || isLeaving || (isClosing && !!config.keep) || (config.guest === 'local' && !device.customer);

  const round = async (): Promise<boolean> => {
    if (isMute()) return false;
    const { epoch, customer } = partition.device;
    const token = customer && (await refusedToken.take());
    if (epoch !== partition.device.epoch) return false;
    if (customer && !token) {
      setConnection('needs-token');
      return false;
    }
    if (await isClaimed(partition, requests)) {
      setConnection('needs-token');
      await tokens.get();
      return false;
    }
    const [asked, batch] = [requests.asked(), await partition.batch(maxChanges)];
    // Somebody came or left while the guest was asked about: what waits is theirs, the proof is not.
    if (epoch !== partition.device.epoch) return true;
    if (!batch || (isUnheardOf(batch, partition.device) && !asked)) {
      // Nobody was asked: what was said of the network is old.
      if (connection === 'offline') setConnection('connecting');
      return false;
    }
    const wasEmpty = batch.space.cursor === null && !batch.space.born;
    sender = batch.replica;
    // Not before all that was done before it. What is asked for since the changes were looked up waits for the next ones.
    const sent = asked && requests.isAsking(asked) && !batch.left && !batch.isBlind ? asked : undefined;
    const { first, arrival } = await requests.gather({ ...requests.requestOf(batch, token), want: sent?.want });
    if (isStopped) return false;
    // Before `synced` resolves: who waited for it may look at the status next.
    lastSyncedAt = clock.now();
    setConnection('online');
    const isApplied = await partition.apply(epoch, { ...arrival, given: batch.given });
    if (isStopped || partition.isLeaving || epoch !== partition.device.epoch) return false;
    answerWant(sent, first);
    if (isApplied && first.live) live.connect(first.live.ticket);
    if (isApplied && first.claim === 'merged') await on.merged(first);
    // Refused, known before, or gone with a reset it is in view no longer: a shop's own cart too has to know.
    const isNew = arrival.rows.length > 0;
    if (isNew || arrival.isReset || arrival.acks.length) on.arrived(isNew && wasEmpty ? 'restore' : 'remote');
    refusedToken.forget();
    maxChanges = Math.min(wireLimits.maxBatchChanges, maxChanges * 2);
    if (clock.monotonic() - failedAt > healthyMs) attempt = 0;
    if (first.wait) quietUntil = clock.monotonic() + first.wait;
    return !first.wait && (!isApplied || batch.left > 0 || !!batch.isBlind || !!arrival.isRenewal || arrival.isReset);
  };

  /** What to do about a failed exchange; true = go on at once. */
  const recover = async (error: unknown): Promise<boolean> => {
    const status = refusalStatus(error);
    const { code, retryAfterMs } = error as RelevoError;
    if (['auth/revoked', 'auth/guest-claimed', 'auth/guest-secret'].includes(code)) {
      if (code === 'auth/revoked' && (await dropHeld(partition, sender, on))) return true;
      await on.lost(error as RelevoError);
      return true;
    }
    if (status === 401) {
      const isWorthAsking = refusedToken.refuse();
      setConnection('needs-token');
      return isWorthAsking;
    }
    if (status === 409) {
      const { epoch } = partition.device;
      await partition.fenced(epoch, async (tx, space, id) => putSpace(tx, id, { ...space, cursor: null, born: false }));
      await partition.reload();
      later(backoffMs(attempt++, clock.jitter()));
      return false;
    }
    const isUnfit = status === 413 || code === 'request/malformed';
    if (isUnfit && maxChanges > 1) {
      maxChanges = Math.ceil(maxChanges / 4);
      return true;
    }
    const unfit = status === 413 ? 'change/too-large' : code;
    if (isUnfit && (await parkFirst(partition, model, unfit))) {
      on.error(new RelevoError(unfit));
      return true;
    }
    if (status === 426) {
      isPaused = true;
      setConnection('upgrade-required');
      on.error(error);
      return false;
    }
    failedAt = clock.monotonic();
    if (status && !(error as RelevoError).retryable) on.error(error);
    setConnection(status ? 'connecting' : 'offline');
    if (status && retryAfterMs) quietUntil = clock.monotonic() + retryAfterMs;
    later(backoffMs(attempt++, clock.jitter(), retryAfterMs));
    return false;
  };

  const rounds = async () => {
    let isMore = true;
    for (let turn = 0; isMore && !isStopped && turn < 50; turn++) {
      isAgain = false;
      const { epoch } = partition.device;
      // An older epoch's refusal is not about whoever is here now.
      isMore = await round().catch((error) => partition.isLeaving || partition.isPassed(epoch) || recover(error));
      isMore ||= isAgain && !isPaused && clock.monotonic() >= quietUntil;
    }
  };

  /** A page that may show nothing, or has no token, leaves the live channel to one that may. */
  const seek = () => (partition.isLocked || connection === 'needs-token' ? holder.release() : holder.seek());

  const poll = () => {
    seek();
    if (isMute()) return;
    if (connection !== 'needs-token' && model.pending.some(({ stage }) => stage === 'stored'))
      later(partition.device.merging ? pollMs.first : 1_000);
    else if (!ports.signals.isVisible() || !partition.space.cursor) return;
    else later(live.isOpen ? pollMs.live : Math.min(pollMs.longest, pollMs.first * 2 ** polls++));
  };

  const rest = () => {
    running = undefined;
    if (isAgain) void wake();
  };

  /** Syncs soon: at once, or right after the exchange that is under way. Resolves after it. */
  const wake = (): Promise<void> => {
    if (isStopped || isPaused) return Promise.resolve();
    if (running) {
      isAgain = true;
      return running;
    }
    if (clock.monotonic() < quietUntil) return Promise.resolve(later(0));
    timer.cancel();
    isAgain = false;
    running = partition
      .handedOver()
      .then(() => tabs.ifFree('flush', rounds))
      .then((isMine) => {
        if (!isMine) later(1_000);
        // A retry whose time came while another exchange was under way is over.
        else if (!timer.isSet) poll();
      })
      .catch((error) => on.error(error))
      .finally(rest);
    return running;
  };

  const onSignal = (signal: Signal) => {
    if (signal === 'pagehide') {
      holder.release();
      sendBeacon({ ports, config, partition, model, requests, token: tokens.peek() });
    } else if (signal === 'hidden') {
      holder.releaseLater();
      void wake();
    } else if (signal !== 'offline') {
      [attempt, polls] = [0, 0];
      refusedToken.forget();
      requests.nudge(signal === 'online' ? 0 : stalledMs, cutOff);
      live.probe();
      seek();
      void partition.reload().then(wake, on.error);
    }
  };

  return {
    wake,
    seekLive: seek,
    onSignal,
    ...requests,
    get connection() {
      return connection;
    },
    get lastSyncedAt() {
      return lastSyncedAt;
    },
    setConnection,
    /** The live channel of a space that was left, the token that was waited for, and what was said of the network: a guest who stays here asks nobody. */
    leave() {
      if (connection === 'needs-token' || connection === 'offline') setConnection('connecting');
      requests.nudge(0);
      live.close();
    },
    connectLive: (ticket: string) => live.connect(ticket),
    wantsLive,
    /** Runs `body` while no exchange is under way: on this device by the lock, without locks at least in this page. */
    async alone(body: () => Promise<void>, demandWanted: () => void): Promise<void> {
      for (;;) {
        while (running) await running;
        const turn = tabs.ifFree('flush', body);
        running = turn.then(rest, rest);
        if (await turn) return;
        await new Promise<void>((done) => void clock.timer(100, done));
        demandWanted();
      }
    },
    stop() {
      isStopped = true;
      timer.cancel();
      holder.release();
      live.close();
      setConnection('stopped');
    },
  };
};
