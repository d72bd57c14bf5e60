import AsyncStorage from '@react-native-async-storage/async-storage';
import NetInfo from '@react-native-community/netinfo';
import { getRandomValues } from 'expo-crypto';
import { AppState, Platform } from 'react-native';
import { createRelevo } from 'relevo';
import { reactNative } from 'relevo/react-native';

/** Android's emulator knows the computer it runs on as 10.0.2.2. */
const computer = Platform.OS === 'android' ? '10.0.2.2' : '127.0.0.1';
export const endpoint = process.env.EXPO_PUBLIC_RELEVO_ENDPOINT ?? `http://${computer}:4100`;

/** Your app asks its own sign-in for the customer's token. The demo server gives one to anybody, for any name. */
const fetchToken = async (customerId: string): Promise<string> => {
  const reply = await fetch(`${endpoint}/dev/token`, { method: 'POST', body: JSON.stringify({ customerId }) });
  if (!reply.ok) throw new Error(`No token: ${reply.status}`);
  const { token } = (await reply.json()) as { token: string };
  return token;
};

/** Who is signed in, for the next start of the app. */
const customerKey = 'shop:customer';

export const relevo = createRelevo({
  endpoint,
  site: 'pk_demo',
  async getToken() {
    const customerId = await AsyncStorage.getItem(customerKey);
    return customerId ? fetchToken(customerId) : null;
  },
  platform: reactNative({ storage: AsyncStorage, random: getRandomValues, AppState, Platform, netInfo: NetInfo }),
});

export const signIn = async (customerId: string): Promise<void> => {
  const token = await fetchToken(customerId);
  // Before signing in: a getToken() that found nobody would sign out again.
  await AsyncStorage.setItem(customerKey, customerId);
  await relevo.signIn(token).catch(async (error) => {
    await AsyncStorage.removeItem(customerKey);
    throw error;
  });
};

export const signOut = async (): Promise<void> => {
  await AsyncStorage.removeItem(customerKey);
  await relevo.signOut();
};
