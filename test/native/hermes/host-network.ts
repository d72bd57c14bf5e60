import WebSocket from 'ws';
import type { FromVm, HermesVm } from './hermes-vm.ts';

/** The device's radio: real requests and sockets, made for the VM. */
export type HostNetwork = {
  /** Takes the messages that are about the network; false for all others. */
  hear(message: FromVm): boolean;
  /** What was asked for so far, by path. */
  readonly paths: readonly string[];
  /** How many sockets are open. */
  readonly openSockets: number;
  /** Sockets that are open go on to seem so, and nothing comes or goes through them. */
  breakSocketsSilently(): void;
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
  const sockets = new Map<number, { readonly socket: WebSocket; isDead: boolean }>();

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
    const held = { socket, isDead: false };
    sockets.set(id, held);
    paths.push(new URL(url).pathname);
    let hasFailed = false;
    socket.on('open', () => tell('socketOpen', id, socket.protocol));
    socket.on('message', (data) => {
      if (!held.isDead) tell('socketMessage', id, String(data));
    });
    socket.on('error', () => {
      hasFailed = true;
    });
    socket.on('close', (code, reason) => {
      sockets.delete(id);
      if (!held.isDead) tell('socketClosed', id, code, String(reason), hasFailed);
    });
  };

  const handlers: { readonly [kind: string]: (...rest: never[]) => void } = {
    fetch: (id: number, asked: FetchRequest) => void request(id, asked),
    abort: (id: number) => aborts.get(id)?.abort(),
    socket: connect,
    socketSend(id: number, text: string) {
      const held = sockets.get(id);
      if (held && !held.isDead) held.socket.send(text);
    },
    socketClose(id: number, code: number, reason: string) {
      const held = sockets.get(id);
      // Android knows a socket from its opening on, and of a dead one nobody hears.
      if (held && !held.isDead && held.socket.readyState === WebSocket.OPEN) held.socket.close(code, reason);
    },
  };

  return {
    paths,
    get openSockets() {
      return [...sockets.values()].filter(({ socket }) => socket.readyState === WebSocket.OPEN).length;
    },
    hear([kind, ...rest]) {
      const handler = handlers[kind];
      handler?.(...(rest as never[]));
      return !!handler;
    },
    breakSocketsSilently() {
      for (const held of sockets.values()) held.isDead = true;
    },
    close() {
      for (const abort of aborts.values()) abort.abort();
      for (const { socket } of sockets.values()) socket.terminate();
    },
  };
};
