/**
 * Whose orders a device has seen. A shop gives a number to one order: scripts draw the same one for several
 * customers of a device, which no shop does.
 */
export const createOrderOwners = (index: number) => {
  const owners = new Map<string, string>();
  let guests = 0;
  const nameOf = (who: string | null): string => who ?? `guest ${guests} of ${index}`;
  return {
    nameOf,
    /** Whether this order may be of whoever is here; from now on it is theirs. */
    takes(order: string, who: string | null): boolean {
      if (!owners.has(order)) owners.set(order, nameOf(who));
      return owners.get(order) === nameOf(who);
    },
    /** A guest signed in: what they ordered is the customer's. */
    entered(who: string, before: string | null): void {
      for (const [order, owner] of owners) if (before === null && owner === nameOf(null)) owners.set(order, who);
    },
    /** Whoever comes next is somebody else. */
    left: (): void => void guests++,
  };
};
