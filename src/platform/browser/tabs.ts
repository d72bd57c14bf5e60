import type { Tabs } from '../../client/ports.ts';

/**
 * The other tabs of this origin. Where the browser has no BroadcastChannel, or denies it, messages go
 * nowhere; where it has no locks, every tab may act at once. Both cost only work that is done twice.
 *
 * @param name Prefix of the channel's and the locks' names; carries site and format version.
 */
export const tabs = ({ name }: { name: string }): Tabs => {
  const listeners = new Set<(message: unknown) => void>();
  let channel: BroadcastChannel | undefined;
  try {
    channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => {
      for (const listener of listeners) listener(data);
    };
  } catch {
    // Missing, or a frame that may not share with its origin.
  }

  return {
    post(message) {
      channel?.postMessage(message);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async ifFree(lock, body) {
      let free = true;
      let asked = false;
      try {
        await navigator.locks.request(`${name}:${lock}`, { ifAvailable: true }, async (held) => {
          asked = true;
          free = !!held;
          if (held) await body();
        });
      } catch (error) {
        // The body's own error, or else there are no locks to have here.
        if (asked) throw error;
        await body();
      }
      return free;
    },
    close() {
      channel?.close();
      channel = undefined;
      listeners.clear();
    },
  };
};
