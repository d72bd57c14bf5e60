/** A device, as the customer who uses it is shown it. */
export type KnownDevice = {
  readonly id: string;
  /** Where it signed in; empty for one that did before this was noted. */
  readonly channel: string;
  /** When it signed in, epoch milliseconds. */
  readonly since: number;
  /** When it was last heard of, to the hour. */
  readonly seenAt: number;
  readonly signedOutAt: number;
};

/** A device that its customer has taken back. */
export type RevokedRow = {
  readonly device: string;
  readonly at: number;
  /** How long its customer had been signed in there. */
  readonly knownMs: number;
  /** It came back by a sign-in since: the replicas that were known then, none of which is its new one. `null`: it did not. */
  readonly before: readonly string[] | null;
};

export type DeviceReads = {
  /** The devices that a space remembers, the last seen first; those that signed out too. */
  devices(space: string): Promise<readonly KnownDevice[]>;
  /** Whether a device was revoked. Kept apart: newer devices do not push it out. */
  revoked(space: string, device: string): Promise<RevokedRow | undefined>;
};

export type DeviceWrites = {
  /** Goes with the device's row. `isBack: false`: one that is there stays. */
  noteDevice(
    space: string,
    note: Pick<KnownDevice, 'id' | 'channel' | 'since'>,
    options: { readonly isBack: boolean },
  ): Promise<void>;
  /** Keeps this one, and so many others of the space that `most` are left: those that had been known for longest. */
  putRevoked(space: string, row: RevokedRow, most: number): Promise<void>;
};
