import { createRelevo } from 'relevo';

const endpoint = import.meta.env['VITE_SYNC_SERVER'] ?? 'http://localhost:4100';
const storedName = 'nido.customer';

// What a shop's back end does with its own secret, `relevo-server --dev` does at this address.
const fetchToken = async (customerId: string): Promise<string> => {
  const reply = await fetch(`${endpoint}/dev/token`, { method: 'POST', body: JSON.stringify({ customerId }) });
  if (!reply.ok) throw new Error(`/dev/token answered ${reply.status}`);
  return (await reply.json()).token;
};

/** Once, outside of components: it lives as long as the page. */
export const relevo = createRelevo({
  endpoint,
  site: 'pk_demo',
  consent: { personalization: 'granted' },
  getToken: () => {
    const customerId = localStorage.getItem(storedName);
    return customerId ? fetchToken(customerId) : null;
  },
});

export const signIn = async (customerId: string): Promise<void> => {
  const token = await fetchToken(customerId);
  // Before signing in: every open tab then asks getToken(), and one that found nobody would sign the device out again.
  localStorage.setItem(storedName, customerId);
  await relevo.signIn(token).catch((error) => {
    localStorage.removeItem(storedName);
    throw error;
  });
};

export const signOut = async (): Promise<void> => {
  localStorage.removeItem(storedName);
  await relevo.signOut();
};
