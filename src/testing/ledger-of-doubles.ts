import type { Commit } from './server-disk.ts';
import type { Watch } from './watch.ts';

const site = 'pk_world/';

/**
 * Changes that counted in two spaces, one of them a guest's. A guest of a browser that was cleared gives way to the page
 * that knew who was here before: what it could not send goes on there, and may have arrived as the guest's after all. That
 * counts once as long as nobody comes back to that guest.
 */
export const createLedgerOfDoubles = (watch: Watch) => {
  const doubles: { readonly spaces: readonly string[]; readonly detail: string }[] = [];
  const claimed = new Set<string>();
  const isGuests = (space: string) => space.startsWith(`${site}g_`);

  return {
    committed({ redo }: Commit) {
      for (const [method, [claim]] of redo)
        if (method === 'putClaim') claimed.add((claim as { readonly guest: string }).guest);
    },
    /** Whether both can be without harm; looked at again at the end. */
    mayBe(spaces: readonly [string, string], detail: string): boolean {
      if (spaces[0] === spaces[1] || !spaces.some(isGuests)) return false;
      doubles.push({ spaces, detail });
      return true;
    },
    /** `isHere`: a device has this guest. */
    check(isHere: (guest: string) => boolean) {
      const isSeen = (space: string) => {
        const guest = space.slice(site.length);
        return !isGuests(space) || claimed.has(guest) || isHere(guest);
      };
      for (const { spaces, detail } of doubles) watch.check('once', spaces.filter(isSeen).length < 2, () => detail);
    },
  };
};
