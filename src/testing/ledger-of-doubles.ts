import type { ClaimRow } from '../server/store.ts';
import type { Commit } from './server-disk.ts';
import type { Watch } from './watch.ts';

const site = 'pk_world/';

/**
 * Changes that counted in two spaces, one of them a guest's. A guest of a browser that was cleared gives way to the page
 * that knew who was here before: what it could not send goes on there, and may have arrived as the guest's after all. That
 * counts once as long as nobody comes back to that guest, or a merge joins the two: one that sees both while it is made
 * has to know it by its id.
 */
export const createLedgerOfDoubles = (watch: Watch) => {
  const doubles: { readonly spaces: readonly string[]; readonly opId: string; readonly detail: string }[] = [];
  /** Guests, and whose they are. */
  const claimed = new Map<string, string>();
  /** Claimed in this commit. */
  const claiming = new Set<string>();
  const isGuests = (space: string) => space.startsWith(`${site}g_`);

  return {
    committed({ redo }: Commit) {
      claiming.clear();
      for (const [method, [row]] of redo) {
        if (method !== 'putClaim') continue;
        const { guest, space } = row as ClaimRow;
        claimed.set(guest, space);
        claiming.add(guest);
      }
    },
    /** Whether both can be without harm; looked at again at the end. */
    mayBe(spaces: readonly [string, string], opId: string, detail: string): boolean {
      // Merged in this commit with the space that has it: that one sees both.
      const isSeen = spaces.some((space) => claiming.has(space) && spaces.includes(claimed.get(space) ?? space));
      if (spaces[0] === spaces[1] || !spaces.some(isGuests) || isSeen) return false;
      doubles.push({ spaces, opId, detail });
      return true;
    },
    /**
     * `isHere`: a device has this guest. `isApart`: the change was made where pages went on in memory, and have no store to
     * agree over what was nobody's.
     */
    check(isHere: (guest: string) => boolean, isApart: (opId: string) => boolean) {
      const isSeen = (space: string) => !isGuests(space) || claimed.has(space) || isHere(space.slice(site.length));
      for (const { spaces, opId, detail } of doubles) {
        const owners = new Set(spaces.filter(isSeen).map((space) => claimed.get(space) ?? space));
        watch.check('once', owners.size < 2 || isApart(opId), () => detail);
      }
    },
  };
};
