import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CoreWorld, createCoreWorld, customer, type Fields, put, statuses } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld({});
});
afterEach(() => world.dispose());
const ana = customer('ana');
const asAna = (ops: readonly Fields[], r = 'replica_before') => world.sync({ auth: ana, r, device: 'device_old', ops });
const late = { again: true, late: true };

it('the customers own word in the same millisecond as what came late is theirs', async () => {
  expect(statuses((await asAna([{ ...put(1, 'style', 'plain'), ...late }])).acks)).toEqual(['ok']);
  expect(statuses((await asAna([put(1, 'style', 'mine')], 'replica_other')).acks)).toEqual(['ok']);
  expect(statuses((await asAna([{ ...put(2, 'style', 'loud'), ...late }])).acks)).toEqual(['superseded']);
});

it('and when the clock of the server is put back meanwhile', async () => {
  await world.clock.pass(3_600_000);
  expect(statuses((await asAna([{ ...put(1, 'style', 'plain'), ...late }])).acks)).toEqual(['ok']);
  // Or another process answers whose clock is behind.
  world.clock.jump(-600_000);
  await world.clock.pass(1_000);
  expect(statuses((await asAna([put(1, 'style', 'mine')], 'replica_other')).acks)).toEqual(['ok']);
  await world.clock.pass(1_000);
  expect(statuses((await asAna([{ ...put(2, 'style', 'loud'), ...late }])).acks)).toEqual(['superseded']);
});
