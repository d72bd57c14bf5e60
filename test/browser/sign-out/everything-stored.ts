/**
 * An expression that reads all that a page of this origin can find in the browser, as one text: every database
 * with keys and values, localStorage, sessionStorage, cookies, caches, files, registered workers.
 */
export const everythingStored = `(async () => {
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const databases = {};
  for (const { name, version } of await indexedDB.databases()) {
    const db = await settled(indexedDB.open(name));
    const stores = {};
    for (const store of db.objectStoreNames) {
      const rows = db.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([settled(rows.getAllKeys()), settled(rows.getAll())]);
      stores[store] = keys.map((key, index) => [key, values[index]]);
    }
    databases[name + ' ' + version] = stores;
    db.close();
  }
  const caches_ = {};
  for (const name of globalThis.caches ? await caches.keys() : []) {
    const cache = await caches.open(name);
    for (const request of await cache.keys())
      caches_[name + ' ' + request.url] = await (await cache.match(request)).text();
  }
  const files = [];
  try {
    for await (const name of (await navigator.storage.getDirectory()).keys()) files.push(name);
  } catch {}
  return JSON.stringify({
    databases, caches: caches_, files, localStorage: { ...localStorage }, sessionStorage: { ...sessionStorage },
    cookie: document.cookie, windowName: window.name, history: history.state,
    workers: (await navigator.serviceWorker?.getRegistrations() ?? []).map(({ scope }) => scope),
  });
})()`;

/** All that the page's public API gives away, as one text. */
export const everythingPublic = `JSON.stringify([
  relevo.cart.lines, relevo.cart.parked, relevo.cart.count, relevo.browsing.recent(), relevo.preferences.entries(),
  relevo.identity.current, relevo.consent.current, relevo.status, relevo.collection('progress').entries(),
  relevo.collection('drafts').entries(),
])`;
