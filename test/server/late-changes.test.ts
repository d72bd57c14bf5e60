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

it('the customer’s own word in the same millisecond as what came late is theirs', async () => {
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

const patch = (q: number, f: Fields, a = 0): Fields => ({
  q,
  i: `op${q}_${Object.entries(f).flat().join('_')}_aaaa`,
  c: 'identity',
  k: 'traits',
  t: 'patch',
  f,
  a,
  at: 0,
});

it.each([
  ['size', 0],
  ['color', 0],
  ['color', 600_000],
])(
  'the customer’s own word on the field %s, made %i ms ago, is not overwritten by what comes late',
  async (field, age) => {
    await world.clock.pass(3_600_000);
    expect(statuses((await asAna([{ ...patch(1, { size: 'L' }), ...late }])).acks)).toEqual(['ok']);
    await world.clock.pass(1_000);
    expect(statuses((await asAna([patch(1, { [field]: 'mine' }, age)], 'replica_other')).acks)).toEqual(['ok']);
    await world.clock.pass(1_000);
    const answer = await asAna([{ ...patch(2, { [field]: 'theirs' }), ...late }]);
    expect([statuses(answer.acks), JSON.stringify(answer.ent).includes('theirs')]).toEqual([['superseded'], false]);
  },
);
