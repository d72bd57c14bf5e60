import { afterAll, beforeAll, expect, it } from 'vitest';
import { memoryStore } from '../../src/server/stores/memory.ts';
import { add, type CoreWorld, createCoreWorld, customer, guest, op, put } from './core-world.ts';

const runs = Number(process.env.RELEVO_FUZZ ?? 5_000);
const seed = Number(process.env.RELEVO_SEED ?? 11);
const seeded = (start: number) => {
  let state = start;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

let world: CoreWorld;
beforeAll(() => {
  world = createCoreWorld({ store: memoryStore() });
});
afterAll(() => world.dispose());

const odd: readonly unknown[] = [
  null,
  true,
  '',
  'x',
  '\uD800',
  '\u0000',
  '__proto__',
  'toString',
  'constructor',
  -1,
  0.5,
  1e308,
  2 ** 60,
  [],
  {},
  [[[[[[[[[[1]]]]]]]]]],
  'x'.repeat(5_000),
  [0, 0, '', 0],
  { p: 1, toString: 1 },
  { hasOwnProperty: 5 },
];

/** Replaces, removes or copies one random member of a JSON value. */
const mutate = (value: unknown, pick: (below: number) => number): unknown => {
  const isLeaf = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  if (isLeaf || pick(6) === 0) return odd[pick(odd.length)];
  const names = Object.keys(value);
  const name = names[pick(names.length)] ?? '';
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === name ? mutate(item, pick) : item));
  const { [name]: chosen, ...rest } = value as Record<string, unknown>;
  return pick(8) === 0 ? rest : { ...rest, [name]: mutate(chosen, pick) };
};

it(
  `answers ${runs} broken requests with its own refusals, never with a 5xx (seed ${seed})`,
  async () => {
    const pick = seeded(seed);
    const statuses = new Map<number, number>();
    for (let run = 0; run < runs; run++) {
      const r = `replica_${run}`;
      const ops = [
        add(1, 'sofa', 1, { fb: { sku: [1, 0, 'r', 1] } }),
        op(2, { k: 'sofa', t: 'set', v: 2, seen: { [r]: 1 }, g: 0, bh: [1, 0, 'r', 1], f: { title: 'x' } }),
        op(3, { k: 'sofa', t: 'patch', f: { parked: 'why' } }),
        op(4, { c: 'consent', k: 'personalization', t: 'put', v: 'granted' }),
        op(5, { c: 'browsing', k: 'v', t: 'put', v: { kind: 'product', id: 'v' } }),
        op(6, {
          k: 'o',
          t: 'order',
          orderId: `o${run}`,
          lines: [{ sku: 'SOFA', quantity: 1 }],
          seen: { sofa: { [r]: 1 } },
        }),
        put(7, 'currency', { a: [1, { b: null }] }),
      ];
      const claim = { ...guest(`g${run}`), r: `replica_guest_${run}`, ops: [add(1, 'lamp', 1)] };
      const whole = {
        v: 1,
        site: 'pk_a',
        sdk: '0',
        channel: 'web',
        device: 'device_one',
        r,
        cur: null,
        low: 0,
        live: true,
      };
      const auth = customer(`c${run % 50}`);
      const at = pick(ops.length);
      const oneChange = ops.map((change, index) => (index === at ? mutate(change, pick) : change));
      const broken = pick(4) === 0 ? mutate({ ...whole, auth, ops, claim }, pick) : { ...whole, auth, ops: oneChange };
      const text = JSON.stringify(broken) ?? '';
      const { status, body } = await (run % 5 ? world.core.sync(text) : world.core.beacon(text));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500) throw new Error(`${status} ${JSON.stringify(body)} for run ${run}: ${text.slice(0, 3_000)}`);
      if (status >= 400) expect(Object.keys(body ?? {}).sort()).toEqual(['code', 'message', 'retryable']);
    }
    // The generator reaches the inside too: a good part of what it breaks is one change, or harmless.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(runs / 20);
    expect(statuses.get(400) ?? 0).toBeGreaterThan(runs / 20);
  },
  30_000 + 5 * runs,
);
