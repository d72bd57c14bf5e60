import { RelevoError } from '../core/relevo-error.ts';
import type { SyncReply, SyncRequest } from '../protocol/messages.ts';
import type { ReadTx, WriteTx } from './store.ts';

/** A device's row is renewed so often, not at every write. */
const seenMs = 3_600_000;
/** Revocations remembered of one customer. */
const mostRevoked = 500;

type Asker = { readonly space: string; readonly device: string };

/**
 * A device that its customer has revoked comes back by a sign-in after that, and by nothing older.
 * @param asker.bornAtMs When the customer proved to be who they are; unknown is older than any revocation.
 * @throws `auth/revoked`
 */
export const demandNotRevoked = async (
  tx: ReadTx,
  { space, device, bornAtMs = 0 }: Asker & { readonly bornAtMs?: number | undefined },
): Promise<void> => {
  const revokedAt = await tx.revokedAt(space, device);
  if (revokedAt !== undefined && bornAtMs < revokedAt) throw new RelevoError('auth/revoked');
};

type Meeting = Asker & {
  readonly channel: string;
  readonly nowMs: number;
  readonly isLeaving: boolean;
  /** What it says may be from before it signed out: a closing page's last words, a replica that has retired. */
  readonly isLate: boolean;
  readonly most: number;
};

/** Writes down which device was heard of, and whether it is signed in. */
export const meetDevice = async (tx: WriteTx, meeting: Meeting): Promise<void> => {
  const { space, device: id, channel, nowMs, isLeaving, isLate, most } = meeting;
  const known = await tx.device(space, id);
  const isOut = known !== undefined && known.seenAt <= known.signedOutAt;
  if (isOut && isLate && !isLeaving) return;
  const isBack = !isLeaving && (!known || isOut);
  const signedOutAt = isLeaving ? nowMs : (known?.signedOutAt ?? 0);
  if (known && !isBack && known.signedOutAt === signedOutAt && known.seenAt + seenMs >= nowMs) return;
  // Never at the moment of the sign-out before: it would count for signed out.
  const seenAt = isBack ? Math.max(nowMs, signedOutAt + 1) : nowMs;
  await tx.putDevice(space, { id, seenAt, signedOutAt }, most);
  await tx.noteDevice(space, { id, channel, since: isBack || !known ? seenAt : known.seenAt }, { isBack });
};

/** Whether a request asks about devices, or revokes one. */
export const isOfDevices = (want: SyncRequest['want']): boolean => want?.devices === true || want?.revoke !== undefined;

/**
 * The devices on which a customer is signed in, and taking one of them back. It forgets all of the customer when it is
 * heard of next.
 * @throws `auth/unknown-device` for a device of another customer as for none
 */
export const answerDeviceWants = async (
  tx: WriteTx,
  { space, want, nowMs, most }: Pick<Meeting, 'space' | 'nowMs' | 'most'> & { readonly want: SyncRequest['want'] },
): Promise<SyncReply['want']> => {
  if (!isOfDevices(want)) return undefined;
  if (want?.revoke !== undefined) await revoke(tx, { space, device: want.revoke, nowMs, most });
  const known = want?.devices
    ? (await tx.devices(space)).filter(({ seenAt, signedOutAt }) => seenAt > signedOutAt)
    : [];
  return {
    ...(want?.revoke === undefined ? {} : { revoke: true }),
    ...(want?.devices
      ? { devices: known.map(({ id, channel, since, seenAt }) => ({ id, channel, since, seen: seenAt })) }
      : {}),
  };
};

const revoke = async (
  tx: WriteTx,
  { space, device, nowMs, most }: Asker & Pick<Meeting, 'nowMs' | 'most'>,
): Promise<void> => {
  const known = await tx.device(space, device);
  if (!known && (await tx.revokedAt(space, device)) === undefined) throw new RelevoError('auth/unknown-device');
  await tx.putRevoked(space, { device, at: nowMs }, mostRevoked);
  // It is signed in no more, and takes no ticket that was made before.
  if (known) await tx.putDevice(space, { ...known, signedOutAt: Math.max(nowMs, known.seenAt) }, most);
};
