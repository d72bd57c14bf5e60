import { customerOf } from './virtual-world.ts';

/** Who was away for how long, as the server could know it: a device in the space of a guest or a customer. */
export const createAbsences = ({ now, idleMs }: { now(): number; idleMs: number }) => {
  const heardMs = new Map<string, number>();
  const backMs = new Map<string, number>();
  /** The device and space that a change came from. */
  const senders = new Map<string, string>();

  return {
    heard({ device, auth, ops }: { device: string; auth: object; ops: readonly { readonly i: string }[] }) {
      const from = JSON.stringify([device, 'guest' in auth ? auth.guest : customerIn(auth)]);
      if (now() - (heardMs.get(from) ?? Number.NEGATIVE_INFINITY) >= idleMs) backMs.set(from, now());
      heardMs.set(from, now());
      for (const { i } of ops) senders.set(i, from);
    },
    /** When the sender of this change came back after it had not been heard of for as long as the horizon is away. */
    backMs: (opId: string): number => backMs.get(senders.get(opId) ?? '') ?? Number.NEGATIVE_INFINITY,
  };
};

const customerIn = (auth: object): string => ('token' in auth && customerOf(String(auth.token))) || '';
