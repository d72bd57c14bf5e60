import { createHash, webcrypto } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Platform, RelevoOptions } from '../../src/client/api.ts';
import { createRelevo } from '../../src/entries/native.ts';
import { mmkvStore, type ReactNativeParts, reactNative } from '../../src/entries/react-native.ts';
import { codeOf } from '../client/world.ts';

const AppState = { currentState: 'active', addEventListener: () => ({ remove: () => {} }) };

/** A phone's storage, as AsyncStorage has it. */
const asyncStorage = (kept = new Map<string, string>()) => ({
  kept,
  getItem: async (key: string) => kept.get(key) ?? null,
  setItem: async (key: string, value: string) => void kept.set(key, value),
  removeItem: async (key: string) => void kept.delete(key),
});

const parts = (more: Partial<ReactNativeParts> = {}): ReactNativeParts => ({
  storage: asyncStorage(),
  random: (bytes) => webcrypto.getRandomValues(bytes),
  AppState,
  Platform: { OS: 'ios' },
  ...more,
});

const requests: { url: string; body: Record<string, unknown> }[] = [];
beforeEach(() => {
  requests.length = 0;
  // No server: what counts here is what the app would send it.
  vi.stubGlobal('fetch', async (url: string, { body }: { body: string }) => {
    requests.push({ url, body: JSON.parse(body) });
    throw new TypeError('Network request failed');
  });
});

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const relevo of running.splice(0)) await relevo.stop();
});

const start = (options: Partial<RelevoOptions> & { platform: Platform }) => {
  const relevo = createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo', ...options });
  running.push(relevo);
  return relevo;
};

describe('createRelevo in React Native', () => {
  it('keeps what was saved over a restart of the app, and tells the system as channel', async () => {
    const storage = asyncStorage();
    const before = start({ platform: reactNative(parts({ storage })) });
    await before.ready;
    expect(before.status.storage).toBe('async-storage');
    await before.cart.add({ sku: 'SOFA-3', quantity: 2 }).saved;
    await vi.waitFor(() => expect(requests.length).toBeGreaterThan(0));
    expect(requests[0]).toMatchObject({ url: 'https://sync.shop.example/v1/sync', body: { channel: 'ios' } });
    const { anonymousId } = before.identity.current;
    await before.stop();

    const after = start({ platform: reactNative(parts({ storage: asyncStorage(storage.kept) })) });
    await after.ready;
    expect(after.cart.lines).toMatchObject([{ sku: 'SOFA-3', quantity: 2, channel: 'ios' }]);
    expect(after.identity.current.anonymousId).toBe(anonymousId);
  });

  it('begins anew with a warning when what was stored is damaged', async () => {
    const kept = new Map<string, string>();
    const before = start({ platform: reactNative(parts({ storage: asyncStorage(kept) })) });
    await before.cart.add({ sku: 'SOFA-3' }).saved;
    await before.stop();
    for (const key of kept.keys()) kept.set(key, '[[[');
    const warned = vi.spyOn(console, 'warn').mockReturnValue();
    const after = start({ platform: reactNative(parts({ storage: asyncStorage(kept) })) });
    await after.ready;
    expect(after.cart.lines).toEqual([]);
    expect(after.status).toMatchObject({ storage: 'async-storage', isReady: true });
    expect(warned).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^relevo: .*damaged/));
    await after.cart.add({ sku: 'LAMP' }).saved;
  });

  it('takes a channel of its own', async () => {
    const relevo = start({ channel: 'kiosk-app', platform: reactNative(parts()) });
    await relevo.cart.add({ sku: 'A' }).saved;
    expect(relevo.cart.lines[0]?.channel).toBe('kiosk-app');
  });

  it('finds its guest again in the keychain when the storage was emptied', async () => {
    const chain = new Map<string, string>();
    const secureStore = {
      getItem: (key: string) => chain.get(key) ?? null,
      setItem: (key: string, value: string) => void chain.set(key, value),
    };
    const before = start({ platform: reactNative(parts({ secureStore })) });
    await before.ready;
    const { anonymousId } = before.identity.current;
    await before.stop();
    const after = start({ platform: reactNative(parts({ secureStore })) });
    await after.ready;
    expect(after.identity.current.anonymousId).toBe(anonymousId);
  });

  it('reads whose a token is without atob, padded or not', () => {
    const { ids } = reactNative(parts()).ports({ name: 'relevo:1:pk_demo', endpoint: 'https://sync.shop.example' });
    for (const text of ['{"sub":"ana"}', '{"sub":"anna"}', '{"sub":"annas"}', '{"sub":"Zoë"}']) {
      const base64 = Buffer.from(text, 'utf8').toString('base64');
      for (const one of [base64, base64.replace(/=+$/, '')])
        expect(Buffer.from(ids.decodeBase64(one), 'latin1').toString('utf8')).toBe(text);
    }
    expect(() => ids.decodeBase64('not base64!')).toThrow();
  });

  it('hashes as every other runtime does, in UTF-8', () => {
    const { ids } = reactNative(parts()).ports({ name: 'relevo:1:pk_demo', endpoint: 'https://sync.shop.example' });
    expect(Buffer.from(ids.sha256('Sofa „Zoë“ 🛋')).toString('hex')).toBe(
      Buffer.from(new Uint8Array(hashOf('Sofa „Zoë“ 🛋'))).toString('hex'),
    );
  });

  it('makes ids of 132 bits from the random it was given', () => {
    const { ids } = reactNative(parts({ random: (bytes) => bytes.fill(63) })).ports({
      name: 'n',
      endpoint: 'https://e',
    });
    expect(ids.random()).toMatch(/^(.)\1{21}$/);
  });

  it.each<[string, object | undefined, string]>([
    ['no options', undefined, 'options/invalid'],
    ['no platform', { endpoint: 'https://sync.shop.example', site: 'pk_demo' }, 'options/invalid'],
    [
      'what is no platform',
      { endpoint: 'https://sync.shop.example', site: 'pk_demo', platform: {} },
      'options/invalid',
    ],
  ])('says what it needs when it gets %s', (_, options, code) => {
    expect(codeOf(() => createRelevo(options as never))).toBe(code);
    expect(() => createRelevo(options as never)).toThrow("from 'relevo/react-native'");
  });
});

describe('reactNative', () => {
  it.each<[keyof ReactNativeParts, unknown, string]>([
    ['storage', undefined, 'AsyncStorage'],
    ['storage', { getItem() {} }, 'AsyncStorage'],
    ['AppState', undefined, '`AppState`'],
    ['AppState', { currentState: 'active' }, '`AppState`'],
    ['Platform', undefined, '`Platform`'],
    ['Platform', {}, '`Platform`'],
    ['netInfo', {}, 'netinfo'],
    ['secureStore', { getItemAsync() {} }, 'expo-secure-store'],
  ])('names the part that is wrong: %s', (name, value, words) => {
    const wrong = { ...parts(), [name]: value } as ReactNativeParts;
    expect(codeOf(() => reactNative(wrong))).toBe('options/invalid');
    expect(() => reactNative(wrong)).toThrow(words);
  });

  it('says so when it is called with nothing', () => {
    expect(codeOf(() => reactNative(undefined as never))).toBe('options/invalid');
  });

  it('without a secure random is an error that names two packages', () => {
    vi.stubGlobal('crypto', undefined);
    const { random: _, ...without } = parts();
    expect(codeOf(() => reactNative(without))).toBe('platform/no-random');
    expect(() => reactNative(without)).toThrow(/expo-crypto.*react-native-get-random-values/);
  });

  it('takes MMKV by mmkvStore', async () => {
    const kept = new Map<string, string>();
    const mmkv = {
      getString: (key: string) => kept.get(key),
      set: (key: string, value: string) => void kept.set(key, value),
      remove: (key: string) => kept.delete(key),
    };
    const relevo = start({ platform: reactNative(parts({ storage: mmkvStore(mmkv) })) });
    await relevo.cart.add({ sku: 'A' }).saved;
    expect(relevo.status.storage).toBe('mmkv');
    expect([...kept.keys()].every((key) => key.startsWith('relevo:1:pk_demo'))).toBe(true);
  });
});

const hashOf = (text: string): Uint8Array => createHash('sha256').update(text, 'utf8').digest();
