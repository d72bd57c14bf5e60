import { canariesIn } from './canaries.ts';

/** What the ledger knows of disks that were copied or put back: what was on them may be sent more than once. */
export const createLedgerOfCopies = () => {
  const texts: string[] = [];
  const known = new Map<string, number>();
  const canaries = new Set<string>();
  /** The guests in whose spaces a canary was. */
  const guestsOf = new Map<string, Set<string>>();

  /** How many more than one there are of what is named so. */
  const copies = (name: string): number => {
    if (!name || !texts.length) return 0;
    const n = known.get(name) ?? texts.filter((text) => text.includes(name)).length;
    known.set(name, n);
    return n;
  };

  return {
    copies,
    /** This is on two disks now, or was on this one before. */
    copied(text: string) {
      texts.push(text);
      known.clear();
      for (const canary of canariesIn(text)) canaries.add(canary);
    },
    /** A guest sent it, or the server has it as the guest's. */
    ofGuest(guest: string, text: string) {
      for (const canary of canariesIn(text)) guestsOf.set(canary, (guestsOf.get(canary) ?? new Set()).add(guest));
    },
    /** A canary of a guest who is on several disks may be with several customers. */
    isShared: (canary: string): boolean =>
      canaries.has(canary) || [...(guestsOf.get(canary) ?? [])].some((guest) => copies(guest) > 0),
  };
};
