/** Limits that both ends keep. Sizes are bytes of UTF-8 JSON unless said otherwise. */
export const limits = {
  /** What one change carries: the value, the fields or the order's lines. */
  maxChangeBytes: 16_384,
  /** One string, UTF-16 code units. */
  maxStringLength: 4_096,
  /** Nesting of a value; a bare string is depth 0. */
  maxDepth: 8,
  /** Members of one object, items of one array. */
  maxMembers: 256,
  /** Quantity of one change. Above {@link limits.maxQuantity}, because unsent adds are summed into one change. */
  maxChangeQuantity: 1_000_000,
  /** Quantities are clamped to this when read, never in a join. */
  maxQuantity: 999,
  /** Lines of one cart. */
  maxLines: 200,
  /** Recently viewed things kept. */
  maxViews: 500,
} as const;
