import type { Checkout } from '../client/checkout-api.ts';
import { createOrderOwners } from './order-owners.ts';
import type { Answers } from './page-answers.ts';
import type { SavedDeed } from './saved-deed.ts';
import type { DeviceSpec } from './script.ts';
import { createShopReports } from './shop-reports.ts';
import type { Ordered } from './unplaced-orders.ts';
import type { DiskUser } from './virtual-disk.ts';

/** What is known of a device of a history beside what it has stored: who uses it, what struck it, what it is about. */
export const createDeviceState = (index: number) => ({
  session: { who: null as string | null, serial: 1_000 * (index + 1) },
  /** Who signed out here, when, and whether its page was in memory then; until somebody signs in. */
  ended: undefined as { who: string; atMs: number; isApart: boolean } | undefined,
  /** Since when a store of theirs was lost. */
  lostGuests: new Map<string, number>(),
  /** When the device last lost what it had stored. */
  lostAtMs: -1,
  /** Whose that was. */
  lostGuest: undefined as string | undefined,
  /** Changes that are said to be saved. */
  saved: new Set<SavedDeed>(),
  /** What stood in its store when that was emptied under its pages, and in whose outbox. */
  stored: new Map<string, string>(),
  /** Whose cursor a device of 0.1.0 has without the rows, until they leave. */
  hollow: undefined as string | undefined,
  /** Whom a page of 0.1.0 shows, and whose token it has: see `noteSentByOld`. */
  mixed: undefined as { shown: string; asked: string } | undefined,
  /** A page of 0.1.0 went to its store without end, and had to be ended. */
  isEndless: false,
  /** Another device went on with a copy of its disk, or it with one of another's. */
  isTwin: false,
  /** Its disk was put back to what it had been: what is not sent there may have arrived. */
  wasPutBack: false,
  /** It gave up older views for room: they come back with the next whole snapshot. */
  wasFull: false,
  /** Since when, and until when, its store last opened late or not at all. */
  opensLate: { fromMs: Number.POSITIVE_INFINITY, untilMs: Number.NEGATIVE_INFINITY },
  /** What its store is asked now is answered late, or when it hangs no more. */
  isSlow: false,
  /** Since when, and until when, its store last could hang. */
  hangs: { fromMs: Number.POSITIVE_INFINITY, untilMs: Number.NEGATIVE_INFINITY },
  /** The guest whose store came back empty, the last that was lost: what is kept beside the store names it. */
  emptied: undefined as { guest: string; atMs: number } | undefined,
  /** When somebody was last told to leave. */
  leftAtMs: -1,
  /** When somebody left last of whom something is said to be dropped. */
  droppedAtMs: -1,
  /** Once it was not said how much that was. */
  isDroppedUnsaid: false,
  /** When somebody left last of whom something was not sent, and how many changes that were in all. */
  unsyncedAtMs: -1,
  unsynced: 0,
  /** Since when somebody is leaving, and in which page; one whose page ended meanwhile leaves without a word. */
  leavings: new Set<Leaving>(),
  /** When somebody was last told to leave in which page. */
  leftIn: new Map<DiskUser, number>(),
  orders: createOrderOwners(index),
  /** What its pages reported as bought. */
  ordered: [] as Ordered[],
  /** A sign-in failed here: of 0.1.0 the guest may wait for its customer from then on. */
  hadNoAnswer: false,
  /** Nobody told the customer of 0.1.0 to leave, and it did. */
  isOusted: false,
  /** Unsent changes of a guest who had signed in, and whose customer had left, when the store was put back to before that. */
  givenBack: new Set<string>(),
  /** Changes that it held when it was taken back, and that are refused to who is back there. */
  heldBack: new Set<string>(),
  /** A page went on in memory for a time: its store may bring something back. */
  wasDegraded: false,
  /** 0.1.0 lost its next poll: it asked for nothing while all was quiet. */
  isDeaf: false,
  /** When consent was last denied here: another tab's views go, and it is not told of what became of them. */
  withdrawnAtMs: -1,
  /** Requests that are under way, by what they are for, and sign-outs. */
  asking: { pushing: 0, pulling: 0, claiming: 0 },
  leaving: 0,
  /** A page went on in memory beside another one: each knows of the shop's cart what it did itself. */
  isApart: false,
  reports: createShopReports(),
  /** Pages that are signing somebody in. */
  enteringBy: [] as DiskUser[],
  /** Sign-ins that are under way: one whose page is gone is not. */
  get entering(): number {
    return this.enteringBy.filter((user) => user.isAlive()).length;
  },
  /** Who is here, as a page was told last, and when. `before`: who gave way. `behind`: the page, where another sign-in of the device was under way. */
  said: undefined as
    | { who: string | null; atMs: number; before?: string | undefined; behind?: DiskUser | undefined; isFailed?: true }
    | undefined,
  /** Who took it back, and when it heard so; until they sign in anew. */
  revoked: undefined as { who: string; atMs: number } | undefined,
  /** How its pages answer who is here. */
  answers: { how: 'at once', ms: 0 } as Answers,
  /** Nothing happens on it until then. */
  awayUntilMs: -1,
  /** Requests made so far. */
  posts: 0,
  /** What its pages began to pay for, as far as they were answered. */
  begun: [] as Begun[],
  /** Pages that wait for what becomes of an order: it may find its place after an answer of whatever kind. */
  paying: [] as DiskUser[],
  /** Merges that its pages were told of. */
  receipts: [] as string[],
});

/** A checkout as its page has it. */
export type Begun = Pick<Checkout, 'id' | 'lines'> & { readonly who: string | null };

export type Leaving = {
  readonly atMs: number;
  readonly user: DiskUser;
  /** A sign-out: who gives way to the next customer leaves them what is nobody's. */
  readonly isOut: boolean;
  /** Its page ended in it: the epoch that it had begun. */
  epoch?: number;
};

export type DeviceState = ReturnType<typeof createDeviceState>;

/** Somebody left, and so many changes were not sent. */
export const noteDropped = (state: DeviceState, unsynced: number, atMs: number): void => {
  if (unsynced) Object.assign(state, { unsynced: state.unsynced + unsynced, unsyncedAtMs: atMs });
};

/** The device hears that its customer took it back: what was not sent is gone with all else. */
export const hearRevoked = (state: DeviceState, who: string, atMs: number): void =>
  void Object.assign(state, { revoked: { who, atMs }, leftAtMs: atMs, droppedAtMs: atMs, isDroppedUnsaid: true });

/** Somebody went without a word of what was not sent; `isOusted`: whom nobody told to. */
export const noteGone = (state: DeviceState, atMs: number, isOusted = state.isOusted): void =>
  void Object.assign(state, { leftAtMs: atMs, droppedAtMs: atMs, isDroppedUnsaid: true, isOusted });

/** Told that nobody is here, a shared device of 0.1.0 drops what was not sent; what it says is not read. */
export const dropsUnsaid = ({ kind, sdk }: DeviceSpec, disk: string): boolean =>
  kind === 'shared' && !!sdk && /claimAt|"customer\\?"/.test(disk);
