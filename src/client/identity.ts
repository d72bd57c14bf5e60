import type { Identity, IdentitySnapshot } from './api.ts';
import type { Shown } from './model.ts';
import type { Config } from './options.ts';
import type { Partition } from './partition.ts';
import { createValues, patchOver } from './registers.ts';
import type { Write } from './writer.ts';

const nobody: IdentitySnapshot = { kind: 'guest', anonymousId: '', deviceId: '', traits: {} };

/** Who uses this device, and what the site knows of them. */
export const createIdentity = ({
  model,
  config,
  partition,
  write,
}: {
  model: Shown;
  config: Config;
  partition: Partition;
  write: Write;
}): Identity => {
  const traits = createValues(model, config, 'identity');
  let known: IdentitySnapshot | undefined;

  const current = (): IdentitySnapshot => {
    const device = (partition.isLeaving && partition.sendOff.next) || partition.device;
    if (!device) return nobody;
    const customer = partition.isLocked || partition.isLeaving ? undefined : device.customer;
    const next: IdentitySnapshot = {
      kind: customer ? 'customer' : 'guest',
      ...(customer && { customerId: customer.id }),
      anonymousId: device.guest.id,
      deviceId: device.id,
      traits: (traits().get('traits') ?? {}) as IdentitySnapshot['traits'],
    };
    if (JSON.stringify(next) !== JSON.stringify(known)) known = next;
    return known ?? next;
  };

  return {
    get current() {
      return current();
    },
    set(fields) {
      return write('identity', 'traits', patchOver(model.row('identity', 'traits')?.[1], fields));
    },
    subscribe: (listener) => model.subscribe('identity', listener),
  };
};
