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
  /** The order that had been placed of the same checkout before: it may have been paid twice. */
  duplicateOf: z.string().optional(),
  code: z.literal('order/duplicate-snapshot').optional(),
});

export type OrderRequest = z.infer<typeof orderSchema>;
export type OrderReply = z.infer<typeof orderReplySchema>;

const key = z.string().min(1).max(128);
const details = {
  title: z.string().nullable().optional(),
  price: z.looseObject({ amountMinor: z.number().int(), currency: z.string() }).nullable().optional(),
  url: z.string().nullable().optional(),
  image: z.string().nullable().optional(),
};
const lineIdentity = {
  sku: z.string().min(1),
  properties: properties.optional(),
  seller: z.string().min(1).optional(),
  sellingPlan: z.string().min(1).optional(),
};
/** A line's key, or what tells it from other lines. */
const lineRef = z.union([key, z.looseObject(lineIdentity)]);
const cart = z.literal('cart');

/** What other channels do to one entry. */
export const channelChangeSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('add'),
    collection: cart,
    item: z.looseObject({ ...lineIdentity, ...details, quantity: z.number().default(1) }),
  }),
  z.looseObject({ type: z.literal('set'), collection: cart, line: lineRef, quantity: z.number() }),
  z.looseObject({ type: z.literal('remove'), collection: cart, line: lineRef }),
  z.looseObject({ type: z.literal('update'), collection: cart, line: lineRef, details: z.looseObject(details) }),
  z.looseObject({ type: z.literal('put'), collection: key, key, value }),
  z.looseObject({ type: z.literal('patch'), collection: key, key, fields: z.record(z.string().max(128), value) }),
  z.looseObject({ type: z.literal('want'), collection: key, key, on: z.boolean() }),
]);

/** What nobody may call themselves: lines and the audit say so of the customer and of webhooks. */
export const actorSchema = z.string().regex(/^(?!(?:customer|webhook)$)[A-Za-z0-9_.:~-]{1,64}$/);

export const changesSchema = z.looseObject({
  channel: channelSchema,
  /** Who did it, for a server key that several people use. */
  actor: actorSchema.optional(),
  changes: z.array(channelChangeSchema).min(1).max(100),
});

export const changesReplySchema = z.looseObject({
  /** Of the customer's space. */
  version: z.number().int(),
  results: z.array(
    z.looseObject({
      key: z.string(),
      status: z.enum(['ok', 'superseded', 'rejected']),
      code: z.string().optional(),
    }),
  ),
});

/** What a line of the cart shows of itself. */
export const shownDetails = {
  sku: z.string().optional(),
  properties: properties.optional(),
  seller: z.string().optional(),
  sellingPlan: z.string().optional(),
  title: z.string().optional(),
  price: z.looseObject({ amountMinor: z.number(), currency: z.string() }).optional(),
  url: z.string().optional(),
  image: z.string().optional(),
  channel: z.string().optional(),
  actor: z.string().optional(),
  /** Why it is set aside, where it is. */
  parked: z.string().optional(),
};

export const entriesReplySchema = z.looseObject({
  customer: z.string(),
  collection: z.string(),
  version: z.number().int(),
  /** Lines of the cart have `sku`, `quantity` and their details; other entries `value`, `fields` or nothing more, by their kind. */
  entries: z.array(
    z.looseObject({
      key: z.string(),
      quantity: z.number().int().optional(),
      ...shownDetails,
      value: value.optional(),
      fields: z.record(z.string(), value).optional(),
      updatedAt: z.number().optional(),
    }),
  ),
});

export const auditReplySchema = z.looseObject({
  entries: z.array(
    z.looseObject({
      at: z.number(),
      /** By what they were let in. */
      by: z.enum(['key', 'agent', 'webhook']),
      /** The name of the server key. */
      key: z.string().optional(),
      actor: z.string(),
      channel: z.string(),
      act: z.enum(['read', 'write', 'order', 'refused']),
      /** At most 16; `*` for others. */
      collections: z.array(z.string()),
      times: z.number().int(),
    }),
  ),
  /** There are more: ask again with `before` as this says. */
  next: z.string().optional(),
});

/** For `GET /v1/live`. What it tells is `{ v }`: the version that the customer's space has now. */
export const liveReplySchema = z.looseObject({ ticket: z.string() });

export type ChannelChange = z.infer<typeof channelChangeSchema>;
export type ChangesRequest = z.infer<typeof changesSchema>;
export type ChangesReply = z.infer<typeof changesReplySchema>;
export type EntriesReply = z.infer<typeof entriesReplySchema>;
export type LiveReply = z.infer<typeof liveReplySchema>;
export type AuditReply = z.infer<typeof auditReplySchema>;
