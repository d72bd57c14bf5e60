import { z } from 'zod';
import type { Json } from '../core/json.ts';
import { isPrototypeName } from '../core/key.ts';

// Loose on purpose: a field that a later version adds must not make an older server refuse the
// request. What the fields hold is checked strictly by core when a change is applied.

const count = z.number().int().nonnegative();
const stamp = z.tuple([count, count, z.string().max(160), count]);
// Replicas become members of the states that they count in. Made at random, none was ever called so.
const id = z
  .string()
  .regex(/^[A-Za-z0-9_:~-]{8,128}$/)
  .refine((text) => !isPrototypeName(text), 'an id is no name of a prototype');
const counts = z.record(z.string().max(160), count);
/** Earlier replicas of the device, all of whose adds it made before this. */
const mine = z.array(z.string().max(160)).optional();
// Typed, not looked into: a body comes from a JSON text, and core checks each value once, when its change is applied.
const value = z.custom<Json>();
const fields = z.record(z.string().max(128), value);
const fieldStamps = z.record(z.string().max(128), stamp);

const head = {
  /** Sequence number: 1, 2, 3 … of this replica, without gaps. */
  q: z.number().int().positive(),
  /** Random id of the change; with `q` it tells a duplicate from a fork. */
  i: z.string().regex(/^[A-Za-z0-9_:~-]{8,64}$/),
  /** Age in milliseconds, measured when sent. */
  a: z.number(),
  /** Version of the view that the change was made on. */
  at: count,
  /** Collection. */
  c: z.string().max(128),
  /** Key of the entry. */
  k: z.string().max(128),
  /** It may have been sent before under another number: its id alone tells. */
  again: z.boolean().optional(),
  /** Made as a guest, and found after that guest was merged: what the customer has wins, but for quantities. */
  late: z.boolean().optional(),
  /**
   * Server time that `a` was measured at, epoch milliseconds. Only with changes that were numbered when the server
   * turned out to be a restored one: it may have had them before.
   */
  as: count.optional(),
};

const orderLine = z.looseObject({
  sku: z.string(),
  properties: z.record(z.string(), value).optional(),
  quantity: z.number().int().positive(),
});

export const knownOpSchema = z.discriminatedUnion('t', [
  z.looseObject({ ...head, t: z.literal('put'), v: value, bh: stamp.optional() }),
  z.looseObject({ ...head, t: z.literal('patch'), f: fields, fb: fieldStamps.optional() }),
  z.looseObject({
    ...head,
    t: z.literal('add'),
    n: z.number(),
    f: fields.optional(),
    fb: fieldStamps.optional(),
    /** Beside `as`: the replica's count after this add. */
    to: count.optional(),
  }),
  z.looseObject({
    ...head,
    t: z.literal('set'),
    v: z.number(),
    seen: counts,
    g: count,
    mine,
    bh: stamp.optional(),
    f: fields.optional(),
    fb: fieldStamps.optional(),
  }),
  z.looseObject({ ...head, t: z.literal('want'), on: z.boolean(), n: count }),
  z.looseObject({
    ...head,
    t: z.literal('order'),
    orderId: z.string().min(1).max(128),
    lines: z.array(orderLine).max(200),
    seen: z.record(z.string(), counts),
    mine,
    /** The checkout that was paid for; `lines` may be empty then: all that was in it. */
    checkoutId: z.string().min(1).max(128).optional(),
  }),
  z.looseObject({ ...head, t: z.literal('nop') }),
]);

/** Any change, a type unknown to this version included: those are answered `unsupported`, the queue goes on. */
export const opSchema = z.looseObject({ ...head, t: z.string().max(32) });

const guestAuth = z.looseObject({ guest: id, secret: z.string().min(16).max(128) });
const tokenAuth = z.looseObject({ token: z.string().min(1).max(8192) });

/** `[collection, key, version, state]`, as the server once sent it. What the state holds is checked when it is joined. */
const offeredRowSchema = z.tuple([z.string().max(128), z.string().max(128), count, value]);

export const syncRequestSchema = z.looseObject({
  v: z.number().int(),
  site: z.string().max(128),
  sdk: z.string().max(64),
  channel: z.string().regex(/^[A-Za-z0-9_.:~-]{1,32}$/),
  device: id,
  /** Absent when the request carries `Authorization: Bearer`. */
  auth: z.union([tokenAuth, guestAuth]).optional(),
  /** The replica that numbers `ops`. */
  r: id,
  /** Opaque; null or absent = from the beginning. */
  cur: z.string().max(256).nullable().default(null),
  low: count,
  ops: z.array(opSchema),
  /** The guest that becomes part of the customer whose token is in `auth`. */
  claim: z
    .looseObject({
      guest: id,
      secret: z.string().min(16).max(128),
      r: id,
      ops: z.array(opSchema),
      /** The guest's cursor: a server that was restored since is offered its rows first. */
      cur: z.string().max(256).optional(),
      /** The occasion: `checkout`, or to whatever else it is `browse`. */
      during: z.string().max(32).optional(),
      /** Further guests whose merge the device waits for, each with a claim of its own after this one. */
      also: z.array(id).optional(),
    })
    .optional(),
  /** Rows that the device had confirmed before the server was restored. */
  offer: z.array(offeredRowSchema).optional(),
  /** The incarnation that the changes of a beacon were made in; another one applies none of them. */
  inc: z.string().max(64).optional(),
  /** Whether a ticket for the live channel is wanted. */
  live: z.boolean().optional(),
  want: z
    .looseObject({
      signout: z.boolean().optional(),
      /** The receipt of a merge that is to be taken back. */
      undo: z.string().max(128).optional(),
      /** A checkout of what is in the cart after these changes. */
      begin: z.boolean().optional(),
      /** The checkout that the customer turned away from. */
      abandon: z.string().min(1).max(128).optional(),
      /** The devices on which the customer is signed in. */
      devices: z.boolean().optional(),
      /** A device that may no longer read the customer's state. */
      revoke: z.string().max(128).optional(),
    })
    .optional(),
});

const ackStatus = z.enum(['ok', 'dup', 'superseded', 'expired', 'rejected', 'unsupported']);

/**
 * `[change id, status, stamp | count | error code, stamp of the details that rode along with an add]`; of an order that
 * pays twice the code and the order that had paid before.
 */
export const ackSchema = z.union([
  z.tuple([z.string(), ackStatus]),
  z.tuple([z.string(), ackStatus, z.union([stamp, z.number(), z.string()])]),
  z.tuple([z.string(), ackStatus, z.number(), stamp]),
  z.tuple([z.string(), ackStatus, z.string(), z.string()]),
]);

/** `[collection, key, version, state | null]`; null = the row is gone. */
export const rowSchema = z.tuple([z.string(), z.string(), z.number().int().positive(), z.json()]);

export const receiptSchema = z.looseObject({
  id: z.string(),
  guest: z.string(),
  atMs: z.number(),
  policy: z.string(),
  /** Line keys that only the guest had. */
  added: z.array(z.string()),
  /** Lines whose quantity rose: `[key, from, to]`. */
  raised: z.array(z.tuple([z.string(), z.number(), z.number()])),
  /** Lines whose quantity fell: `[key, from, to]`. */
  lowered: z.array(z.tuple([z.string(), z.number(), z.number()])).optional(),
  /** Lines that both had and that stayed as the customer had them. */
  kept: z.array(z.string()),
  /** Lines that were set aside. */
  parked: z.array(z.string()),
  /** Lines over the maximum: `[key, wanted, got]`. */
  clamped: z.array(z.tuple([z.string(), z.number(), z.number()])),
  /** Guest lines that the policy left behind. */
  dropped: z.array(z.string()),
  /** Why, by line key. */
  reasons: z.record(z.string(), z.string()).optional(),
  /** When it was taken back. */
  undoneAtMs: z.number().optional(),
});

export const syncReplySchema = z.looseObject({
  /** Version of the cursor that was sent; 0 for none. */
  from: count,
  cur: z.string(),
  head: count,
  more: z.boolean(),
  reset: z.enum(['horizon', 'acl', 'restored', 'erased']).optional(),
  /** With `restored`: rows of a later version than this may be lost here, and are asked for. */
  offer: count.optional(),
  /** A change carried a used number with another id: this replica was copied. */
  fork: z.literal(true).optional(),
  /** The next number that the server waits for, when the batch began after it. */
  gap: z.number().int().positive().optional(),
  /** Beside `fork`: nothing is taken under this replica any more, for it was idle for long, or one too many. */
  retired: z.literal(true).optional(),
  acks: z.array(ackSchema),
  ent: z.array(rowSchema),
  /** Id of the space that answered. */
  space: z.string(),
  /** The verified customer, when signed in. */
  customer: z.string().optional(),
  /** Answer to `claim`: merged (with `receipt`) or waiting for a later try. */
  claim: z.enum(['merged', 'waiting']).optional(),
  /** Acknowledgements of the changes that `claim` carried. */
  claimAcks: z.array(ackSchema).optional(),
  receipt: receiptSchema.optional(),
  live: z.looseObject({ ticket: z.string() }).optional(),
  want: z
    .looseObject({
      signout: z.boolean().optional(),
      undo: z.looseObject({ receipt: receiptSchema }).optional(),
      begin: z
        .looseObject({
          id: z.string(),
          lines: z.array(
            z.looseObject({
              key: z.string(),
              sku: z.string(),
              properties: z.record(z.string(), value),
              quantity: z.number().int().positive(),
            }),
          ),
          openedAt: z.number(),
          expiresAt: z.number(),
          /** Others of this customer that are open, the latest first. */
          others: z.array(
            z.looseObject({
              id: z.string(),
              channel: z.string(),
              openedAt: z.number(),
              device: z.enum(['own', 'other']),
            }),
          ),
        })
        .optional(),
      abandon: z.literal(true).optional(),
      devices: z
        .array(z.looseObject({ id: z.string(), channel: z.string(), since: z.number(), seen: z.number() }))
        .optional(),
      revoke: z.literal(true).optional(),
    })
    .optional(),
  /** Server time, epoch milliseconds. */
  now: z.number(),
  /** Do not sync again before so many milliseconds. */
  wait: z.number().optional(),
  /** Oldest SDK version that is still served. */
  min: z.string().optional(),
});

/** A live push: the rows in `(prev, v]`, or only the numbers when they are over 16 KiB. */
export const pushSchema = z.looseObject({ v: count, prev: count, cur: z.string(), ent: z.array(rowSchema).optional() });

export const errorSchema = z.looseObject({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  /** With `auth/guest-claimed`: the last number of `r` that the guest's customer has. What came after it is nobody's. */
  known: z.tuple([z.string(), count]).optional(),
  /** With `auth/revoked`: whose device it was. What is held of them there goes. */
  space: z.string().optional(),
});

export type Op = z.infer<typeof opSchema>;
export type KnownOp = z.infer<typeof knownOpSchema>;
export type SyncRequest = z.infer<typeof syncRequestSchema>;
export type SyncReply = z.infer<typeof syncReplySchema>;
export type Ack = z.infer<typeof ackSchema>;
export type Row = z.infer<typeof rowSchema>;
export type Receipt = z.infer<typeof receiptSchema>;
export type Push = z.infer<typeof pushSchema>;
export type WireError = z.infer<typeof errorSchema>;
