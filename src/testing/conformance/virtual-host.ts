import { hashText, type Sha256 } from '../../core/hash.ts';
import { RelevoError } from '../../core/relevo-error.ts';
import { defaultSpaceLimits } from '../../server/site.ts';
import type { ConformanceHost } from './case.ts';
import { createConformanceHost, type Given, type HostOptions, type ServerCore } from './conformance-host.ts';
import { askCore, type ChannelCore } from './virtual-channels.ts';

/** A site's limits. Written out: the declarations of this package must not need those of the server. */
type Limits = {
  readonly [name in
    | 'maxSpaceBytes'
    | 'maxEntryBytes'
    | 'maxLines'
    | 'maxViews'
    | 'maxDevices'
    | 'maxReplicas'
    | 'replicaIdleDays'
    | 'deletedDays'
    | 'guestIdleDays'
    | 'oldAddDays'
    | 'mergeShareDays']: number;
};

/** What `createSyncCore` of relevo-server is called with, but for its store and fan-out. */
export type CoreGiven = {
  readonly clock: Given['clock'];
  readonly ids: {
    random(): string;
    readonly sha256: Sha256;
    hmac(key: string, text: string): string;
    equal(a: string, b: string): boolean;
  };
  readonly sites: {
    readonly [site: string]: {
      readonly merge: NonNullable<Given['rules']['merge']>;
      readonly collections: NonNullable<Given['rules']['collections']>;
      readonly limits: Limits;
    };
  };
  readonly hooks: { readonly beforeMerge: NonNullable<Given['rules']['beforeMerge']> };
  verifyToken(site: string, token: string): Promise<{ readonly customer: string; readonly expiresAtMs: number }>;
};

/** A core that can be ended: its live channels, and its housekeeping; and that answers other channels. */
type StoppableCore = ServerCore &
  ChannelCore & {
    readonly live: { close(): void };
    readonly retention: { start(): () => void };
  };

export type VirtualHostOptions<S extends object> = Pick<HostOptions, 'sha256' | 'settle' | 'seed'> & {
  /** `memoryStore` of relevo-server, or any other store. */
  readonly store: () => S;
  /** Usually `(store, given) => createSyncCore({ store, fanout: localFanout(), ...given })`. */
  readonly core: (store: S, given: CoreGiven) => StoppableCore;
};

/**
 * Cases in one process: the core of a sync server by argument, real engines, virtual time and network. Tokens are not
 * signed here; who may sign in is a matter of the server's own HTTP side.
 */
export const createVirtualHost = <S extends object>({
  store: createStore,
  core: createCore,
  sha256,
  ...rest
}: VirtualHostOptions<S>): ConformanceHost & { close(): Promise<void> } =>
  createConformanceHost({
    ...rest,
    sha256,
    async start({ site, rules, clock, random, withFaults }) {
      const store = withFaults(createStore());
      const given: CoreGiven = {
        clock,
        ids: {
          random,
          sha256,
          hmac: (key, text) => hashText(sha256, `${key}.${text}`),
          equal: (a, b) => a === b,
        },
        sites: {
          [site]: {
            merge: rules.merge ?? {},
            collections: rules.collections ?? {},
            limits: defaultSpaceLimits,
          },
        },
        hooks: { beforeMerge: () => rules.beforeMerge?.() },
        verifyToken: async (_, token) => verify(token, clock.now()),
      };
      const begin = () => {
        const core = createCore(store, given);
        const stopRetention = core.retention.start();
        return {
          core,
          end() {
            stopRetention();
            core.live.close();
          },
        };
      };
      let running = begin();
      return {
        get core() {
          return running.core;
        },
        token: async (customer, expiresAtMs) => `unsigned.${btoa(JSON.stringify({ sub: customer, expiresAtMs }))}.`,
        ask: (by, request) => askCore(running.core, { site, nowMs: clock.now(), id: random() }, by, request),
        async restart() {
          running.end();
          running = begin();
        },
        async close() {
          running.end();
        },
      };
    },
  });

const verify = (token: string, nowMs: number) => {
  const [head, body = ''] = token.split('.');
  if (head !== 'unsigned') throw new RelevoError('auth/malformed');
  const { sub, expiresAtMs } = JSON.parse(atob(body)) as { readonly sub: string; readonly expiresAtMs: number };
  if (expiresAtMs <= nowMs) throw new RelevoError('auth/expired');
  return { customer: sub, expiresAtMs };
};
