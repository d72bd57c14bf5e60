import type { Change, Fields } from '../core/change.ts';
import type { Json } from '../core/json.ts';

// What the device's store holds, and under which keys. Format 1: a change of these shapes takes a
// new database name, never an upgrade (one old tab would block every open).

/** `['device']` */
export type Device = {
  readonly id: string;
  /** +1 at sign-in, sign-out and switch. What began under an older epoch is dropped. */
  readonly epoch: number;
  /** The guest of this device: until sign-in its space, afterwards the anonymous id. New at sign-out. */
  readonly guest: { readonly id: string; readonly secret: string };
  readonly customer?: { readonly space: string; readonly id: string; readonly sub?: string };
  /** When a claim of the guest was sent, epoch milliseconds: no guest batch meanwhile. */
  readonly claimAt?: number;
  /** For whom: a hash of the token's subject. */
  readonly claimBy?: string;
  /** Somebody signed out before it was answered: the guest is not the next one's if it was merged. */
  readonly claimLeft?: true;
  /** A guest whose merge the server still owes. */
  readonly merging?: Merging;
  /** A space being signed out of: a tab killed midway is finished at the next start. */
  readonly closing?: string;
  /** Nothing of that space is held, also where the tab that was to drop it is killed. */
  readonly dropped?: string | undefined;
  /** The epoch that somebody's sign-out began: what a store of an earlier one kept as nobody's is not the next one's. */
  readonly from?: number | undefined;
};

type Merging = {
  readonly id: string;
  readonly secret: string;
  readonly replica: string;
  /** The occasion of the sign-in, where the page said it. */
  readonly during?: string;
  /** An earlier guest of theirs, owed since before they left: its turn is after this one. */
  readonly next?: Merging;
};

/** The guests whose merge with who is here is owed, in the order in which they are asked for. */
export const owedTo = ({ merging }: { readonly merging?: Merging | undefined }): readonly string[] =>
  merging ? [merging.id, ...owedTo({ merging: merging.next })] : [];

/** `['space', space]` */
export type Space = {
  readonly replica: string;
  /** The last sequence number given. */
  readonly seq: number;
  readonly cursor: string | null;
  /** Made on this device and so known to be empty elsewhere: its first quantities are not blind. */
  readonly born: boolean;
  /** Whoever left was owed the merge of this guest: it goes on when they are back. */
  readonly merging?: Merging;
};

/** `['row', space, collection, key]`: the server's last word on an entry. */
export type StoredRow = readonly [version: number, state: Json];

/** `['out', space, n, id]`: a change that the server does not have yet. */
export type OutEntry = {
  readonly n: number;
  readonly i: string;
  readonly c: string;
  readonly k: string;
  readonly x: Change;
  /** Made at, epoch milliseconds of this device. */
  readonly w: number;
  /** Version of the view it was made on. */
  readonly at: number;
  /** Once numbered: the replica and the number. */
  readonly r?: string;
  readonly q?: number;
  /** It may have been sent under another number before. */
  readonly again?: true;
  /** Made as a guest, and found after that guest was merged: what the customer has wins. */
  readonly late?: true;
  /** The server may have had it before it was restored: a time of the server's, and how old this was then. */
  readonly as?: readonly [now: number, ageMs: number];
  /** Of a numbered add: the replica's count after it. */
  readonly to?: number;
  /** The quantity shown when a quantity was set while a sign-in was under way. */
  readonly from?: number;
  /** Made on a line of this guest, whose merge is owed: who leaves does not find the line here when they are back. */
  readonly owed?: string;
  /** The guests who began with a copy that has it: where the cart of one goes on it counts there. */
  readonly copied?: readonly string[];
  /** What it said itself: its other details are those of the line that it was made on, for where there is none. */
  readonly own?: Fields;
};

/** It waits for its place until it is known what it meets there. */
export const isUnplaced = ({ from, own, owed }: OutEntry): boolean =>
  from !== undefined || own !== undefined || owed !== undefined;

/** The same customer or guest in the same epoch. A browser that was cleared counts its epochs anew. */
export const isSameDevice = (a: Device | undefined, b: Device): boolean =>
  a?.epoch === b.epoch && spaceOf(a) === spaceOf(b);

/** No claim is out. */
export const withoutClaim = ({ claimAt: _, claimBy: __, claimLeft: ___, ...device }: Device): Device => device;

/** A guest who goes on, told by a tab that has not heard of a claim: it may be somebody's by now all the same. */
export const withClaimOf = (stored: Device | undefined, device: Device): Device => {
  const isOut = stored?.claimAt !== undefined && device.claimAt === undefined;
  if (!isOut || device.customer || stored.guest.id !== device.guest.id) return device;
  return { ...device, claimAt: stored.claimAt, claimLeft: true };
};

export const spaceOf = (device: Device): string => device.customer?.space ?? device.guest.id;

export const outKey = (space: string, entry: OutEntry) => ['out', space, entry.n, entry.i] as const;
/** `['limbo', n, id]`: a change made before it was known whose page it was; it waits for the next customer or guest here. */
export const limboKey = (entry: OutEntry) => ['limbo', entry.n, entry.i] as const;
export const rowKey = (space: string, collection: string, key: string) => ['row', space, collection, key] as const;

/** The guest's merge is owed still, on whose line it was made. */
export const isStillOwed = (device: Device, { owed }: OutEntry): boolean => !!owed && owedTo(device).includes(owed);
