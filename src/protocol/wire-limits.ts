/** Limits of one request, the same on both ends. Bytes of UTF-8. */
export const wireLimits = {
  maxBodyBytes: 262_144,
  maxBatchChanges: 100,
  maxBatchBytes: 196_608,
  /** A browser refuses more than 64 KiB in flight with `keepalive`; leave room for others. */
  maxBeaconBytes: 49_152,
  /** Rows of one reply; `more` says that there are further ones. */
  maxReplyRows: 1_000,
  /** Rows sent along with a live push, bytes. */
  maxPushBytes: 16_384,
  maxFrameBytes: 65_536,
} as const;
