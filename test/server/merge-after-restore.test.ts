import { afterEach, beforeEach, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { beginIncarnation } from '../../src/server/incarnation.ts';
import type { LogFields } from '../../src/server/ports.ts';
import { systemIds } from '../../src/server/real-ports.ts';
import { createServerDisk } from '../../src/testing/server-disk.ts';
import type { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { add, type CoreWorld, createCoreWorld, customer, type Fields, guest, lineOf, op } from './core-world.ts';

/** A disk that is written at once, and can be put back to a copy. */
const createDisk = () => {
  const timer = (_: number, callback: () => void) => {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  };
  return createServerDisk({ clock: { timer } as unknown as VirtualClock, durable: () => {} });
};

let disk: ReturnType<typeof createDisk>;
let world: CoreWorld;
let warnings: (readonly [string, LogFields | undefined])[];
const log = { info() {}, warn: (event: string, fields?: LogFields) => void warnings.push([event, fields]), error() {} };
const start = (rules: Fields = {}) => createCoreWorld({ store: disk.store(), log, rules });
beforeEach(() => {
  disk = createDisk();
  warnings = [];
  world = start();
});
afterEach(() => world.dispose());

/** What the operator does, or with `isTold: false` forgets to do. */
const restore = async (backup: ReturnType<typeof disk.backup>, { isTold = true, rules = {} } = {}) => {
  await disk.restore(backup, async (tx) => {
    if (isTold) await beginIncarnation(tx, { ids: systemIds, nowMs: world.clock.now(), isKnownHead: true });
  });
  world = start(rules);
};

const auth = customer('ana');
const quantity = async (key: string, store: Pick<CoreWorld, 'sync'> = world) =>
  quantityOf(lineOf(await store.sync({ auth, r: 'replica_reader' }), key).q);
const zero = [0, 0, '', 0];
const _line = (p: Fields, more: Fields = {}) => ({
  q: { p, s: {}, b: [0, zero, 0], w: {}, o: [], floor: 0, ...more },
  d: {},
});

for (const policy of ['lineage', 'max', 'sum'] as const)
  for (const v of [0, 1])
    it(`${policy}: what the customer set to ${v} after the first merge stays so when the guest is claimed again`, async () => {
      await world.dispose();
      disk = createDisk();
      world = start({ mergeCart: policy });
      const { secret, ...who } = guest('g');
      await world.sync({ auth: { ...who, secret }, ops: [add(1, 'sofa', 3)] });
      const backup = disk.backup();
      const claim = { guest: who.guest, secret, r: 'replica_one', ops: [] };
      const first = await world.sync({ auth, r: 'replica_ana', claim });
      expect(quantityOf(lineOf(first, 'sofa').q)).toBe(3);
      const { q } = lineOf(first, 'sofa');
      const at = Number(first.head ?? 1);
      await world.sync({
        auth,
        r: 'replica_ana',
        cur: first.cur,
        ops: [op(1, { k: 'sofa', t: 'set', v, seen: q.p, g: q.o.length, at })],
      });
      const held = await world.sync({ auth, r: 'replica_ana', cur: null });
      expect(quantityOf(lineOf(held, 'sofa').q)).toBe(v);
      await restore(backup, { rules: { mergeCart: policy } });
      const told = await world.sync({ auth, r: 'replica_ana', cur: held.cur });
      expect(told.reset).toBe('restored');
      await world.sync({ auth, r: 'replica_ana', cur: told.cur, offer: held.ent });
      expect(await quantity('sofa')).toBe(v);
      const again = await world.sync({ auth, r: 'replica_ana_2', claim });
      expect([again.claim, await quantity('sofa'), again.receipt?.added ?? []]).toEqual(['merged', v, []]);
    });
