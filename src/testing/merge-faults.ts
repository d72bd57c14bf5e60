import type { Hooks } from '../server/ports.ts';
import type { Store, WriteTx } from '../server/store.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What the hook of a site does before a merge. */
export type HookDoes = 'nothing' | 'throws' | 'hangs' | 'is slow' | 'is too slow' | 'vetoes' | 'leaves the cart';

type Trouble = { readonly calls: number; readonly how: 'throws' | 'hangs' };

export type MergeFaults = ReturnType<typeof createMergeFaults>;

/** What fails in a merge: the site's hook, and the store somewhere inside the transaction. */
export const createMergeFaults = (clock: Pick<VirtualClock, 'now' | 'timer'>) => {
  let does: HookDoes = 'nothing';
  let trouble: Trouble = { calls: 0, how: 'throws' };
  let hungMs = Number.NEGATIVE_INFINITY;
  const wait = (ms: number) => new Promise<void>((done) => void clock.timer(ms, done));

  const hooks: Hooks = {
    async beforeMerge() {
      const asked = does;
      if (asked === 'throws') throw new Error('The hook throws.');
      if (asked === 'is slow') await wait(1_500);
      if (asked === 'is too slow') await wait(4_000);
      if (asked === 'hangs') await wait(30_000);
      // What it says when it is too late is not heard.
      if (asked === 'vetoes' || asked === 'is too slow' || asked === 'hangs') return { veto: true };
      return asked === 'leaves the cart' ? { veto: ['cart'] } : undefined;
    },
  };

  /** Counts its calls once it has looked for a claim: no other transaction that writes does so but a guest's. */
  const failing = (tx: WriteTx, { calls, how }: Trouble): WriteTx => {
    let left = Number.POSITIVE_INFINITY;
    return new Proxy(tx, {
      get(target, name: keyof WriteTx) {
        const method = target[name] as (...args: unknown[]) => Promise<unknown>;
        if (typeof method !== 'function') return method;
        return (...args: unknown[]): Promise<unknown> => {
          if (name === 'claim') left = Math.min(left, calls);
          if (--left > 0) return method(...args);
          if (how === 'throws') return Promise.reject(new Error('The store fails.'));
          // Once, and not soon again: a store that stands still for everybody, second after second, can answer nobody.
          trouble = { calls: 0, how };
          if (clock.now() < hungMs + 5_000) return method(...args);
          hungMs = clock.now();
          return new Promise(() => {});
        };
      },
    });
  };

  return {
    hooks,
    setHook(next: HookDoes) {
      does = next;
    },
    setTrouble(next: Trouble) {
      trouble = next;
    },
    over: (store: Store): Store => ({
      ...store,
      write: (body) => store.write((tx) => body(trouble.calls ? failing(tx, trouble) : tx)),
    }),
    heal() {
      does = 'nothing';
      trouble = { ...trouble, calls: 0 };
    },
  };
};
