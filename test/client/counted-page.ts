import type { Relevo, RelevoOptions } from '../../src/client/api.ts';
import { createEngine } from '../../src/client/engine.ts';
import type { LiveSocket, Ports, Signal, Store, Transport } from '../../src/client/ports.ts';
import { memoryStore } from '../../src/platform/memory-store.ts';
import { createLine, type Line } from '../../src/testing/virtual-network.ts';
import type { World } from '../../src/testing/virtual-world.ts';
import { sha256 } from './world.ts';

export type CountedPage = {
  readonly relevo: Relevo;
  readonly line: Line;
  /** What is open now: a stopped page has none of them. */
  readonly open: {
    timers: number;
    listeners: number;
    locks: number;
    sockets: number;
    stores: number;
    channels: number;
  };
  readonly infos: readonly string[];
  signal(signal: Signal): void;
};

/** A page whose every timer, listener, lock, connection and store handle is counted. */
export const countedPage = (
  world: World,
  options: Partial<RelevoOptions> = {},
  more: { readonly disk?: Store; readonly transport?: Transport } = {},
): CountedPage => {
  const { disk = memoryStore() } = more;
  const line = createLine({ core: () => world.core, clock: world.clock, random: world.random });
  const transport = more.transport ?? line.transport;
  const open = { timers: 0, listeners: 0, locks: 0, sockets: 0, stores: 0, channels: 1 };
  const infos: string[] = [];
  const signals = new Set<(signal: Signal) => void>();
  const time = world.clock.device();
  let made = 0;

  /** Counts until the result is called, once. */
  const count = (kind: keyof typeof open) => {
    open[kind]++;
    let isOver = false;
    return () => {
      if (!isOver) open[kind]--;
      isOver = true;
    };
  };

  const listen = <T>(listeners: Set<T>, listener: T) => {
    listeners.add(listener);
    const end = count('listeners');
    return () => {
      listeners.delete(listener);
      end();
    };
  };

  const messages = new Set<(message: unknown) => void>();
  const ports: Ports = {
    clock: {
      ...time,
      timer(ms, callback) {
        const end = count('timers');
        const cancel = time.timer(ms, () => {
          end();
          callback();
        });
        return () => {
          end();
          cancel();
        };
      },
    },
    ids: {
      random: () => `counted-${String(made++).padStart(12, '0')}`,
      sha256,
      decodeBase64: (hex) =>
        (hex.match(/.{4}/g) ?? []).map((c) => String.fromCharCode(Number.parseInt(c, 16))).join(''),
    },
    openStore: async () => {
      const end = count('stores');
      return { ...disk, kind: 'indexeddb', durable: true, close: end };
    },
    memoryStore,
    marker: { read: () => null, write: () => {} },
    transport: {
      ...transport,
      connect(ticket, on): LiveSocket {
        const end = count('sockets');
        return transport.connect(ticket, {
          ...on,
          close: () => {
            end();
            on.close();
          },
        });
      },
    },
    tabs: {
      post: () => {},
      subscribe: (listener) => listen(messages, listener),
      async ifFree(_, body) {
        const end = count('locks');
        try {
          await body();
        } finally {
          end();
        }
        return true;
      },
      close: () => void open.channels--,
    },
    signals: { isVisible: () => true, subscribe: (listener) => listen(signals, listener) },
    log: { info: (text) => void infos.push(text), warn: () => {} },
  };
  const relevo = createEngine({ endpoint: 'https://sync.test', site: 'pk_world', ...options }, ports);
  return {
    relevo,
    line,
    open,
    infos,
    signal(name) {
      for (const listener of [...signals]) listener(name);
    },
  };
};
