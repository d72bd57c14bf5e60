import { customerOf } from './virtual-world.ts';

/** Who was away for how long, as the server could know it: a device in the space of a guest or a customer. */
export const createAbsences = ({ now, idleMs }: { now(): number; idleMs: number }) => {
  const heardMs = new Map<string, number>();
  const returned = new Set<string>();
  /** When it stored the first answer since then: a copy of its request that came late has none, nor one it had given up. */
  const toldMs = new Map<string, { readonly atMs: number; readonly isKnown: () => boolean }>();
  /** The device and space that a change came from. */
  const senders = new Map<string, string>();
  /** The same by replica: the horizon is theirs, and one that a space was held under is not heard of with its device. */
  const replicaMs = new Map<string, number>();
  /** Changes that came when their replica had not been heard of for as long as the horizon is away. */
  const stale = new Set<string>();

  return {
    /** A request came, and perhaps it is refused; `all`: with the changes of a claim. */
    received({ ops = [], ...request }: Request, all: readonly Op[]) {
      const from = senderOf(request);
      if (now() - (replicaMs.get(request.r) ?? Number.POSITIVE_INFINITY) >= idleMs)
        for (const { i } of ops) stale.add(i);
      if (now() - (heardMs.get(from) ?? Number.NEGATIVE_INFINITY) >= idleMs) {
        returned.add(from);
        toldMs.delete(from);
      }
      for (const { i } of all) senders.set(i, from);
    },
    /** It was not refused: the server knows since then that this device is there. */
    answered(body: string, atMs: number) {
      const request = JSON.parse(body) as Request;
      const from = senderOf(request);
      heardMs.set(from, Math.max(atMs, heardMs.get(from) ?? 0));
      replicaMs.set(request.r, Math.max(atMs, replicaMs.get(request.r) ?? 0));
    },
    /** The answer to this was stored; in the memory of a page it is known for as long as that page is there. */
    told(body: string, isKnown: () => boolean = always) {
      const from = senderOf(JSON.parse(body) as Request);
      const before = toldMs.get(from);
      if (before?.isKnown === always) return;
      toldMs.set(from, { atMs: before?.isKnown() ? before.atMs : now(), isKnown });
    },
    /** A server put back without a word lost these, and takes whoever of them comes next for one who was away. */
    lost(isLost: (guest: string) => boolean) {
      for (const from of heardMs.keys()) if (isLost(JSON.parse(from)[1])) heardMs.delete(from);
    },
    isStale: (opId: string): boolean => stale.has(opId),
    /** The device that sent this change last. */
    deviceOf: (opId: string): string => String(JSON.parse(senders.get(opId) ?? '[""]')[0]),
    /** When the sender of this change was told what is, after it had not been heard of for as long as the horizon is away. */
    toldMs(opId: string): number {
      const from = senders.get(opId) ?? '';
      const told = toldMs.get(from);
      if (!returned.has(from)) return Number.NEGATIVE_INFINITY;
      return told?.isKnown() ? told.atMs : Number.POSITIVE_INFINITY;
    },
  };
};

const always = (): boolean => true;

type Op = { readonly i: string };
type Request = { readonly device: string; readonly r: string; readonly auth: object; readonly ops?: readonly Op[] };

const senderOf = ({ device, auth }: Pick<Request, 'device' | 'auth'>): string =>
  JSON.stringify([device, 'guest' in auth ? auth.guest : customerIn(auth)]);

const customerIn = (auth: object): string => ('token' in auth && customerOf(String(auth.token))) || '';
