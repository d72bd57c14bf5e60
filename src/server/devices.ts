import { RelevoError } from '../core/relevo-error.ts';
import type { SyncReply, SyncRequest } from '../protocol/messages.ts';
import { partsOfSpaceKey } from './identity.ts';
import type { ReadTx, WriteTx } from './store.ts';

/** A device's row is renewed so often, not at every write. */
const seenMs = 3_600_000;
/** Revocations remembered of one customer. */
const mostRevoked = 500;

type Asker = { readonly space: string; readonly device: string };

type Asking = Asker & {
  /** When the customer proved to be who they are; unknown is older than any revocation. */
  readonly bornAtMs?: number | undefined;
  readonly request: Pick<SyncRequest, 'r' | 'cur' | 'ops' | 'offer' | 'want'>;
  readonly isBeacon: boolean;
};

/**
 * A device that its customer has revoked is refused until it begins anew: with a sign-in after that, and with nothing of
 * what it had. What it had then is refused for ever. So it has forgotten all before it is answered again, whatever
 * tokens it gets meanwhile. Gives whether it comes back by this.
 * @throws `auth/revoked`
 */
export const demandNotRevoked = async (tx: ReadTx, asking: Asking): Promise<boolean> => {
  const { space, device, bornAtMs = 0, request } = asking;
  const revoked = await tx.revoked(space, device);
  if (!revoked) return false;
  const { at, before } = revoked;
  const isKept =
    before === null ? isBeginning(asking) && !(await tx.replica(space, request.r)) : !before.includes(request.r);
  // Tokens count whole seconds.
  if (bornAtMs < Math.floor(at / 1_000) * 1_000 || !isKept)
    throw new RelevoError('auth/revoked', before === null ? { space: partsOfSpaceKey(space).id } : {});
  return before === null;
};

/** So a sign-in asks: it has seen nothing and brings nothing, whatever a guest brings along. */
const isBeginning = ({ request: { cur, ops, offer, want }, isBeacon }: Asking): boolean =>
  cur === null && ops.length === 0 && offer === undefined && !want?.signout && !isBeacon;

/** From here on it is a device like any other, but for what it had before. */
export const letBack = async (tx: WriteTx, { space, device }: Asker): Promise<void> => {
  const revoked = await tx.revoked(space, device);
  const before = (await tx.replicas(space)).map(({ id }) => id);
  if (revoked) await tx.putRevoked(space, { ...revoked, before }, mostRevoked);
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
 * @throws `auth/unknown-device` for a device of another customer as for none, where all are remembered
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
  const revoked = await tx.revoked(space, device);
  const devices = await tx.devices(space);
  // Where so many are remembered newer ones may have pushed it out: it may still be signed in.
  if (!known && !revoked && devices.length < most) throw new RelevoError('auth/unknown-device');
  // Who has copied a session can make up any number of devices, but none that has been there for long.
  const since = devices.find(({ id }) => id === device)?.since ?? nowMs;
  const knownMs = Math.max(0, nowMs - since, revoked?.knownMs ?? 0);
  await tx.putRevoked(space, { device, at: nowMs, knownMs, before: null }, mostRevoked);
  // It is signed in no more, and takes no ticket that was made before.
  if (known) await tx.putDevice(space, { ...known, signedOutAt: Math.max(nowMs, known.seenAt) }, most);
};
