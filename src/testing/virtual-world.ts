import type { RelevoOptions } from '../client/api.ts';
import type { Ids } from '../client/ports.ts';
import { hashText, type Sha256 } from '../core/hash.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { localFanout } from '../server/fanouts/local.ts';
import type { Hooks, Ids as ServerIds } from '../server/ports.ts';
import { defaultSpaceLimits, type MergePolicies, type SiteRules, type SpaceLimits } from '../server/site.ts';
import type { Store } from '../server/store.ts';
import { memoryStore } from '../server/stores/memory.ts';
import { createSyncCore, type SyncCore } from '../server/sync-core.ts';
import { createRandom, type Random } from './random.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';
import { createVirtualDevice, type Engine, type VirtualDevice, type WrapPorts } from './virtual-device.ts';
import { createLine, type Line } from './virtual-network.ts';

export type World = {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly core: SyncCore;
  readonly store: Store;
  readonly ids: ServerIds;
  /** A device with a line of its own to the server. */
  device(
    options?: Partial<RelevoOptions>,
    wrapPorts?: WrapPorts,
    engine?: Engine,
  ): { readonly device: VirtualDevice; readonly line: Line };
  /** A token that the world's server takes for this customer; each `serial` is another one, issued when it is first asked for. */
  token(customer: string, serial?: number): string;
  /** When a token was first asked for. */
  bornMs(token: string): number;
  /** The server takes this token no longer. */
  expire(token: string): void;
  /** The server's process ends and another one starts over this store; live channels are cut. */
  restart(store: Store): void;
};

export type WorldOptions = {
  readonly seed: number;
  readonly sha256: Sha256;
  /** Lets every settled promise run; in Node `() => new Promise(setImmediate)`. */
  readonly settle: () => Promise<void>;
  readonly merge?: MergePolicies;
  readonly hooks?: Hooks;
  /** The site's own collections, as the server is configured. */
  readonly collections?: SiteRules['collections'];
  /** Limits of the site other than the usual ones; the server then sweeps, too. */
  readonly limits?: Partial<SpaceLimits> | undefined;
  readonly store?: Store | ((clock: VirtualClock) => Store);
  /** Told of every request that reaches the server, when it does, and when it was sent. */
  readonly received?: (body: string, atMs: number, sentMs: number) => void;
  /** Told of every request that it did not refuse, and when that had reached it. */
  readonly answered?: (body: string, atMs: number) => void;
  /** Told of a request when the server begins with it; the result, when it has its answer. */
  readonly serving?: (body: string) => () => void;
};

const encode = (text: string): string => [...text].map((c) => c.charCodeAt(0).toString(16).padStart(4, '0')).join('');
const decode = (hex: string): string =>
  (hex.match(/.{4}/g) ?? []).map((c) => String.fromCharCode(Number.parseInt(c, 16))).join('');

/** The customer whom a token of a world names. */
export const customerOf = (token: string): string | undefined => token.split(/[:.]/)[1];

/**
 * One sync server and any number of devices in virtual time: the real engine against the real server
 * core. Tokens of this world are not signed; who may sign in is tested with the real server.
 */
export const createWorld = ({
  seed,
  sha256,
  settle,
  merge = {},
  hooks = {},
  collections = {},
  limits,
  store: given = memoryStore(),
  received,
  answered,
  serving,
}: WorldOptions): World => {
  const random = createRandom(seed);
  const clock = createVirtualClock(random, settle);
  const store = typeof given === 'function' ? given(clock) : given;
  let made = 0;
  const id = () => `${encode(String(made++))}${Math.floor(random.next() * 2 ** 32).toString(36)}-${seed}`;
  const ids: Ids = { random: id, sha256, decodeBase64: decode };
  const expired = new Set<string>();
  /** When each token was first asked for. */
  const born = new Map<string, number>();
  const serverIds: ServerIds = {
    random: id,
    sha256,
    hmac: (key, text) => hashText(sha256, `${key}.${text}`),
    equal: (a, b) => a === b,
  };
  const start = (over: Store) =>
    createSyncCore({
      store: over,
      clock: { now: clock.now, timer: clock.timer },
      ids: serverIds,
      fanout: localFanout(),
      sites: { pk_world: { merge, collections, limits: { ...defaultSpaceLimits, ...limits } } },
      hooks,
      verifyToken: async (_, token) => {
        const customer = customerOf(token);
        if (!token.startsWith('world:') || !customer) throw new RelevoError('auth/malformed');
        const ends = expired.has(token) ? ({ isOver: true } as const) : {};
        return { customer, expiresAtMs: clock.now() + 86_400_000, bornAtMs: born.get(token), ...ends };
      },
    });
  let core = start(store);
  let stopSweeping = limits ? core.retention.start() : () => {};
  return {
    clock,
    random,
    get core() {
      return core;
    },
    store,
    ids: serverIds,
    bornMs: (token) => born.get(token) ?? 0,
    expire: (token) => void expired.add(token),
    restart(next) {
      core.live.close();
      stopSweeping();
      core = start(next);
      if (limits) stopSweeping = core.retention.start();
    },
    device(options = {}, wrapPorts, engine) {
      const longestMs = (limits?.replicaIdleDays ?? defaultSpaceLimits.replicaIdleDays) * 86_400_000;
      const line = createLine({ core: () => core, clock, random, longestMs, received, answered, serving });
      const device = createVirtualDevice({
        clock,
        line,
        ids,
        options: { endpoint: 'https://sync.test', site: 'pk_world', ...options },
        wrapPorts,
        engine,
      });
      return { device, line };
    },
    token(customer, serial) {
      const token = `world:${customer}.${encode(JSON.stringify({ sub: customer }))}${serial ? `.${serial}` : ''}`;
      if (!born.has(token)) born.set(token, clock.now());
      return token;
    },
  };
};
