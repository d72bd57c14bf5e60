import { hashText } from '../core/hash.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Op, SyncRequest } from '../protocol/messages.ts';
import { carriedIn } from './carried.ts';
import type { Ids, VerifyToken } from './ports.ts';
import { isClosed } from './rescue.ts';
import type { ClaimRow, ReadTx, SpaceRow } from './store.ts';

/** Who asks, proven for a customer; a guest's secret is compared when its space is read. */
export type Caller =
  | {
      readonly kind: 'customer';
      readonly site: string;
      readonly customer: string;
      readonly expiresAtMs: number;
      readonly bornAtMs?: number | undefined;
      readonly isOver?: true;
      readonly id: string;
    }
  | { readonly kind: 'guest'; readonly site: string; readonly secret: string; readonly id: string };

/** Ids of customers' spaces begin so; a guest may not call itself that. */
const customerPrefix = 'c_';

/** The id of a customer's space. */
export const customerSpaceId = (
  ids: Pick<Ids, 'sha256'>,
  { site, customer }: { readonly site: string; readonly customer: string },
): string => customerPrefix + hashText(ids.sha256, JSON.stringify([site, customer]));

/** The key of a space in the store: no id is looked up without its site. */
export const spaceKey = ({ site, id }: { site: string; id: string }): string => `${site}/${id}`;

/** The site and the id that a space's key is made of. */
export const partsOfSpaceKey = (key: string): { readonly site: string; readonly id: string } => {
  const at = key.indexOf('/');
  return { site: key.slice(0, at), id: key.slice(at + 1) };
};

/**
 * @throws `request/malformed` without any proof of who asks, `auth/…` when the token is refused.
 */
export const identify = async (
  request: SyncRequest,
  { bearer, ids, verifyToken }: { bearer: string | undefined; ids: Ids; verifyToken: VerifyToken },
): Promise<Caller> => {
  const { auth, site } = request;
  const token = bearer ?? (auth && 'token' in auth ? (auth.token as string) : undefined);
  if (token !== undefined) {
    const { customer, ...times } = await verifyToken(site, token);
    return { kind: 'customer', site, customer, ...times, id: customerSpaceId(ids, { site, customer }) };
  }
  if (!auth || !('guest' in auth)) throw new RelevoError('request/malformed', { detail: 'auth: token or guest.' });
  return { kind: 'guest', site, secret: auth.secret as string, id: checkGuestId(auth.guest as string) };
};

/** @throws `request/malformed` for an id that a customer's space could have. */
export const checkGuestId = (guest: string): string => {
  if (guest.startsWith(customerPrefix)) throw new RelevoError('request/malformed', { detail: 'guest: a reserved id.' });
  return guest;
};

/** What is kept of a guest's secret. */
export const secretHash = (ids: Ids, { key, space, secret }: { key: string; space: string; secret: string }): string =>
  ids.hmac(key, `guest\n${space}\n${secret}`);

/**
 * @throws `auth/guest-secret` when the space is another's.
 */
export const checkGuest = (ids: Ids, { row, secret }: { row: SpaceRow | undefined; secret: string }): void => {
  if (row && !(row.kind === 'guest' && row.secret !== null && ids.equal(row.secret, secret))) {
    throw new RelevoError('auth/guest-secret');
  }
};

/**
 * The refusal of a guest that is a customer's by now. It names how much of the replica's work the customer
 * has: what came later is nobody's, and the device may take it along. Where a copy of its disk gave a number to
 * another change, the customer has nothing of this device's from there on. Numbers that a restore closed say nothing: of
 * these the customer has what is known by its id.
 */
export const guestClaimed = async (
  tx: ReadTx,
  { claim, replica, ops }: { claim: ClaimRow; replica: string; ops: readonly Pick<Op, 'q' | 'i'>[] },
): Promise<RelevoError> => {
  const applied = (await tx.replica(claim.guest, replica))?.last ?? 0;
  const isLost = isClosed(applied);
  const carried = carriedIn(claim.carried).flatMap((batch) => (batch.replica === replica ? batch.ops : []));
  // Closed numbers say nothing of changes that are not named.
  let last = isLost && !ops.length ? 0 : Math.max(applied, ...carried.map(({ q }) => q));
  for (const { q, i } of ops) {
    const there = (await tx.applied(claim.guest, replica, q))?.opId ?? carried.find((op) => op.q === q)?.i;
    if (there !== i && (there || isLost)) last = Math.min(last, q - 1);
  }
  return new RelevoError('auth/guest-claimed', { known: [replica, last] });
};

/** A space before its first change. */
export const emptySpace = (space: Pick<SpaceRow, 'id' | 'site' | 'kind' | 'secret'>): SpaceRow => ({
  ...space,
  era: 0,
  acl: 0,
  version: 0,
  clock: 0,
  bytes: 0,
  lines: 0,
  gcVersion: 0,
  due: Number.MAX_SAFE_INTEGER,
});
