import { z } from 'zod';
import type { Json } from '../core/json.ts';

// What other channels say and hear: tills, desks, bots, webhooks. Loose as messages.ts is, and for the server alone.

const value = z.custom<Json>();
const properties = z.record(z.string(), value);
export const channelSchema = z.string().regex(/^[A-Za-z0-9_.:~-]{1,32}$/);
/** A customer as the shop's tokens name them. */
export const customerIdSchema = z.string().min(1).max(256);

const boughtLine = z.looseObject({
  sku: z.string().min(1),
  properties: properties.optional(),
  quantity: z.number().int().positive(),
});

/** An order that the shop knows was placed. */
export const orderSchema = z.looseObject({
  orderId: z.string().min(1).max(128),
  customerId: customerIdSchema.optional(),
  checkoutId: z.string().min(1).max(128).optional(),
  lines: z.array(boughtLine).max(200).optional(),
  channel: channelSchema.default('web'),
  /** Of a webhook, where several sites have secrets. */
  site: z.string().max(64).optional(),
});

/** The form that Standard Webhooks recommends. */
export const orderEventSchema = z.looseObject({
  type: z.string().max(128),
  timestamp: value.optional(),
  site: z.string().max(64).optional(),
  data: value,
});

export const orderReplySchema = z.looseObject({
  /** `known`: it had been said before, nothing was done. `ignored`: another event than `order.completed`. */
  status: z.enum(['completed', 'known', 'ignored']),
  orderId: z.string().optional(),
  /** What it took of which line of the cart. */
  taken: z.array(z.looseObject({ key: z.string(), sku: z.string(), quantity: z.number() })),
  /** What was bought and is in no line. */
  left: z.array(boughtLine),
});

export type OrderRequest = z.infer<typeof orderSchema>;
export type OrderReply = z.infer<typeof orderReplySchema>;
