import type { CartLine, IdentitySnapshot, ParkedLine, Relevo, Status } from '../client/api.ts';
import type { Source } from './select.ts';
import { createSetInTurn } from './set-in-turn.ts';

/** Whether what this device holds may be shown; see `useReady`. */
type WithReady = { readonly isReady: boolean };

export type CartSnapshot = WithReady & {
  readonly lines: readonly CartLine[];
  /** Lines set aside, with the reason; not in `lines` nor in `count`. */
  readonly parked: readonly ParkedLine[];
  /** Sum of the quantities in `lines`. */
  readonly count: number;
};

export type CurrentIdentity = IdentitySnapshot & WithReady;

export type Sources = ReturnType<typeof createSources>;

export const none: readonly never[] = Object.freeze([]);

const neutralCart: CartSnapshot = Object.freeze({ isReady: false, lines: none, parked: none, count: 0 });

const neutralIdentity: CurrentIdentity = Object.freeze({
  isReady: false,
  kind: 'guest',
  anonymousId: '',
  deviceId: '',
  traits: Object.freeze({}),
});

const neutralStatus: Status = Object.freeze({
  isReady: false,
  connection: 'connecting',
  pending: 0,
  held: Object.freeze({}),
  lastSyncedAt: null,
  storage: 'memory',
});

/** The parts of one instance that hooks read. */
export const createSources = (relevo: Relevo) => {
  const onStatus = (listener: () => void) => relevo.on('status', listener);
  // `isReady` is the status' own: without its event a cart that stays empty would never become ready.
  const withStatus = (subscribe: Subscribe): Subscribe => {
    return (listener) => {
      const ends = [subscribe(listener), onStatus(listener)];
      return () => {
        for (const end of ends) end();
      };
    };
  };
  const cart: Source<CartSnapshot> = {
    subscribe: withStatus((listener) => relevo.cart.subscribe(listener)),
    read: combined(
      () => [relevo.status.isReady, relevo.cart.lines, relevo.cart.parked],
      () => ({
        isReady: relevo.status.isReady,
        lines: relevo.cart.lines,
        parked: relevo.cart.parked,
        count: relevo.cart.count,
      }),
    ),
    neutral: neutralCart,
  };
  const identity: Source<CurrentIdentity> = {
    subscribe: withStatus((listener) => relevo.identity.subscribe(listener)),
    read: combined(
      () => [relevo.status.isReady, relevo.identity.current],
      () => ({ ...relevo.identity.current, isReady: relevo.status.isReady }),
    ),
    neutral: neutralIdentity,
  };
  const status: Source<Status> = { subscribe: onStatus, read: () => relevo.status, neutral: neutralStatus };
  return { relevo, cart, identity, status, setInTurn: createSetInTurn(relevo) };
};

type Subscribe = (listener: () => void) => () => void;

/** Builds a state anew only when one of the references it is made of is another one. */
const combined = <S>(parts: () => readonly unknown[], build: () => S): (() => S) => {
  let known: readonly unknown[] | undefined;
  let state: S;
  return () => {
    const now = parts();
    if (!known?.every((part, at) => Object.is(part, now[at]))) {
      known = now;
      state = build();
    }
    return state;
  };
};
