import { createHmac, randomUUID } from 'node:crypto';

/**
 * The two who know of a payment without any browser: the provider, which took the money, and the shop's own server,
 * which the provider tells. Both are played here.
 *
 * @param {object} options
 * @param {string} options.sync the sync server, as the shop's own server reaches it
 * @param {string} options.secret `whsec_…`, shared with the sync server only
 */
export const createPayments = ({ sync, secret }) => ({
  newOrderId: () => `N-${randomUUID().slice(0, 8).toUpperCase()}`,

  /**
   * Tells Relevo that the order of a checkout was placed. Without `lines` it is all that was in the checkout.
   * Signed as https://www.standardwebhooks.com has it: id, time and the body exactly as it is sent.
   */
  async tellRelevo({ orderId, checkoutId, customerId }) {
    const body = JSON.stringify({ orderId, checkoutId, ...(customerId ? { customerId } : {}), channel: 'web' });
    const id = `msg_${orderId}`;
    const seconds = String(Math.floor(Date.now() / 1_000));
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
    const reply = await fetch(`${sync}/v1/orders/complete`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': seconds,
        'webhook-signature': `v1,${signature}`,
      },
      body,
    });
    const answer = await reply.json();
    if (!reply.ok) throw new Error(`${answer.code}: ${answer.message}`);
    return answer;
  },
});
