import type { Receipt } from '../core/receipt.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Receipt as WireReceipt } from '../protocol/messages.ts';
import type { Ask } from './asks.ts';

/** A receipt as pages read it; a server of 0.1.0 leaves two of its lists out. */
export const receiptOf = (wire: WireReceipt): Receipt => ({ lowered: [], reasons: {}, ...wire }) as Receipt;

/** What merges did, and taking it back. */
export const createReceipts = ({ ask }: { ask: Ask }) => ({
  async undo(receiptId: string): Promise<{ readonly receipt: Receipt }> {
    if (typeof receiptId !== 'string' || !receiptId)
      throw new RelevoError('change/bad-value', { detail: 'A receipt has an `id`.' });
    const { receipt } = await ask('undo', receiptId);
    return { receipt: receiptOf(receipt) };
  },
});
