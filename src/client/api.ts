import type { CollectionConfig } from '../core/collection.ts';
import type { Json } from '../core/json.ts';
import type { Receipt } from '../core/receipt.ts';
import type { CheckoutNews, Checkouts } from './checkout-api.ts';
import type { DeviceOptions, Devices } from './devices-api.ts';
import type { Ports } from './ports.ts';

export type * from './checkout-api.ts';
export type * from './devices-api.ts';

// The public shapes. Names are a promise; docs/API.md is checked against them.

export type Properties = { readonly [name: string]: Json };
/** Money as integers: `{ amountMinor: 129900, currency: 'EUR' }` is 1,299.00 EUR. */
export type Price = { readonly amountMinor: number; readonly currency: string };

export type LineDetails = {
  readonly title?: string;
  readonly price?: Price;
  readonly url?: string;
  readonly image?: string;
};

/** What is added to a cart. Lines of equal sku, properties, seller and selling plan are one line. */
export type CartItem = LineDetails & {
  readonly sku: string;
  readonly properties?: Properties;
  readonly seller?: string;
  readonly sellingPlan?: string;
  /** Whole number ≥ 1; default 1. */
  readonly quantity?: number;
};

export type CartLine = LineDetails & {
  readonly key: string;
  readonly sku: string; // empty where nobody can say it any more: an app's storage was cleared, and the app killed right then
  /** 1 … 999. */
  readonly quantity: number;
  readonly properties: Properties;
  readonly seller?: string;
  readonly sellingPlan?: string;
  /** Where the last change was made. */
  readonly channel: string;
  /** Who made it, where that was not the customer: a till, an agent. */
  readonly actor?: string;
  /** Epoch milliseconds of the last change. */
  readonly updatedAt: number;
  /** True while a guest's line waits to be merged into the customer's cart. */
  readonly merging?: true;
};

export type ParkedLine = CartLine & { readonly reason: string };

/** A line as `lines` and `parked` have it, its key, or what identifies it. */
export type LineRef =
  | string
  | { readonly sku: string; readonly properties?: Properties; readonly seller?: string; readonly sellingPlan?: string };

/**
 * What every write returns. The write is visible to reads at once. `saved` resolves when this device's
 * store has committed it (or, on a device that cannot store, when the server has); `synced` when the
 * server has it on disk. Ignoring them never raises an unhandled rejection.
 */
export type Change = { readonly key: string; readonly saved: Promise<void>; readonly synced: Promise<void> };

export type Cause = 'restore' | 'merge' | 'remote' | 'signout';

/** What the shop's own cart has to take over. `lines` is the whole cart; the others say what differs from what the shop has. */
export type ShopWrite = {
  readonly lines: readonly CartLine[];
  readonly added: readonly CartLine[];
  readonly changed: readonly (CartLine & { readonly previousQuantity: number })[];
  readonly removed: readonly {
    readonly key: string;
    readonly sku: string;
    readonly properties: Properties;
    readonly previousQuantity: number;
  }[];
  readonly cause: Cause;
};
export type Refusal = { readonly refused: readonly { readonly key: string; readonly reason: string }[] };
export type ShopItem = {
  readonly sku: string;
  readonly quantity: number;
  readonly properties?: Properties;
} & LineDetails;
export type ShopCart = {
  /** The shop's whole cart now. With it, echoes are told from acts by state; without it, by what `write` was asked to do. */
  readonly read?: () => readonly ShopItem[] | Promise<readonly ShopItem[]>;
  readonly write: (change: ShopWrite) => void | Refusal | Promise<void | Refusal>;
};

/** What a shop page reports about itself. Echoes of `bind`'s writes count nothing. */
export type Capture =
  | {
      readonly type: 'view';
      readonly items: readonly (LineDetails & { readonly id: string; readonly kind?: string })[];
    }
  | { readonly type: 'add' | 'remove'; readonly items: readonly ShopItem[] }
  /** The shop's whole cart. */
  | { readonly type: 'cart'; readonly items: readonly ShopItem[] }
  | { readonly type: 'purchase'; readonly orderId: string; readonly items: readonly ShopItem[] };

export type Cart = {
  readonly lines: readonly CartLine[];
  /** Lines set aside, with the reason. They are kept and synced but are not in `lines` nor in `count`. */
  readonly parked: readonly ParkedLine[];
  /** Sum of the quantities in `lines`. */
  readonly count: number;
  add(item: CartItem): Change;
  setQuantity(line: LineRef, quantity: number): Change;
  remove(line: LineRef): Change;
  update(line: LineRef, details: { readonly [K in keyof LineDetails]?: LineDetails[K] | null }): Change;
  clear(): Change[];
  unpark(line: LineRef): Change;
  find(line: LineRef): CartLine | undefined;
  bind(shop: ShopCart): () => void;
  subscribe(listener: () => void): () => void;
};

export type ViewItem = {
  readonly kind: string;
  readonly id: string;
  readonly title?: string;
  readonly url?: string;
  readonly image?: string;
  readonly price?: Price;
};
export type RecentView = ViewItem & { readonly key: string; readonly viewedAt: number };

export type Browsing = {
  view(item: ViewItem): Change;
  /** Newest first. */
  recent(options?: { readonly kind?: string; readonly limit?: number }): readonly RecentView[];
  remove(id: string, kind?: string): Change;
  clear(): Change[];
  /** Views are not recorded until the result is called. */
  pause(): () => void;
  subscribe(listener: () => void): () => void;
};

export type Preferences = {
  get(key: string): Json | undefined;
  set(key: string, value: Json): Change;
  delete(key: string): Change;
  entries(): readonly (readonly [key: string, value: Json])[];
  subscribe(listener: () => void): () => void;
};

export type IdentitySnapshot = {
  readonly kind: 'guest' | 'customer';
  readonly customerId?: string;
  /** Changes at every sign-out. */
  readonly anonymousId: string;
  readonly deviceId: string;
  readonly traits: { readonly [name: string]: Json };
};
export type Identity = {
  readonly current: IdentitySnapshot;
  set(traits: { readonly [name: string]: Json }): Change;
  subscribe(listener: () => void): () => void;
};

/** A validator by the Standard Schema convention (zod, valibot, arktype …); it must answer synchronously. */
export type StandardSchema<T> = {
  readonly '~standard': {
    readonly validate: (
      value: unknown,
    ) => { readonly value: T } | { readonly issues: readonly { readonly message: string }[] } | Promise<unknown>;
  };
};

export type Collection<T = Json> = {
  get(key: string): T | undefined;
  /** `flag` collections take true or false. */
  set(key: string, value: T): Change;
  /** `map`: by field, null deletes. `reg`: merged over the present value. */
  patch(key: string, fields: { readonly [field: string]: Json }): Change;
  delete(key: string): Change;
  entries(): readonly (readonly [key: string, value: T])[];
  subscribe(listener: () => void): () => void;
};

export type ConsentState = 'granted' | 'denied' | 'pending';
export type ConsentSettings = { readonly [purpose: string]: ConsentState };
export type Consent = {
  /** What holds now for each purpose that was named. */
  readonly current: ConsentSettings;
  set(purposes: { readonly [purpose: string]: 'granted' | 'denied' }): Change[];
};

export type Connection = 'online' | 'connecting' | 'offline' | 'needs-token' | 'upgrade-required' | 'stopped';
export type Status = {
  /**
   * What this device holds may be shown; while false show a placeholder, not an empty cart. False before `ready`; on a
   * shared device that holds a customer until that customer's token is here; where there are no lines to show, until
   * `getToken` has answered (15 s at most) and the sign-in it leads to is over, and from one customer's leaving to the
   * end of the next one's sign-in. So it can become false again. Always false where pages are rendered on a server.
   */
  readonly isReady: boolean;
  readonly connection: Connection;
  /** Changes that the server does not have yet. */
  readonly pending: number;
  /** What waits for consent, by purpose: how many entries. */
  readonly held: { readonly [purpose: string]: number };
  /** Epoch milliseconds, or null before the first sync. */
  readonly lastSyncedAt: number | null;
  readonly storage: 'indexeddb' | 'memory' | (string & {});
  /** Why the device's store is not in use. */
  readonly degraded?: string;
};

export type RelevoEvents = {
  signin: { readonly customerId: string };
  /** The first state of a customer arrived on this device. */
  restore: { readonly lines: readonly CartLine[] };
  /** Here or on another device of the customer's; also when it was taken back. */
  merge: { readonly receipt: Receipt };
  checkout: CheckoutNews;
  signout: { readonly unsynced: number };
  /** The customer took this device back, with so many changes that the server did not have; they are signed out here. */
  revoked: { readonly unsynced: number };
  /**
   * At a kiosk nobody has done anything for a while: every second of the last ten, with what is left. `null`: somebody is
   * there again. 0: whoever was here is signed out, and nothing of theirs shows any more.
   */
  idle: { readonly endsInMs: number | null };
  status: Status;
  degraded: { readonly reason: string };
  error: { readonly code: string; readonly message: string };
};

export type RelevoOptions = {
  /** Where the sync server is, for example `https://sync.shop.example`. */
  readonly endpoint: string;
  /** The site's publishable key, `pk_…`. */
  readonly site: string;
  /** Default `web`; in React Native the system, `ios` or `android`. */
  readonly channel?: string;
  readonly device?: DeviceOptions;
  /** A string: signed in. null: signed out. undefined: not known yet. Rejects: tried again. */
  readonly getToken?: () => Promise<string | null | undefined> | string | null | undefined;
  /** Purposes by name; what is not named is pending. */
  readonly consent?: ConsentSettings;
  /** `local`: a guest's state stays on the device until sign-in. Default `synced`. */
  readonly guest?: 'synced' | 'local';
  readonly collections?: { readonly [name: string]: CollectionConfig };
  /** In React Native what the app hands over; a browser has all of it and does not look at this. */
  readonly platform?: Platform;
};

/** What carries the engine where there is no page. `reactNative({ … })` of `relevo/react-native` makes one. */
export type Platform = {
  /** Default of `channel`: the system, for example `ios`. */
  readonly channel: string;
  /** Default of `device.kind`. */
  readonly deviceKind: NonNullable<DeviceOptions['kind']>;
  /**
   * @param of.name What all stored names begin with; carries site and format version.
   * @param of.endpoint The sync server.
   */
  ports(of: { readonly name: string; readonly endpoint: string }): Ports;
};

export type SignOutResult = { readonly unsynced: number; readonly outcome: 'flushed' | 'held' | 'dropped' };

export type Relevo = {
  /** Local state is readable. Never rejects: without a store it falls back to memory and says so in `status`. */
  readonly ready: Promise<void>;
  readonly cart: Cart;
  readonly checkout: Checkouts;
  readonly browsing: Browsing;
  readonly preferences: Preferences;
  readonly identity: Identity;
  readonly consent: Consent;
  readonly devices: Devices;
  readonly status: Status;
  collection<T = Json>(name: string, options?: { readonly schema?: StandardSchema<T> }): Collection<T>;
  capture(event: Capture): void;
  /** `during: 'checkout'`: the guest's cart goes on as it is, and what the customer had beside it is set aside. */
  signIn(
    token: string,
    options?: { readonly during?: 'browse' | 'checkout' },
  ): Promise<{ readonly receipt: Receipt | null }>;
  /**
   * Ends signed out; the view of whoever leaves is empty when it returns. `'flush'`, the default, tries up to 3 s to send what
   * is unsent, `'drop'` does not. `'ask'` tries so long before anything changes, unless a token or an upgrade is waited for,
   * and rejects when something is unsent still.
   * @throws RelevoError for `'ask'` alone: `auth/unsynced`, with the number as `unsynced`, and `sync/abandoned` at `stop()`
   */
  signOut(options?: { readonly unsynced?: 'flush' | 'ask' | 'drop' }): Promise<SignOutResult>;
  /** Takes back what a merge did to the cart, for 30 days: what was added, set or bought since stays. Twice is once. */
  undoMerge(receiptId: string): Promise<{ readonly receipt: Receipt }>;
  subscribe(listener: () => void): () => void;
  on<E extends keyof RelevoEvents>(event: E, handler: (detail: RelevoEvents[E]) => void): () => void;
  /** Resolves when everything so far is synced; rejects `network/offline` when it cannot be. */
  flush(): Promise<void>;
  /** Ends every timer, listener, lock and connection. Local state stays. */
  stop(): Promise<void>;
};
