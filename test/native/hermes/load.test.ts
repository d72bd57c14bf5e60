import { statSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppBundle, appBundle, compile } from './app-bundle.ts';
import { type App, createPhone, type Phone } from './phone.ts';

const nowhere = 'endpoint: "http://localhost:1"';

/** What the language's own objects can do in a runtime, by name. */
const builtInNames = `[...new Set(
  [Object, Array, String, Number, Promise, Map, Set, WeakMap, RegExp, Date, Symbol, JSON, Math, Uint8Array, Error]
    .flatMap((of) => [of, of.prototype, Object.getPrototypeOf(of), of.prototype && Object.getPrototypeOf(of.prototype)])
    .filter((holder) => holder)
    .flatMap((holder) => Object.getOwnPropertyNames(holder)),
)]`;

describe('the package in a bundle of Metro', () => {
  let bundle: AppBundle;
  beforeAll(() => {
    bundle = appBundle('default');
  });

  it('is compiled by the compiler of today’s React Native, classes and all, and by that of Hermes 0.12', () => {
    const today = appBundle('hermes-stable');
    const withHooks = appBundle('hermes-stable', 'hooks-app.js');
    const compiled = [compile(today, 'current'), compile(withHooks, 'current'), compile(bundle, '0.12')];
    expect(compiled.map(({ status, text }) => [status, text])).toEqual(compiled.map(() => [0, '']));
    const [ofToday, , ofOld] = compiled.map(({ path }) => statSync(path).size);
    console.info(`today: ${today.source.length} characters, ${ofToday} bytes of bytecode`);
    console.info(`Hermes 0.12: ${bundle.source.length} characters, ${ofOld} bytes of bytecode`);
    expect(today.source).toMatch(/class \w+ extends Error/);
    expect(bundle.source).not.toMatch(/class \w+ extends Error/);
  });

  it('is the same bundle for a Metro that knows no exports, as before React Native 0.79', () => {
    const older = appBundle('default', 'hooks-app.js', 'no-exports');
    expect(older.source).toContain('platform/no-random');
    expect(older.source).toContain('react/no-provider');
    expect(older.source).not.toContain('indexedDB');
    expect(compile(older, '0.12').status).toBe(0);
  });

  it('has the parts for React Native in it, and none for a browser', () => {
    expect(bundle.source).toContain('platform/no-random');
    expect(bundle.source).not.toContain('indexedDB');
    expect(bundle.source).not.toContain('BroadcastChannel');
  });
});

describe('the app on Hermes 0.12', () => {
  let phone: Phone;
  let app: App;
  beforeEach(() => {
    phone = createPhone(appBundle('default'));
    app = phone.start();
  });
  afterEach(() => phone.close());

  it('loads without a look at what React Native has not', async () => {
    expect(await app.evaluate('typeof startApp')).toBe('function');
    expect({ touched: app.touched, uncaught: app.uncaught, logs: app.logs }).toEqual({
      touched: [],
      uncaught: [],
      logs: [],
    });
  });

  it('loads the hooks without a look at it either', async () => {
    const withHooks = createPhone(appBundle('default', 'hooks-app.js'));
    try {
      const own = withHooks.start();
      expect(await own.evaluate('Object.keys(hooks).sort()')).toContain('useCart');
      expect({ touched: own.touched, uncaught: own.uncaught }).toEqual({ touched: [], uncaught: [] });
    } finally {
      await withHooks.close();
    }
  });

  it('starts, stores and reads back without them either, given a source of random', async () => {
    await app.evaluate(`startApp({ ${nowhere} })`);
    await app.evaluate('relevo.cart.add({ sku: "LAMP-1", title: "Lampe – 木" }).saved.then(() => 0)');
    await app.evaluate('relevo.preferences.set("size", { shoe: 44 }).saved.then(() => 0)');
    expect(await app.evaluate('relevo.status.storage')).toBe('async-storage');
    expect(app.touched.filter((name) => name !== 'crypto')).toEqual([]);
    expect(app.uncaught).toEqual([]);
  });

  it('does not start without a secure random, and says what to install', async () => {
    const start = `startApp({ ${nowhere} }, { random: undefined })`;
    const refused = await app.evaluate(start).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'platform/no-random' });
    expect(String(refused)).toMatch(/expo-crypto.*react-native-get-random-values/);
  });

  it('takes the random that react-native-get-random-values puts into the global crypto', async () => {
    await app.evaluate('globalThis.crypto = modules.Crypto');
    await app.evaluate(`startApp({ ${nowhere} }, { random: undefined })`);
    await app.evaluate('relevo.ready');
    expect(await app.evaluate('relevo.identity.current.anonymousId')).toMatch(/^g_[\w-]{22}$/);
  });

  it('calls no built-in method that Hermes 0.12 has not', async () => {
    const here = new Set<string>(Function(`return ${builtInNames}`)());
    const there = new Set(await app.evaluate<string[]>(builtInNames));
    const absent = [...here].filter((name) => !there.has(name));
    expect(absent).toContain('allSettled');
    const { source } = appBundle('default');
    expect(absent.filter((name) => new RegExp(`\\.${name}\\(`).test(source))).toEqual([]);
  });

  it('is ready soon', async () => {
    const startedAt = performance.now();
    const second = createPhone(appBundle('default'));
    try {
      const own = second.start();
      await own.evaluate('typeof startApp');
      const loadedAt = performance.now();
      await own.evaluate(`startApp({ ${nowhere} })`);
      await own.evaluate('relevo.ready');
      const readyAt = performance.now();
      const ms = [loadedAt - startedAt, readyAt - startedAt].map(Math.round);
      console.info(`from the start of the VM: loaded after ${ms[0]} ms, ready after ${ms[1]} ms`);
      expect(ms[1]).toBeLessThan(5_000);
    } finally {
      await second.close();
    }
  });
});
