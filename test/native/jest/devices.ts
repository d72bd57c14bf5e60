import { afterEach } from '@jest/globals';
import { cleanup } from '@testing-library/react-native';
import { AppState, Platform } from 'react-native';
import { createRelevo, type Relevo, type RelevoOptions } from 'relevo';
import { type KeyValueLike, reactNative } from 'relevo/react-native';
import { type Line, startLine } from './line.ts';

const serverPort = Number(process.env['RELEVO_TEST_PORT']);
export const serverUrl = `http://127.0.0.1:${serverPort}`;

/** A token of the demo site. */
export const tokenOf = async (customerId: string): Promise<string> => {
  const reply = await fetch(`${serverUrl}/dev/token`, { method: 'POST', body: JSON.stringify({ customerId }) });
  return ((await reply.json()) as { token: string }).token;
};

let lastCustomer = 0;
/** Nobody that another test, or an earlier run against this server, knows. */
export const newCustomer = (): string => `customer-${process.pid}-${Date.now()}-${++lastCustomer}`;

/** What an AsyncStorage holds, in memory: a device's own, where the mock's is one for all. */
export const ownStorage = (): KeyValueLike => {
  const texts = new Map<string, string>();
  return {
    getItem: async (key) => texts.get(key) ?? null,
    setItem: async (key, text) => void texts.set(key, text),
    removeItem: async (key) => void texts.delete(key),
  };
};

type Device = { readonly storage?: KeyValueLike; readonly endpoint?: string } & Partial<RelevoOptions>;

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  await cleanup();
  for (const close of opened.splice(0).reverse()) await close();
});

export const newLine = async (): Promise<Line> => {
  const line = await startLine(serverPort);
  opened.push(line.close);
  return line;
};

/** A phone: real SDK, real fetch and WebSocket. Give it a line of its own, or a second one here would be the first. */
export const startDevice = ({ storage = ownStorage(), endpoint = serverUrl, ...options }: Device = {}): Relevo => {
  const relevo = createRelevo({
    endpoint,
    site: 'pk_demo',
    consent: { personalization: 'granted' },
    ...options,
    platform: reactNative({ storage, random: (bytes) => crypto.getRandomValues(bytes), AppState, Platform }),
  });
  opened.push(() => relevo.stop());
  return relevo;
};

/** Another device of the customer, signed in and in step with the server. */
export const startOtherDevice = async (customerId: string): Promise<Relevo> => {
  const relevo = startDevice();
  await relevo.signIn(await tokenOf(customerId));
  return relevo;
};
