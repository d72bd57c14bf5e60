import { createTill } from '../../till/till.mjs';
import { findProduct } from '../shop/public/catalogue.js';

const commands = ['show', 'scan', 'pay'];

/**
 * The till beside the phone: `examples/till`, with its paper on the page. The server key stays here.
 *
 * @param {{ sync: string, key: string, newOrderId: () => string }} options
 */
export const createStageTill = ({ sync, key, newOrderId }) => ({
  /** What the till prints. @throws with the server's words when it refuses */
  async run({ customer, command, sku }) {
    if (!commands.includes(command) || !customer) throw new Error('The till does not know that.');
    const paper = [];
    // The till knows numbers; the shop's titles make the paper readable.
    const print = (text) => void paper.push(text.replace(/[A-Z]+-\d/, (sku) => findProduct(sku)?.title ?? sku));
    const till = createTill({ server: sync, key, actor: 'till-3', customer, print });
    await till[command](command === 'pay' ? newOrderId() : sku);
    return paper;
  },
});
