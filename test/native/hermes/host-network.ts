import WebSocket from 'ws';
import type { FromVm, HermesVm } from './hermes-vm.ts';

/** The device's radio: real requests and sockets, made for the VM. */
export type HostNetwork = {
  /** Takes the messages that are about the network; false for all others. */
  hear(message: FromVm): boolean;
  /** What was asked for so far, by path. */
  readonly paths: readonly string[];
  /** How many sockets are open and alive. */
  readonly openSockets: number;
  /** Sockets that are open go on to seem so, and nothing comes or goes through them. */
  breakSocketsSilently(): void;
  /** The app hears of an opened socket only when the result is called; until then it is one that connects. */
  holdOpenings(): () => void;
  close(): void;
};

type FetchRequest = {
  readonly url: string;
  readonly method: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string;
};

export const createHostNetwork = (tell: HermesVm['tell']): HostNetwork => {
  const paths: string[] = [];
  const aborts = new Map<number, AbortController>();
  const sockets = new Map<number, { readonly socket: WebSocket; isKnown: boolean; isDead: boolean }>();
  let held: (() => void)[] | undefined;

  const request = async (id: number, { url, ...init }: FetchRequest) => {
    const abort = new AbortController();
    aborts.set(id, abort);
    paths.push(new URL(url).pathname);
    try {
      const reply = await fetch(url, { ...init, signal: abort.signal });
      const { status, headers } = reply;
      tell('reply', id, { status, headers: Object.fromEntries(headers), body: await reply.text() });
    } catch {
      if (!abort.signal.aborted) tell('reply', id, null);
    } finally {
      aborts.delete(id);
    }
  };

  const connect = (id: number, url: string, protocols: string[]) => {
    // Android's own way: the origin of a socket without one is that of its server.
    // https://github.com/facebook/react-native/blob/011fdba9beeeada5912a7dd31f0408c3cb5d4a4e/packages/react-native/ReactAndroid/src/main/java/com/facebook/react/modules/websocket/WebSocketModule.kt
    const origin = new URL(url.replace(/^ws/, 'http')).origin;
    const socket = new WebSocket(url, protocols, { origin });
    const own = { socket, isKnown: false, isDead: false };
    sockets.set(id, own);
    paths.push(new URL(url).pathname);
    let hasFailed = false;
    const open = () => {
      own.isKnown = true;
      tell('socketOpen', id, socket.protocol);
    };
    socket.on('open', () => {
      if (held) held.push(open);
      else open();
    });
    socket.on('message', (data) => {
      if (!own.isDead) tell('socketMessage', id, String(data));
    });
    socket.on('error', () => {
      hasFailed = true;
    });
    socket.on('close', (code, reason) => {
      sockets.delete(id);
      if (!own.isDead) tell('socketClosed', id, code, String(reason), hasFailed);
    });
  };

  const handlers: { readonly [kind: string]: (...rest: never[]) => void } = {
    fetch: (id: number, asked: FetchRequest) => void request(id, asked),
    abort: (id: number) => aborts.get(id)?.abort(),
    socket: connect,
    socketSend(id: number, text: string) {
      const own = sockets.get(id);
      if (own && !own.isDead) own.socket.send(text);
    },
    socketClose(id: number, code: number, reason: string) {
      const own = sockets.get(id);
      // Android knows a socket from its opening on, and of a dead one nobody hears.
      if (own?.isKnown && !own.isDead) own.socket.close(code, reason);
    },
  };

  return {
    paths,
    get openSockets() {
      return [...sockets.values()].filter(({ socket, isDead }) => !isDead && socket.readyState === WebSocket.OPEN)
        .length;
    },
    hear([kind, ...rest]) {
      const handler = handlers[kind];
      handler?.(...(rest as never[]));
      return !!handler;
    },
    breakSocketsSilently() {
      for (const own of sockets.values()) own.isDead = true;
    },
    holdOpenings() {
      const waiting: (() => void)[] = [];
      held = waiting;
      return () => {
        held = undefined;
        for (const open of waiting) open();
      };
    },
    close() {
      for (const abort of aborts.values()) abort.abort();
      for (const { socket } of sockets.values()) socket.terminate();
    },
  };
};
