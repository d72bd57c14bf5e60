import type { Json } from '../core/json.ts';
import type { LineEffect } from '../core/merge-line.ts';
import type { Receipt } from '../core/receipt.ts';

/** A receipt as the server keeps it. Those of 0.1.0 lack some lists, and what it takes to undo them. */
export type StoredReceipt = Receipt & {
  /** What was done to which line. No device is told. */
  readonly undo?: readonly (readonly [lineKey: string, effect: LineEffect])[];
};

/** What devices are told of it. */
export const toReceipt = (stored: Json): Receipt => {
  // Receipts are written by merges alone.
  const { undo: _, ...receipt } = stored as unknown as StoredReceipt;
  return receipt;
};
