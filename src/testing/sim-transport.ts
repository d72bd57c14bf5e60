import type { HttpReply, Transport } from '../client/ports.ts';
import { type DeviceState, hearRevoked, noteGone } from './device-state.ts';
import type { Ledger } from './ledger.ts';
import type { Asked } from './ledger-of-revocations.ts';
import { noteClaimed } from './note-claimed.ts';
import { keepsRowsOfBefore } from './older-engine.ts';
import type { SimDevice } from './sim-device.ts';
import type { VirtualPage, WrapPorts } from './virtual-device.ts';
import type { DiskUser } from './virtual-disk.ts';
import { customerOf } from './virtual-world.ts';
import { requestKind } from './watch-requests.ts';

/** What a page says to the server and is told, looked at on its way; a page that stands still or is gone hears nothing. */
export const simTransport = ({
  transport,
  page,
  user,
  sockets,
  heard,
  relevo: relevoOf,
  check,
  where: { spec, state, disk, text, requests, hereOf, token },
  ledger,
  now,
}: {
  transport: Transport;
  page: Parameters<WrapPorts>[1];
  user: DiskUser;
  /** How to close each live channel that is open. */
  sockets: Set<() => void>;
  heard<T>(promise: Promise<T>): Promise<T>;
  relevo(): VirtualPage['relevo'] | undefined;
  check(body: string): void;
  where: Pick<SimDevice, 'spec' | 'disk' | 'text' | 'requests'> & {
    readonly state: DeviceState;
    /** Id of the space of who is here. */
    hereOf(): string;
    /** The latest of who is here. */
    token(): string | null;
  };
  ledger: Ledger;
  now(): number;
}): Transport => {
  const turns = new Map<string, number>();
  return {
    post(path, body, how) {
      // A process that is gone asks nothing.
      if (!user.isAlive()) return new Promise(() => {});
      const told = requests.asked(body);
      check(body);
      state.posts++;
      const kind = requestKind(body);
      state.asking[kind]++;
      // A page that asks anew meanwhile, for the same one, has given up this one. A farewell asks beside that.
      const { auth, want } = JSON.parse(body) as Asked;
      const asker = `${kind} ${want?.signout} ${customerOf(auth.token ?? '')}`;
      const turn = (turns.get(asker) ?? 0) + 1;
      turns.set(asker, turn);
      const isGivenUp = () => turns.get(asker) !== turn;
      let hasWaited = false;
      const asked = transport.post(path, body, how).finally(() => {
        state.asking[kind]--;
        hasWaited = page.isFrozen();
      });
      return heard(asked).then((reply: HttpReply) => {
        told(reply);
        if (reply.body.includes('auth/guest-claimed')) {
          const isApart = !!relevoOf()?.status.degraded;
          noteClaimed({ spec, state, disk, text }, { body, isApart, nowMs: now(), ledger });
        }
        // Told that this very device was taken back, it acts on that at once.
        if (/"want":{"revoke":true}}$/.test(reply.body)) {
          const { auth, device, want } = JSON.parse(body) as Asked;
          const { token: used = '' } = auth;
          const who = customerOf(used);
          // Asked in a stay that is over, which they gave up on by leaving it: who has come back since stays.
          const leftMs = Math.min(state.said?.atMs ?? -1, state.leftAtMs);
          const isOver = state.session.who === who && !ledger.revocations.isSince(used, leftMs);
          if (who && want?.revoke === device && !isOver) hearRevoked(state, who, now());
        }
        // Cut off on its way it says nothing.
        if (/"code":"auth\/revoked".*}$/.test(reply.body)) {
          const { auth, device, r, ops, want } = JSON.parse(body) as Asked;
          const { token: used = '' } = auth;
          const who = customerOf(used);
          const isHere = state.session.who === who;
          const has = (of: 'space' | 'out', field: 'replica' | 'r') =>
            disk
              .rowsNow()
              .some(([[table], row]) => table === of && (row as { replica?: string; r?: string })[field] === r);
          // Of who is back what the device held goes, and they stay; a store put back to before that is all held. Who has
          // left again by then hears of it when they are back: what is held of that stay of theirs is not meant.
          const isOfBefore = !has('space', 'replica') && ledger.revocations.isBack(used, device);
          if (isOfBefore && (isHere || has('out', 'r'))) for (const { i } of ops ?? []) state.heldBack.add(i);
          // Said of a token from before they come back, which they do next: by the one that the page answers, for one.
          else if (isHere && (state.entering || spec.hasToken) && used !== token()) {
            const saidMs = state.said?.atMs ?? -1;
            // Where nobody is being signed in all that was done until now was of this stay; so it was, of whichever tab, where
            // it was taken back since they came.
            if (!state.entering || ledger.revocations.isTakenSince(used, device, saidMs)) noteGone(state, now());
            else state.droppedAtMs = Math.max(state.droppedAtMs, saidMs);
          }
          // A question hears of it, and the next exchange acts on it.
          else if (who && (want ? want.signout : !isGivenUp())) hearRevoked(state, who, now());
        }
        if (spec.sdk && keepsRowsOfBefore({ body, reply: reply.body, disk, who: state.session.who }, ledger))
          state.hollow = hereOf();
        void requests.foreign(reply, () => {
          const relevo = relevoOf();
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
      check(body);
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
  };
};
