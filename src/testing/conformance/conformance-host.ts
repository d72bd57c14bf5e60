import type { RelevoOptions } from '../../client/api.ts';
import type { Store, StoreKey } from '../../client/ports.ts';
import type { Sha256 } from '../../core/hash.ts';
import type { Json } from '../../core/json.ts';
import type { SyncCore } from '../../server/sync-core.ts';
import { createRandom } from '../random.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { createVirtualDevice, type VirtualDevice } from '../virtual-device.ts';
import { createLine } from '../virtual-network.ts';
import type { ConformanceDevice, ConformanceHost, ConformanceSite, SiteOptions } from './case.ts';
import type { Asker, ChannelReply, ChannelRequest } from './channel-request.ts';
import { failingMerges } from './failing-merges.ts';

/** A server of one site, in this process or behind a network. */
export type Backend = {
  readonly core: ServerCore;
  /** A token that it takes, for this customer and until then. */
  token(customer: string, expiresAtMs: number): Promise<string>;
  /** Asks as another channel: the site's server key is called `till`, a webhook is signed as Standard Webhooks has it. */
  ask(by: Asker, request: ChannelRequest): Promise<ChannelReply>;
  /** Its process ends and another one starts over the same store. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

/** The messages of the sync protocol: what `createSyncCore` of relevo-server gives, or something that asks a server elsewhere. */
export type ServerCore = {
  sync(text: string): Promise<CoreReply>;
  beacon(text: string): Promise<CoreReply>;
  readonly live: {
    open(ticket: string, on: { push(text: string): void; close(code: number): void }): Promise<{ end(): void }>;
  };
};
type CoreReply = { readonly status: number; readonly body: unknown; readonly retryAfterMs?: number };

/** What a server is started with. */
export type Given = {
  readonly site: string;
  readonly rules: SiteOptions;
  readonly clock: { now(): number; timer(ms: number, callback: () => void): () => void };
  /** A fresh id, drawn from the host's seed. */
  random(): string;
  /** Puts the faults that cases ask for under the server's store. */
  withFaults<S extends object>(store: S): S;
};

export type HostOptions = {
  readonly start: (given: Given) => Promise<Backend>;
  /** SHA-256 of a text as UTF-8. */
  readonly sha256: Sha256;
  /** Lets every settled promise run, and whatever the server has under way; in Node at least `() => new Promise(setImmediate)`. */
  readonly settle: () => Promise<void>;
  /** Chooses how long everything takes on the way. Default 1. */
  readonly seed?: number;
};

const stepMs = 25;
const dayMs = 86_400_000;
const quarterMs = 900_000;

/** Runs cases: real engines on devices of their own, virtual time for them and for the server. */
export const createConformanceHost = ({
  start,
  sha256,
  settle,
  seed = 1,
}: HostOptions): ConformanceHost & { close(): Promise<void> } => {
  const open: (() => Promise<void>)[] = [];
  return {
    async site(rules = {}) {
      const site = await createSite({ start, sha256, settle, seed, rules });
      open.push(site.close);
      return site;
    },
    /** Ends every page and server. */
    async close() {
      for (const end of open.splice(0)) await end();
    },
  };
};

const createSite = async ({
  start,
  sha256,
  settle,
  seed,
  rules,
}: Required<HostOptions> & { rules: SiteOptions }): Promise<ConformanceSite & { close(): Promise<void> }> => {
  const random = createRandom(seed);
  const clock = createVirtualClock(random, settle);
  let made = 0;
  const id = () => `${random.below(2 ** 31).toString(36)}-${random.below(2 ** 31).toString(36)}-${made++}-of-${seed}`;
  const faults = failingMerges();
  const backend = await start({
    site: 'pk_case',
    rules,
    clock: { now: clock.now, timer: clock.timer },
    random: id,
    withFaults: faults.over,
  });
  // Only what a line uses of it is asked of a host.
  const core = () => backend.core as unknown as SyncCore;
  const pages = new Set<{ kill(): void }>();

  const device = (options: Partial<RelevoOptions>): { device: ConformanceDevice; virtual: VirtualDevice } => {
    const line = createLine({ core, clock, random });
    const virtual = createVirtualDevice({
      clock,
      line,
      ids: { random: id, sha256, decodeBase64: (text) => atob(text) },
      options: { endpoint: 'https://sync.test', site: 'pk_case', ...options },
    });
    return {
      virtual,
      device: {
        open(more) {
          const page = virtual.open(more);
          pages.add(page);
          return page;
        },
        setOnline: line.setOnline,
        setReplies: (isLost) => line.setFaults(isLost ? { replyLost: 1 } : {}),
        holdReplies: line.hold,
        get requests() {
          return line.requests.map(({ body }) => body);
        },
        stored: async () => JSON.stringify([await rowsOf(virtual.disk), virtual.marker.text]),
        async copy() {
          const other = device(options);
          const rows = await rowsOf(virtual.disk);
          await other.virtual.disk.write(async (tx) => {
            for (const [key, value] of rows) tx.put(key, value);
          });
          other.virtual.marker.text = virtual.marker.text;
          return other.device;
        },
      },
    };
  };

  const within = async <T>(ms: number, promise: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    promise.then(over, over);
    await clock.settle();
    for (let passedMs = 0; !isOver && passedMs < ms; passedMs += stepMs)
      await clock.pass(Math.min(stepMs, ms - passedMs));
    if (!isOver) throw new Error(`not done after ${ms} ms`);
    return promise;
  };

  return {
    device: (options = {}) => device(options).device,
    token: (customer, lastsMs = dayMs) => backend.token(customer, clock.now() + lastsMs),
    pass: (ms) => clock.pass(ms),
    within,
    async post(body) {
      const reply = await within(20_000, backend.core.sync(JSON.stringify(body)));
      const { code } = (reply.body ?? {}) as { readonly code?: string };
      return { status: reply.status, code, text: JSON.stringify(reply.body) };
    },
    ask: (by, request) => within(20_000, backend.ask(by, request)),
    agent: (grant, lastsMs = quarterMs) => ({
      kind: 'agent',
      ...grant,
      issuedAtMs: clock.now(),
      expiresAtMs: clock.now() + lastsMs,
    }),
    restart: () => within(20_000, backend.restart()),
    failMerges: faults.fail,
    async close() {
      for (const page of pages) page.kill();
      await within(20_000, backend.close());
    },
  };
};

const rowsOf = (disk: Store): Promise<(readonly [StoreKey, Json])[]> => disk.read((tx) => tx.list([]));
