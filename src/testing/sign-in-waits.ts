import type { Watch } from './watch.ts';

/** A promise of the server: longer nobody waits for their sign-in, whatever the merge does. */
const mostMs = 3_000;

/** How long sign-ins wait at the server. One that ends meanwhile answers nobody. */
export const createSignInWaits = ({ watch, now }: { readonly watch: Watch; now(): number }) => {
  const waiting = new Set<{ readonly sinceMs: number; readonly crashes: number }>();
  const crashes = () => watch.faults.get('server crash') ?? 0;
  const check = (sinceMs: number) =>
    watch.check('in time', now() - sinceMs <= mostMs, () => `a sign-in of ${sinceMs} waits at ${now()}`);

  return {
    serving(body: string): () => void {
      if (!body.includes('"claim":{')) return () => {};
      const one = { sinceMs: now(), crashes: crashes() };
      waiting.add(one);
      return () => {
        waiting.delete(one);
        check(one.sinceMs);
      };
    },
    check() {
      for (const one of waiting)
        if (one.crashes !== crashes()) waiting.delete(one);
        else check(one.sinceMs);
    },
  };
};
