import type { createDeviceMarker } from './device-marker.ts';
import type { Model } from './model.ts';
import type { Config } from './options.ts';
import type { Ports } from './ports.ts';
import { type Device, spaceOf } from './records.ts';
import type { Scope } from './writing.ts';

/** A sign-in or a load that is under way moves the device on by so many epochs at most: the word that somebody leaves is later. */
const ahead = 3;

export type SendOff = {
  /** What the marker says since the call: who comes next here. Nothing where it named nobody, or somebody else was here already. */
  readonly next: Device | undefined;
  /** They had left already, in another tab. */
  readonly isLate: boolean;
  /** Nothing of whoever is meant is shown any more. */
  readonly isVeiled: boolean;
  /** Whether whoever is here now is who was told to leave. */
  isMeant(): boolean;
};

/**
 * Somebody is told to leave. What can be seen changes at once, here, in other tabs, and on a page that comes after this one
 * was killed. Who it is, and what is theirs, is found out in turn, when what was under way is over: until then what they have
 * stays, unseen, and what is done meanwhile waits for whoever comes next.
 */
export const createSendOff = ({
  scope,
  marker,
  model,
  ports,
  kind,
  newGuest,
}: {
  scope: Pick<Scope, 'device'>;
  marker: ReturnType<typeof createDeviceMarker>;
  model: Model;
  ports: Ports;
  kind: Config['deviceKind'];
  newGuest(): Device['guest'];
}) => {
  let told: Device | undefined;

  /** Who comes after one who leaves. */
  const nextOf = (device: Device, by = 1): Device => {
    // The browser may have been cleared under this page: the guest who began anew in it is the next one here.
    const { id, epoch, customer, guest, claimAt } = marker.read() ?? device;
    const isOther = id !== device.id && !customer && !claimAt;
    return {
      id,
      epoch: Math.max(device.epoch, epoch, told?.epoch ?? 0) + by,
      from: device.from,
      guest: isOther ? guest : newGuest(),
    };
  };

  /** Of whoever is here when it is called, as far as the page knows: gives whether they still are. */
  const meant = (): (() => boolean) => {
    const { device } = scope as { readonly device?: Device };
    const marked = marker.read();
    return () => {
      const before = device ?? marker.meant(marked);
      const { customer, guest, from } = scope.device;
      if (before?.customer) return before.customer.space === customer?.space;
      return !before || before.guest.id === guest.id || (!customer && before.from === from);
    };
  };

  return {
    nextOf,
    meant,
    /**
     * Whether whoever is here when it is called is still here when the result is: also as the customer, or the new guest,
     * whom they became. Not when they were told to leave since.
     */
    whose(): () => boolean {
      // What is done since somebody was told to leave is of whoever comes.
      const isAnyone = model.isVeiled || !scope.device;
      const isHere = meant();
      const { leavings } = model;
      return () => leavings === model.leavings && (isAnyone || isHere());
    },
    get next() {
      return told;
    },
    /** `isEntering`: they are being signed in, and may be signed in already. `isDrop`: nothing of theirs is held. `onLeave` is told before they are out of view. */
    begin({ isEntering, isDrop }: { isEntering: boolean; isDrop: boolean }, onLeave: () => void): SendOff {
      const isMeant = meant();
      const device: Device | undefined = scope.device ?? marker.read();
      const isLate = !!scope.device && (marker.read(scope.device)?.epoch ?? 0) > scope.device.epoch;
      // Nobody stays at a kiosk, no guest either.
      const isDoubtful = kind === 'kiosk' || device?.claimAt !== undefined || isEntering;
      const isVeiled = !!device?.customer || isDoubtful;
      if (isVeiled) onLeave();
      // A guest in whose place another tab is still seeing somebody off stays as that one leaves them.
      if (device && !isLate && (isVeiled || !device.closing)) {
        const after = nextOf(device, ahead);
        const { claimAt, epoch } = device;
        const isOver = device.customer || (kind !== 'personal' && isDoubtful);
        told = isOver
          ? {
              ...after,
              from: after.epoch,
              closing: spaceOf(device),
              ...(isDrop && { dropped: spaceOf(device) }),
            }
          : { ...device, epoch: epoch + ahead, ...(claimAt !== undefined && { claimLeft: true }) };
        marker.tell(told, device);
        ports.tabs.post('epoch');
      }
      if (isVeiled) model.veil();
      return { next: told, isLate, isVeiled, isMeant };
    },
    /** It is decided who has left: what was done since is whoever's who is here now. */
    end(): void {
      told = undefined;
      if (scope.device) marker.end(scope.device);
      model.unveil();
    },
  };
};
