import { customer, type Fields } from './core-world.ts';

/** What a device of Ana's sends. */
export const from = (device: string, fields: Fields = {}): Fields => ({
  auth: customer('ana'),
  device: `device_${device}`,
  r: `replica_${device}`,
  ...fields,
});
