// Runs in the Hermes VM before the bundle: what React Native gives an app as globals, as far as they do here what
// they do there, and nothing more. Whatever reaches outside is printed as a line, and the host's answer comes back as
// a call of `fromHost`. Written in what Hermes 0.12 can read: no classes.
(() => {
  const mark = '@relevo ';
  const hexOf = (code) => `\\u${`000${code.toString(16)}`.slice(-4)}`;
  const toHost = (...message) =>
    print(mark + JSON.stringify(message).replace(/[^\x20-\x7e]/g, (character) => hexOf(character.charCodeAt(0))));

  const waiting = new Map();
  let lastId = 0;
  const handlers = {};

  globalThis.fromHost = (kind, ...rest) => {
    try {
      handlers[kind](...rest);
    } catch (error) {
      toHost('uncaught', String(error?.stack ?? error));
    }
  };

  // --- What a test sees of the app.

  globalThis.report = (name, detail) => toHost('report', name, detail);
  handlers.evaluate = (id, expression) => {
    const fail = (error) => toHost('failed', id, String(error?.stack ?? error), error?.code ?? null);
    // In a promise's body, so that what the expression throws counts as its rejection.
    new Promise((resolve) => resolve(Function(`return (${expression}\n)`)())).then(
      (value) => toHost('value', id, value ?? null),
      fail,
    );
  };

  // `forEach`: a loop of Hermes 0.12 has one variable for all its turns.
  globalThis.absentGlobals.forEach((name) => {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get() {
        toHost('touched', name);
        return undefined;
      },
      set(value) {
        Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
      },
    });
  });

  // --- Timers, clock, console.

  globalThis.setTimeout = (callback, ms, ...rest) => {
    const id = ++lastId;
    waiting.set(id, () => callback(...rest));
    toHost('timer', id, Number(ms) || 0);
    return id;
  };
  globalThis.clearTimeout = (id) => {
    if (waiting.delete(id)) toHost('clearTimer', id);
  };
  handlers.timer = (id) => take(id)?.();
  const take = (id) => {
    const found = waiting.get(id);
    waiting.delete(id);
    return found;
  };

  const startedAt = Date.now();
  globalThis.performance = { now: () => Date.now() - startedAt };
  globalThis.queueMicrotask = (callback) => void Promise.resolve().then(callback);
  globalThis.console = {};
  ['debug', 'error', 'info', 'log', 'warn'].forEach((level) => {
    console[level] = (...parts) => toHost('log', level, parts.map(String).join(' '));
  });
  globalThis.window = globalThis;
  globalThis.self = globalThis;
  globalThis.navigator = { product: 'ReactNative' };

  // --- fetch, as whatwg-fetch over XMLHttpRequest does it: the reply is there when its whole body is.

  const createSignal = () => {
    const listeners = new Set();
    return {
      aborted: false,
      onabort: null,
      addEventListener: (_type, listener) => void listeners.add(listener),
      removeEventListener: (_type, listener) => void listeners.delete(listener),
      dispatch() {
        this.aborted = true;
        this.onabort?.();
        for (const listener of [...listeners]) listener();
      },
    };
  };
  globalThis.AbortController = function () {
    this.signal = createSignal();
    this.abort = () => {
      if (!this.signal.aborted) this.signal.dispatch();
    };
  };
  const abortError = () => Object.assign(new Error('Aborted'), { name: 'AbortError' });

  // No `redirect`, `keepalive` or `cache`: React Native's fetch does not know them.
  globalThis.fetch = (url, { method = 'GET', headers = {}, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortError());
      const id = ++lastId;
      const abort = () => {
        if (!take(id)) return;
        toHost('abort', id);
        reject(abortError());
      };
      signal?.addEventListener('abort', abort);
      waiting.set(id, (reply) => {
        signal?.removeEventListener('abort', abort);
        if (reply) resolve(createResponse(reply));
        else reject(new TypeError('Network request failed'));
      });
      const type = typeof body === 'string' ? { 'content-type': 'text/plain;charset=UTF-8' } : {};
      toHost('fetch', id, { url: String(url), method, headers: { ...type, ...headers }, body });
    });
  handlers.reply = (id, reply) => take(id)?.(reply);
  const createResponse = ({ status, headers, body }) => ({
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name) => headers[name.toLowerCase()] ?? null },
    bodyUsed: false,
    text() {
      if (this.bodyUsed) return Promise.reject(new TypeError('Already read'));
      this.bodyUsed = true;
      return Promise.resolve(body);
    },
    json() {
      return this.text().then(JSON.parse);
    },
  });

  // --- WebSocket, as on Android: `close` while it connects reaches nothing, and it opens all the same.

  const sockets = new Map();
  globalThis.WebSocket = function (url, protocols) {
    const id = ++lastId;
    this.url = url;
    this.readyState = 0;
    this.onopen = this.onmessage = this.onerror = this.onclose = null;
    this.send = (text) => {
      if (this.readyState === 0) throw new Error('INVALID_STATE_ERR');
      toHost('socketSend', id, String(text));
    };
    this.close = (code = 1000, reason = '') => {
      if (this.readyState > 1) return;
      this.readyState = 2;
      toHost('socketClose', id, code, reason);
    };
    sockets.set(id, this);
    toHost('socket', id, url, [].concat(protocols ?? []));
  };
  handlers.socketOpen = (id, protocol) => {
    const socket = sockets.get(id);
    socket.readyState = 1;
    socket.protocol = protocol;
    socket.onopen?.({ type: 'open' });
  };
  handlers.socketMessage = (id, data) => sockets.get(id)?.onmessage?.({ type: 'message', data });
  handlers.socketClosed = (id, code, reason, hasFailed) => {
    const socket = sockets.get(id);
    sockets.delete(id);
    socket.readyState = 3;
    if (hasFailed) socket.onerror?.({ type: 'error' });
    socket.onclose?.({ type: 'close', code, reason });
  };

  // --- The modules that an app imports beside the package.

  const call = (method, parameters) =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, (error, value) => (error ? reject(new Error(error)) : resolve(value)));
      toHost('storage', id, method, parameters);
    });
  handlers.stored = (id, error, value) => take(id)?.(error, value);
  const AsyncStorage = {};
  ['getItem', 'setItem', 'removeItem', 'getAllKeys', 'multiGet', 'multiSet', 'multiRemove'].forEach((method) => {
    AsyncStorage[method] = (...parameters) => call(method, parameters);
  });

  const stateListeners = new Set();
  const AppState = {
    currentState: 'active',
    addEventListener(_type, listener) {
      stateListeners.add(listener);
      return { remove: () => void stateListeners.delete(listener) };
    },
  };
  handlers.appState = (state) => {
    AppState.currentState = state;
    for (const listener of [...stateListeners]) listener(state);
  };

  let pool = [];
  handlers.random = (hex) => {
    pool = pool.concat(hex.match(/../g).map((pair) => Number.parseInt(pair, 16)));
  };
  const getRandomValues = (bytes) => {
    if (pool.length < bytes.length) throw new Error('The host has sent too little random.');
    bytes.set(pool.splice(0, bytes.length));
    if (pool.length < 4096) toHost('random');
    return bytes;
  };

  globalThis.modules = { AsyncStorage, AppState, Platform: { OS: 'android' }, Crypto: { getRandomValues } };

  HermesInternal.enablePromiseRejectionTracker?.({
    allRejections: true,
    onUnhandled: (_id, error) => toHost('uncaught', `unhandled rejection: ${error?.stack ?? error}`),
  });
})();
