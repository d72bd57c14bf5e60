import { after } from '../core/after.ts';
import { receiptsName } from '../core/collection.ts';
import { hashText, type Sha256 } from '../core/hash.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import type { LineEffect } from '../core/merge-line.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Register } from '../core/register.ts';
import { type Stamp, zeroStamp } from '../core/stamp.ts';
import type { SpaceWriter } from './space-writer.ts';

/** What was done to a line; `beside`: the line of its own in which the rest of it was set aside. */
export type UndoEntry = readonly [lineKey: string, effect: LineEffect, beside?: string];

/** The key of a line beside one of the same things, by the name under which it counts. */
export const asideKey = (sha256: Sha256, key: string, share: string): string => hashText(sha256, `${key}\n${share}`);

/** It says beside which one, so that it becomes a part of that when it is taken back. */
export const besideLine = ({ q, d }: Line, { key, stamp }: { key: string; stamp: Stamp }): Line => ({
  q,
  d: { ...d, beside: [key, stamp] },
});

/** A receipt as the server keeps it. Those of 0.1.0 lack some lists, and what it takes to undo them. */
export type StoredReceipt = Receipt & {
  /** What was done to which line. No device is told. */
  readonly undo?: readonly UndoEntry[];
};

/** What devices are told of it. */
export const toReceipt = (stored: Json): Receipt => {
  // Receipts are written by merges alone.
  const { undo: _, ...receipt } = stored as unknown as StoredReceipt;
  return receipt;
};

/** In the customer's space as a row, so that all their devices hear of it: without what no other device has to know. */
export const putReceiptRow = async (space: SpaceWriter, stored: Json): Promise<void> => {
  const { kept: _, ...receipt } = toReceipt(stored);
  const before = (await space.state(receiptsName, receipt.id)) as Register | undefined;
  const h = after(before?.h ?? zeroStamp, [space.nowMs, 0, `srv:${receipt.id}`, 0]);
  await space.put(receiptsName, receipt.id, { v: receipt as unknown as Json, h });
};
