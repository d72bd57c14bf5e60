import type { Receipt } from '../core/receipt.ts';
import type { Receipt as WireReceipt } from '../protocol/messages.ts';

/** A receipt as pages read it; a server of 0.1.0 leaves two of its lists out. */
export const receiptOf = (wire: WireReceipt): Receipt => ({ lowered: [], reasons: {}, ...wire }) as Receipt;
