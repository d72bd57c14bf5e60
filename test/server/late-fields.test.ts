import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CoreWorld, createCoreWorld, customer, type Fields, statuses } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld({});
});
afterEach(() => world.dispose());
const ana = customer('ana');
const asAna = (ops: readonly Fields[], r = 'replica_before') => world.sync({ auth: ana, r, device: 'device_old', ops });
const late = { again: true, late: true };
const patch = (q: number, f: Fields, a = 0): Fields => ({
  q,
  i: `op${q}_${JSON.stringify(f).length}_${a}_aaaaaaaa`.replace(/[^a-z0-9_]/gi, ''),
  c: 'identity',
  k: 'traits',
  t: 'patch',
  f,
  a,
  at: 0,
});

for (const age of [0, 600_000])
  it(`the customers own word on another field, made ${age} ms ago, is not overwritten by what comes late`, async () => {
    await world.clock.pass(3_600_000);
    expect(statuses((await asAna([{ ...patch(1, { size: 'L' }), ...late }])).acks)).toEqual(['ok']);
    await world.clock.pass(1_000);
    expect(statuses((await asAna([patch(1, { color: 'mine' }, age)], 'replica_other')).acks)).toEqual(['ok']);
    await world.clock.pass(1_000);
    const answer = await asAna([{ ...patch(2, { color: 'theirs' }), ...late }]);
    expect([statuses(answer.acks), JSON.stringify(answer.ent).includes('theirs')]).toEqual([['superseded'], false]);
  });
