import type { Relevo, RelevoOptions } from '../client/api.ts';
import { createEngine, type EngineFlags } from '../client/engine.ts';
import type { Ids, Ports, Signal, Store, Tabs } from '../client/ports.ts';
import { memoryStore } from '../platform/memory-store.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Line } from './virtual-network.ts';

/** A page of a virtual device, with its engine and what a browser would tell it. */
export type VirtualPage = {
  readonly relevo: Relevo;
  /** What stands in for sessionStorage. */
  readonly tab: { text: string | null };
  signal(signal: Signal): void;
  setVisible(isVisible: boolean): void;
  /** Somebody touches it. */
  act(): void;
  /** The process is gone: nothing it had not committed exists. */
  kill(): void;
  /** The page stands still, as a browser freezes a hidden one: what should happen in it waits, and it keeps its locks. */
  freeze(): void;
  /** All that waited happens at once, in the order in which it was due. */
  thaw(): void;
  readonly isFrozen: boolean;
  readonly warnings: readonly string[];
  /** Timers that it has set and that are still to come. */
  readonly pendingTimers: number;
};

/** The engine of this release, or another one's with the same ports. */
export type Engine = typeof createEngine;

export type VirtualDevice = {
  /** `tab`: that of an earlier page, which this one comes after. */
  open(options?: Partial<RelevoOptions>, flags?: EngineFlags, tab?: VirtualPage['tab']): VirtualPage;
  /** The device's disk: what a fresh page finds. */
  readonly disk: Store;
  /** How `openStore` behaves for pages opened from now on; it is given the page's handle of the disk, dead when the page is. */
  setOpen(open: (handle: Store) => Promise<Store>): void;
  /** What stands in for localStorage. */
  readonly marker: { text: string | null };
  readonly skew: { ms: number };
  /** Replaces the disk by an empty one, as when a browser clears it. */
  wipe(): void;
};

/** Puts other ports under a page that is being opened: a disk with faults, a recorder. */
export type WrapPorts = (
  ports: Ports,
  page: { isAlive(): boolean; kill(): void; isFrozen(): boolean; whenThawed(act: () => void): void },
) => Ports;

/** A store that survives pages; a handle that was closed or whose page was killed does nothing any more. */
const durableHandle = (disk: Store, isAlive: () => boolean): Store => {
  const gone = () => new Promise<never>(() => {});
  return {
    kind: 'indexeddb',
    durable: true,
    read: async (body) => (isAlive() ? disk.read(body) : gone()),
    write: async (body, options) => {
      if (!isAlive()) return gone();
      return disk.write(async (tx) => {
        const result = await body(tx);
        if (!isAlive()) throw new Error('killed before commit');
        return result;
      }, options);
    },
    writeNow: (puts) => (isAlive() ? disk.writeNow(puts) : undefined),
    close: () => {},
  };
};

/**
 * A device with one disk and any number of pages: the real engine over virtual time, network,
 * storage and tabs.
 */
export const createVirtualDevice = ({
  clock,
  line,
  ids,
  options,
  wrapPorts = (ports) => ports,
  engine = createEngine,
}: {
  clock: VirtualClock;
  line: Line;
  ids: Ids;
  options: RelevoOptions;
  wrapPorts?: WrapPorts | undefined;
  engine?: Engine | undefined;
}): VirtualDevice => {
  let disk = memoryStore();
  let openStore: ((handle: Store) => Promise<Store>) | undefined;
  const marker: { text: string | null } = { text: null };
  const skew = { ms: 0 };
  const channels = new Set<(from: object, message: unknown) => void>();
  const locks = new Set<string>();

  const createTabs = (
    isAlive: () => boolean,
    whenThawed: (act: () => void) => void,
  ): { tabs: Tabs; release(): void } => {
    const self = {};
    const listeners = new Set<(message: unknown) => void>();
    const held = new Set<string>();
    const receive = (from: object, message: unknown) => {
      if (from === self || !isAlive()) return;
      whenThawed(() => {
        for (const listener of listeners) listener(message);
      });
    };
    channels.add(receive);
    return {
      tabs: {
        post: (message) =>
          void Promise.resolve().then(() => {
            for (const channel of channels) channel(self, message);
          }),
        subscribe(listener) {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
        async ifFree(name, body) {
          if (!isAlive()) return new Promise<never>(() => {});
          if (locks.has(name)) return false;
          locks.add(name);
          held.add(name);
          try {
            await body();
          } finally {
            if (held.delete(name)) locks.delete(name);
          }
          return true;
        },
        close: () => void channels.delete(receive),
      },
      release() {
        channels.delete(receive);
        for (const name of held) locks.delete(name);
        held.clear();
      },
    };
  };

  return {
    get disk() {
      return disk;
    },
    setOpen(open) {
      openStore = open;
    },
    marker,
    skew,
    wipe() {
      disk = memoryStore();
    },
    open(more = {}, flags = {}, tab = { text: null }) {
      let isAlive = true;
      let isVisible = true;
      const listeners = new Set<(signal: Signal) => void>();
      const acts = new Set<() => void>();
      const warnings: string[] = [];
      let waiting = 0;
      let frozen: (() => void)[] | undefined;
      const whenThawed = (act: () => void) => void (frozen ? frozen.push(act) : act());
      const { tabs, release } = createTabs(() => isAlive, whenThawed);
      const handle = durableHandle(disk, () => isAlive);
      const time = clock.device(() => skew.ms);
      const guard = (callback: () => void) => () => {
        if (isAlive) whenThawed(() => isAlive && callback());
      };
      const ports: Ports = {
        clock: {
          ...time,
          timer(ms, callback) {
            waiting++;
            let [isOver, isCancelled] = [false, false];
            const over = () => {
              if (!isOver) waiting--;
              isOver = true;
            };
            // Also of one whose time came while the page stood still, as browsers do.
            const act = guard(() => void (isCancelled || callback()));
            const cancel = time.timer(ms, () => {
              over();
              act();
            });
            return () => {
              isCancelled = true;
              over();
              cancel();
            };
          },
          soon: (callback) => time.soon(guard(callback)),
        },
        ids,
        openStore: () => openStore?.(handle) ?? Promise.resolve(handle),
        memoryStore,
        marker: {
          read: () => marker.text,
          write(text) {
            if (isAlive) marker.text = text;
          },
        },
        tab: {
          read: () => tab.text,
          write(text) {
            if (isAlive) tab.text = text;
          },
        },
        transport: line.transport,
        tabs,
        signals: {
          isVisible: () => isVisible,
          subscribe(listener) {
            listeners.add(listener);
            return () => void listeners.delete(listener);
          },
          acts(listener) {
            acts.add(listener);
            return () => void acts.delete(listener);
          },
        },
        log: { info: () => {}, warn: (text) => void warnings.push(text) },
      };
      const kill = () => {
        isAlive = false;
        release();
      };
      const wrapped = wrapPorts(ports, { isAlive: () => isAlive, kill, isFrozen: () => !!frozen, whenThawed });
      const relevo = engine({ ...options, ...more }, wrapped, flags);
      const signal = (name: Signal) =>
        whenThawed(() => {
          for (const listener of listeners) listener(name);
        });
      return {
        relevo,
        tab,
        signal,
        setVisible(next) {
          isVisible = next;
          signal(next ? 'visible' : 'hidden');
        },
        act() {
          for (const listener of acts) whenThawed(listener);
        },
        kill,
        freeze() {
          frozen ??= [];
        },
        thaw() {
          const waiting = frozen ?? [];
          frozen = undefined;
          for (const act of waiting) act();
        },
        get isFrozen() {
          return !!frozen;
        },
        warnings,
        get pendingTimers() {
          return waiting;
        },
      };
    },
  };
};
