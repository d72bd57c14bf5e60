import { RelevoError } from '../core/relevo-error.ts';
import { utf8Length } from '../core/utf8-length.ts';
import type { Push } from '../protocol/messages.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import type { Clock, Fanout, Poke } from './ports.ts';
import type { Store } from './store.ts';
import { type TicketCodec, ticketLifeMs } from './tickets.ts';

/** Why the server ended a live channel. 1012 also when it stops. */
export const closeCodes = {
  tokenExpired: 4401,
  signedOut: 4403,
  tooMany: 4429,
  tooChatty: 1008,
  restart: 1012,
} as const;

export type LiveHandlers = { push(text: string): void; close(code: number): void };

export type LiveConnection = {
  readonly site: string;
  /** A message came: the connection is not idle. */
  touch(): void;
  /** Takes the connection out; `close` is not called. */
  end(): void;
};

export type Live = {
  /** The site a ticket is for, to check the origin before anything is used up. @throws `auth/ticket` */
  siteOf(ticket: string): Promise<string>;
  /** @throws `auth/ticket` for a ticket that is unknown, used, too old, or of a device that signed out or was revoked. */
  open(ticket: string, on: LiveHandlers): Promise<LiveConnection>;
  readonly count: number;
  /** Closes every connection with 1012. */
  close(): void;
};

type Connection = { readonly on: LiveHandlers; usedAt: number; readonly end: () => void };

/** Longest wait that timers take: 2^31 − 1 ms. */
const longestTimerMs = 2_147_483_647;

export const createLive = (ports: {
  store: Store;
  clock: Clock;
  fanout: Fanout;
  tickets: () => Promise<TicketCodec>;
  maxConnections: number;
}): Live => {
  const { store, clock, fanout, maxConnections } = ports;
  const bySpace = new Map<string, Set<Connection>>();

  const drop = (connection: Connection, code: number) => {
    connection.end();
    connection.on.close(code);
  };

  return {
    async siteOf(ticket) {
      return (await ports.tickets()).read(ticket, clock.now()).site;
    },
    async open(text, on) {
      const ticket = (await ports.tickets()).read(text, clock.now());
      const { nonce, site, space, device, madeAtMs, tokenEndsMs, only } = ticket;
      const isFresh = await store.write(async (tx) => {
        const now = clock.now();
        const signedOutAt = (await tx.device(space, device))?.signedOutAt ?? 0;
        const endedAt = Math.max(signedOutAt, (await tx.revoked(space, device))?.at ?? 0);
        return madeAtMs > endedAt && (await tx.useNonce(nonce, madeAtMs + ticketLifeMs, now));
      });
      if (!isFresh) throw new RelevoError('auth/ticket');

      // Who acts for the customer takes no channel away from the customer's own devices.
      const whose = only ? `${space}\nagents` : space;
      const connections = bySpace.get(whose) ?? new Set<Connection>();
      bySpace.set(whose, connections);
      while (connections.size >= maxConnections) {
        const [idlest] = [...connections].sort((a, b) => a.usedAt - b.usedAt);
        if (idlest) drop(idlest, closeCodes.tooMany);
      }
      const unsubscribe = fanout.subscribe(space, (poke) => {
        if (poke.kind === 'signout') {
          if (poke.device === device) drop(connection, closeCodes.signedOut);
        } else if (only) {
          if (poke.rows.some(([collection]) => only.includes(collection))) on.push(JSON.stringify({ v: poke.v }));
        } else if (poke.origin !== device) on.push(pushText(poke));
      });
      const expire =
        tokenEndsMs === null
          ? () => {}
          : clock.timer(Math.min(longestTimerMs, Math.max(0, tokenEndsMs - clock.now())), () =>
              drop(connection, closeCodes.tokenExpired),
            );
      const connection: Connection = {
        on,
        usedAt: clock.now(),
        end() {
          unsubscribe();
          expire();
          connections.delete(connection);
          if (connections.size === 0 && bySpace.get(whose) === connections) bySpace.delete(whose);
        },
      };
      bySpace.set(whose, connections.add(connection));
      return {
        site,
        touch() {
          connection.usedAt = clock.now();
        },
        end: connection.end,
      };
    },
    get count() {
      return [...bySpace.values()].reduce((sum, connections) => sum + connections.size, 0);
    },
    close() {
      for (const connections of [...bySpace.values()])
        for (const connection of [...connections]) drop(connection, closeCodes.restart);
    },
  };
};

/** Pokes go to every connection of a space: each is written out once. */
const texts = new WeakMap<Poke, string>();

const pushText = (poke: Extract<Poke, { kind: 'rows' }>): string => {
  const known = texts.get(poke);
  if (known) return known;
  const { v, prev, cur, rows } = poke;
  const numbers: Push = { v, prev, cur };
  const whole = JSON.stringify({ ...numbers, ent: rows });
  const text = utf8Length(whole) <= wireLimits.maxPushBytes ? whole : JSON.stringify(numbers);
  texts.set(poke, text);
  return text;
};
