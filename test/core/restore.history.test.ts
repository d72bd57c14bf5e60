import fc from 'fast-check';
import { describe, it } from 'vitest';
import {
  addToCounter,
  type Counter,
  emptyCounter,
  joinCounters,
  quantityOf,
  setCounter,
} from '../../src/core/counter.ts';
import type { Stamp } from '../../src/core/stamp.ts';
import { holds, isCaught, same } from './property.ts';

// One line, a few devices, a server that is put back to a copy. Devices hold the line as of their last
// answer and the changes that had none. Afterwards any of them offer and send again, in any order, as
// often as they like.

const replicas = ['a', 'b', 'c'] as const;
type Replica = (typeof replicas)[number];

type Act = {
  readonly by: Replica;
  readonly does: 'add' | 'set' | 'pull';
  readonly n: number;
  readonly way: 'answered' | 'reply lost' | 'request lost';
};
type After = { readonly by: Replica; readonly does: 'offer' | 'send' };
type History = { readonly acts: readonly Act[]; readonly backupAt: number; readonly after: readonly After[] };

const histories: fc.Arbitrary<History> = fc.record({
  acts: fc.array(
    fc.record({
      by: fc.constantFrom(...replicas),
      does: fc.constantFrom('add', 'add', 'set', 'pull'),
      n: fc.integer({ min: 1, max: 4 }),
      way: fc.constantFrom('answered', 'answered', 'reply lost', 'request lost'),
    }),
    { maxLength: 14 },
  ),
  backupAt: fc.nat({ max: 14 }),
  after: fc.array(fc.record({ by: fc.constantFrom(...replicas), does: fc.constantFrom('offer', 'send') }), {
    maxLength: 12,
  }),
});

type Change =
  | { readonly t: 'add'; readonly n: number; readonly to: number }
  | { readonly t: 'set'; readonly v: number; readonly seen: Counter['p']; readonly h: Stamp };
type Device = { row: Counter; readonly pending: Change[]; count: number };

const own = (counts: Counter['p'], by: string) => counts[by] ?? 0;

const rules = {
  join: joinCounters,
  /** As in PROTOCOL.md: what is missing up to the count that the add leads to. */
  addAgain: (state: Counter, by: Replica, { n, to }: { n: number; to: number }) => {
    const missing = Math.max(0, to - own(state.p, by));
    return missing && n ? addToCounter(state, { replica: by, n: missing }) : state;
  },
};

/** A server that was not restored knows by their numbers which of them it has. */
const take = (state: Counter, by: Replica, pending: readonly Change[]): Counter => {
  let next = state;
  for (const change of pending)
    if (change.t === 'set') next = setCounter(next, { ...change, g: 0 });
    else if (own(next.p, by) < change.to) next = addToCounter(next, { replica: by, n: change.n });
  return next;
};

const play = ({ acts, backupAt, after }: History, { join, addAgain }: typeof rules) => {
  const devices = new Map(replicas.map((by) => [by, { row: emptyCounter, pending: [], count: 0 } as Device]));
  const of = (by: Replica) => {
    const device = devices.get(by);
    if (!device) throw new Error(`there is no device ${by}`);
    return device;
  };
  let server = emptyCounter;
  let backup = emptyCounter;
  acts.forEach(({ by, does, n, way }, at) => {
    if (at === backupAt) backup = server;
    const device = of(by);
    if (does === 'add') {
      device.count += n;
      device.pending.push({ t: 'add', n, to: device.count });
    } else if (does === 'set')
      device.pending.push({ t: 'set', v: n, seen: { ...device.row.p, [by]: device.count }, h: [at + 1, 0, by, at] });
    if (way === 'request lost') return;
    server = take(server, by, device.pending);
    if (way === 'reply lost') return;
    device.row = server;
    device.pending.length = 0;
  });
  if (acts.length <= backupAt) backup = server;
  const before = server;
  server = backup;
  const send = (by: Replica) => {
    for (const change of of(by).pending)
      server = change.t === 'add' ? addAgain(server, by, change) : setCounter(server, { ...change, g: 0 });
  };
  // A device sends only after it has offered what it holds.
  const step = ({ by, does }: After) => {
    server = join(server, of(by).row);
    if (does === 'send') send(by);
  };
  for (const one of after) step(one);
  const some = server;
  for (const by of replicas) step({ by, does: 'send' });
  return { devices, backup, before, some, all: server };
};

const check = (history: History, by: typeof rules = rules) => {
  const { devices, backup, before, some, all } = play(history, by);
  for (const [replica, { row, count }] of devices) {
    const [least, most] = [own(backup.p, replica), count];
    const has = own(some.p, replica);
    if (has < least || has > most) throw new Error(`${replica} has ${has}, of ${least} to ${most}`);
    same(own(all.p, replica), count);
    same(own(all.s, replica) >= own(row.s, replica), true);
  }
  // With all devices back the line is what it would be had nothing happened and all been sent.
  let wanted = before;
  for (const [replica, { pending }] of devices) wanted = take(wanted, replica, pending);
  same(all.b, wanted.b);
  same(all.p, wanted.p);
  same(quantityOf(all), quantityOf(wanted));
};

describe('a line whose server was restored', () => {
  it('has no less than the backup and counts nothing twice, whoever offers and sends again in whatever order', () => {
    holds(histories, (history) => check(history));
  });
  it('would count twice if offers were summed', () => {
    const join = (a: Counter, b: Counter): Counter => ({
      ...joinCounters(a, b),
      p: Object.fromEntries([...Object.keys(a.p), ...Object.keys(b.p)].map((by) => [by, own(a.p, by) + own(b.p, by)])),
    });
    isCaught(histories, (history) => check(history, { ...rules, join }));
  });
  it('would count twice if an add without an answer were simply added again', () => {
    const addAgain: typeof rules.addAgain = (state, replica, { n }) => addToCounter(state, { replica, n });
    isCaught(histories, (history) => check(history, { ...rules, addAgain }));
  });
});
