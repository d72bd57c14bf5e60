import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../../src/server/who-asks.ts';
import { add, type CoreWorld, createCoreWorld, customer, put } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const ana = customer('ana');
const minuteMs = 60_000;

const agent = (collections: readonly string[] = ['cart'], of = 'ana'): Principal => ({
  kind: 'agent',
  site: 'pk_a',
  customer: of,
  actor: 'bob',
  collections: new Set(collections),
  expiresAtMs: world.clock.now() + 30 * minuteMs,
});
const ask = (by: Principal, of = 'ana') => world.core.rest.live({ by, customer: of, channel: 'agent' });

/** A desk that listens, with every text that it got. */
const desk = async (by = agent()) => {
  const texts: string[] = [];
  const closes: number[] = [];
  const { ticket } = await ask(by);
  await world.core.live.open(ticket, { push: (text) => texts.push(text), close: (code) => closes.push(code) });
  return { texts, closes };
};

describe('the desk of somebody who acts for a customer', () => {
  it('hears that something of its collections has changed, not what, and of nothing else', async () => {
    const { texts } = await desk(agent(['cart', 'consent']));
    const { head } = await world.sync({ auth: ana, ops: [add(1, 'sofa', 1, { f: { title: 'canary' } })] });
    await world.sync({ auth: ana, ops: [put(2, 'note', 'canary')] });
    await world.sync({ auth: ana, ops: [put(3, 'personalization', 'granted', { c: 'consent' })] });
    await world.sync({ auth: customer('ben'), ops: [add(1, 'sofa', 1)] });
    expect(texts).toEqual([JSON.stringify({ v: head })]);
  });

  it('hears of what it did itself, as of all that others do there', async () => {
    const { texts } = await desk();
    const changes = [{ type: 'add', collection: 'cart', item: { sku: 'SOFA', quantity: 1 } }] as const;
    const { version } = await world.core.rest.change(
      { by: agent(), customer: 'ana', channel: 'agent' },
      { changes: [...changes], once: { key: 'k', hash: 'h' } },
    );
    await world.clock.pass(0);
    expect(texts).toEqual([JSON.stringify({ v: version })]);
  });

  it('ends with its token', async () => {
    const { closes } = await desk();
    await world.clock.pass(30 * minuteMs - 1);
    expect(closes).toEqual([]);
    await world.clock.pass(1);
    expect(closes).toEqual([4401]);
  });

  it('takes no channel away from the customer’s devices, and five of its own kind are open at most', async () => {
    const phone = await world.listen(ana);
    const desks = [];
    for (let n = 0; n < 6; n++) {
      desks.push(await desk());
      world.clock.jump(1);
    }
    expect([phone.closes, desks.map(({ closes }) => closes.length)]).toEqual([[], [1, 0, 0, 0, 0, 0]]);
  });

  it('is for agents alone, of that customer, with a collection that is theirs to see', async () => {
    await world.sync({ auth: ana, ops: [add(1, 'sofa', 1)] });
    const roles: Principal[] = [
      { kind: 'key', site: 'pk_a', actor: 'till-3' },
      { kind: 'customer', site: 'pk_a', customer: 'ana' },
      agent(['consent', 'audit', '~checkout']),
    ];
    for (const by of roles) await expect(ask(by)).rejects.toMatchObject({ code: 'auth/scope' });
    await expect(ask(agent(), 'ben')).rejects.toMatchObject({ code: 'request/not-found' });
    await desk();
    const { entries } = await world.core.rest.audit({ by: roles[1] as Principal, customer: 'ana', channel: 'web' });
    expect(entries.map(({ act, actor, collections }) => [act, actor, collections])).toEqual([
      ['read', 'bob', ['cart']],
      ['refused', 'bob', ['audit', 'cart', 'consent', '~checkout']],
    ]);
  });
});
