// The public shapes of devices. Names are a promise; docs/API.md is checked against them.

/** What the page says of the device that it is on. */
export type DeviceOptions = {
  /**
   * `shared` (default on the web; in React Native it is `personal`): nothing of a customer stays after sign-out.
   * `personal`: unsynced changes are kept, unreadable, until the same customer returns. `kiosk`: nothing is kept outside
   * the page's memory, no history, and who does nothing for `idleMs` is signed out.
   */
  readonly kind?: 'personal' | 'shared' | 'kiosk';
  /**
   * What a `personal` device keeps at sign-out: `nothing` (default), or `cart-lines`: articles and how many of each stay in
   * view, as the next guest's. The same customer finds them once when they sign in again, another one gets none of them.
   */
  readonly keep?: 'nothing' | 'cart-lines';
  /** Of a kiosk, milliseconds: 5,000 to 3,600,000, default 120,000. */
  readonly idleMs?: number;
};

/** A device on which the customer is signed in. */
export type KnownDevice = {
  /** As `identity.current.deviceId` there. */
  readonly id: string;
  /** The one that asks. */
  readonly isThis: boolean;
  /** Where it signed in: `web`, `ios` …; empty when that is not known. */
  readonly channel: string;
  /** Epoch milliseconds. */
  readonly signedInAt: number;
  /** When the server last heard of it, to the hour, epoch milliseconds. */
  readonly lastSeenAt: number;
};

export type Devices = {
  /**
   * The devices on which this customer is signed in, the last seen first; at most as many as the site allows (20). A
   * guest has none.
   * @throws RelevoError `network/offline` without an answer or a token, `auth/revoked` when it is this device that was taken
   * back, `sync/abandoned` when its customer leaves or the page stops meanwhile, `request/version` from a server that does
   * not know of devices, and the server's other codes
   */
  list(): Promise<readonly KnownDevice[]>;
  /**
   * Takes a device back, this one too: the server answers it no more, and it forgets all of the customer, unsent changes
   * too, when it next reaches the server, with whatever token. It comes back by a sign-in after that. Twice is once. Wait
   * for it before `signOut()`.
   * @throws RelevoError `auth/unknown-device` when the customer has no such device, and none was pushed off the list, or
   * nobody is signed in;
   * `change/bad-value` for what is no id; else as `list`
   */
  revoke(deviceId: string): Promise<void>;
};
