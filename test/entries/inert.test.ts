import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/client/engine.ts';
import { createRelevo } from '../../src/entries/inert.ts';
import { memoryStore } from '../../src/platform/memory-store.ts';
import { sha256 } from '../client/world.ts';

const options = { endpoint: 'https://sync.shop.example', site: 'pk_demo' };

/** What a face offers, by name, with the kind of each. */
const shapeOf = (face: object): string[] =>
  Object.entries(Object.getOwnPropertyDescriptors(face))
    .map(([name, { get, value }]) => `${name}: ${typeof (get ? get.call(face) : value)}`)
    .sort();

test('it has the shape of the real thing, part by part', async () => {
  const never = () => new Promise<never>(() => {});
  const real = createEngine(options, {
    clock: { now: () => 0, monotonic: () => 0, timer: () => () => {}, soon: (callback) => callback(), jitter: () => 0 },
    ids: { random: () => 'an-id-of-no-one', sha256, decodeBase64: (text) => text },
    openStore: async () => memoryStore(),
    memoryStore,
    marker: { read: () => null, write: () => {} },
    transport: { post: never, beacon: () => {}, connect: () => ({ send: () => {}, close: () => {} }) },
    tabs: { post: () => {}, subscribe: () => () => {}, ifFree: async () => false, close: () => {} },
    signals: { isVisible: () => true, subscribe: () => () => {} },
    log: { info: () => {}, warn: () => {} },
  });
  const inert = createRelevo(options);
  for (const part of ['cart', 'browsing', 'preferences', 'identity', 'consent'] as const)
    expect(shapeOf(inert[part])).toEqual(shapeOf(real[part]));
  expect(shapeOf(inert)).toEqual(shapeOf(real));
  expect(shapeOf(inert.collection('quiz'))).toEqual(shapeOf(real.collection('quiz')));
  await real.ready;
});

test('everything reads as empty and keeps its reference', async () => {
  const relevo = createRelevo(options);
  await relevo.ready;
  expect(relevo.cart.lines).toEqual([]);
  expect(relevo.cart.lines).toBe(relevo.cart.lines);
  expect(relevo.cart.count).toBe(0);
  expect(relevo.cart.find({ sku: 'A' })).toBeUndefined();
  expect(relevo.browsing.recent()).toEqual([]);
  expect(relevo.preferences.get('currency')).toBeUndefined();
  expect(relevo.identity.current).toBe(relevo.identity.current);
  expect(relevo.identity.current.kind).toBe('guest');
  expect(relevo.status).toMatchObject({ connection: 'offline', pending: 0, storage: 'none' });
});

test('writes change nothing, claim nothing, and never reject', async () => {
  const relevo = createRelevo(options);
  const change = relevo.cart.add({ sku: 'A' });
  const claims = [
    change.saved,
    change.synced,
    relevo.preferences.set('a', 1).synced,
    relevo.signIn('eyJ'),
    relevo.signOut(),
    relevo.undoMerge('rc'),
  ];
  const soon = new Promise((done) => setImmediate(() => done('open')));
  expect(await Promise.all(claims.map((claim) => Promise.race([claim, soon])))).toEqual(claims.map(() => 'open'));
  expect(relevo.cart.lines).toEqual([]);
  relevo.capture({ type: 'add', items: [{ sku: 'A', quantity: 1 }] });
  relevo.cart.bind({ write: () => expect.unreachable() })();
  relevo.on('status', () => expect.unreachable())();
  await relevo.flush();
  await relevo.stop();
});

test('at module level of a server it leaves nothing that keeps the process alive, and touches no global', async () => {
  const entry = fileURLToPath(new URL('../../src/entries/inert.ts', import.meta.url));
  const program = `
    const before = Object.getOwnPropertyNames(globalThis).length;
    globalThis.fetch = globalThis.setTimeout = globalThis.setInterval = () => { throw new Error('used'); };
    const { createRelevo } = await import(${JSON.stringify(entry)});
    const relevo = createRelevo(${JSON.stringify(options)});
    await relevo.ready;
    relevo.cart.add({ sku: 'A' });
    console.log(relevo.cart.count, Object.getOwnPropertyNames(globalThis).length - before);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    timeout: 20_000,
  });
  expect(stdout.trim()).toBe('0 0');
});
