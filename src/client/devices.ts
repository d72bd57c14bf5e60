import { isText } from '../core/key.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Devices } from './api.ts';
import type { Ask } from './asks.ts';
import type { Partition } from './partition.ts';
import type { Sync } from './sync.ts';

/** The devices of whoever is signed in here. */
export const createDevices = ({
  ask,
  idle,
  partition,
  sync,
  revoked,
}: {
  ask: Ask;
  /** Nobody is signing in or out. */
  idle(): Promise<unknown>;
  partition: Partition;
  sync: Sync;
  /** This device was taken back. */
  revoked(): Promise<void>;
}): Devices => {
  /** Somebody who is shown: nobody else is asked about. */
  const isCustomer = () => !partition.isLocked && !!partition.device.customer;

  /** Whoever is here at the call, when nobody is coming or leaving any more. */
  const here = async (): Promise<void> => {
    const isHere = partition.whose();
    await idle();
    if (!isHere()) throw new RelevoError('sync/abandoned');
  };

  const asked: Ask = async (...want) => {
    try {
      return await ask(...want);
    } catch (error) {
      // It was taken back itself: the next exchange hears that too, of whoever is here by then.
      if ((error as RelevoError).code === 'auth/revoked') void sync.wake();
      throw error;
    }
  };

  return {
    async list() {
      await here();
      if (!isCustomer()) return [];
      const found = await asked('devices', true);
      return found.map(({ id, channel, since, seen }) =>
        Object.freeze({ id, isThis: id === partition.device.id, channel, signedInAt: since, lastSeenAt: seen }),
      );
    },
    async revoke(deviceId) {
      if (!isText(deviceId))
        throw new RelevoError('change/bad-value', { message: 'revoke() takes the `id` of one of `devices.list()`.' });
      await here();
      if (!isCustomer())
        throw new RelevoError('auth/unknown-device', { message: 'Nobody is signed in here: a guest has no devices.' });
      await asked('revoke', deviceId);
      if (deviceId === partition.device.id) await revoked();
    },
  };
};
