import type { Commit } from './server-disk.ts';
import { customerOf } from './virtual-world.ts';
import type { Watch } from './watch.ts';

/** A request, as far as it tells whose device speaks. */
export type Asked = {
  readonly device: string;
  readonly r: string;
  readonly auth: { readonly token?: string };
  readonly ops?: readonly { readonly i: string }[];
  readonly claim?: { readonly ops?: readonly { readonly i: string }[] };
  readonly want?: { readonly signout?: boolean; readonly revoke?: string };
};

/** Devices that their customers took back: nothing is taken of them by a sign-in from before that. */
export const createLedgerOfRevocations = ({
  watch,
  now,
  spaceOf,
  bornMs,
}: {
  watch: Watch;
  now(): number;
  spaceOf(customer: string): string;
  /** When a token was issued. */
  bornMs(token: string): number;
}) => {
  /** When a device of a customer was taken back, by space and device, and whether they are back there since. */
  const revoked = new Map<string, { readonly at: number; readonly isBack: boolean }>();
  /** Devices by which a customer was heard of since they signed in there, or since it was taken back. */
  const here = new Set<string>();
  /** When one of these was taken back. */
  const takenMs = new Map<string, number>();
  /** Changes that came by a sign-in that counts, or of a guest; and those that came otherwise alone. */
  const welcome = new Set<string>();
  const barred = new Set<string>();

  const of = (token: string, device: string) => revoked.get(`${spaceOf(customerOf(token) ?? '')} ${device}`);

  return {
    /** Whose token it is has signed in there since it was taken back. */
    isBack: (token: string, device: string): boolean => !!of(token, device)?.isBack,
    /** The customer took it back, and has not signed in there since. */
    isTaken: (customer: string, device: string): boolean =>
      revoked.get(`${spaceOf(customer)} ${device}`)?.isBack === false,
    /** It was taken back then or later; where that is not known any more: the token was issued then or later. */
    isTakenSince: (token: string, device: string, atMs: number): boolean =>
      (of(token, device)?.at ?? bornMs(token)) >= atMs,
    /** Issued then or later. */
    isSince: (token: string, atMs: number): boolean => bornMs(token) >= atMs,
    received({ device, auth, ops = [], claim }: Asked) {
      const space = spaceOf(customerOf(auth.token ?? '') ?? '');
      const at = of(auth.token ?? '', device)?.at;
      // Tokens count whole seconds.
      const isBarred = !!auth.token && at !== undefined && bornMs(auth.token) < Math.floor(at / 1_000) * 1_000;
      if (space && !isBarred) here.add(`${space} ${device}`);
      for (const { i } of [...ops, ...(claim?.ops ?? [])]) (isBarred ? barred : welcome).add(i);
    },
    committed({ redo, applied }: Commit) {
      for (const [, , { opId }] of applied)
        watch.check(
          'revoked',
          welcome.has(opId) || !barred.has(opId),
          () => `${opId} came from a device that had been taken back, and was taken`,
        );
      for (const [method, args] of redo) {
        if (method !== 'putRevoked') continue;
        const [space, { device, at, before }] = args as [string, { device: string; at: number; before: unknown }];
        const key = `${space} ${device}`;
        revoked.set(key, { at, isBack: before !== null });
        // Who signs in while it is taken back may be let back after that.
        if (before !== null) here.add(key);
        else if (here.delete(key)) takenMs.set(key, now());
      }
    },
    /** A customer took it back, and was told so. */
    told(customer: string, device: string) {
      const isKnown = revoked.has(`${spaceOf(customer)} ${device}`);
      watch.check('revoked', isKnown, () => `${customer} is told that ${device} was taken back`);
    },
    /** A customer who asked at `askedMs` is shown these; one that was taken back since may have been there as it was answered. */
    listed(customer: string, ids: readonly string[], askedMs: number) {
      for (const id of ids) {
        const key = `${spaceOf(customer)} ${id}`;
        const isKnown = here.has(key) || (takenMs.get(key) ?? Number.NEGATIVE_INFINITY) > askedMs;
        watch.check('revoked', isKnown, () => `${customer} is told of the device ${id}`);
      }
    },
  };
};
