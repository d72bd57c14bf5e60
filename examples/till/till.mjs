// A till in the shop: the customer's cart over REST, with a server key, and nothing else of Relevo.
import { randomUUID } from 'node:crypto';
import { argv, env, exit } from 'node:process';

const server = env.RELEVO_URL ?? 'http://127.0.0.1:4100';
const key = env.RELEVO_KEY ?? '';
const [customer, command = 'show', ...words] = argv.slice(2);

if (!key || !customer) {
  console.error('RELEVO_KEY=sk_… node till.mjs CUSTOMER [show | scan SKU [QUANTITY] | void SKU | pay ORDER]');
  exit(2);
}

/** Asks the server; what it refuses ends here, in its own words. */
const ask = async (path, body, headers = {}) => {
  const reply = await fetch(server + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${key}`, 'relevo-channel': 'pos', ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = await reply.json();
  if (!reply.ok) {
    console.error(`${answer.code}: ${answer.message}`);
    exit(1);
  }
  return answer;
};

const cart = async () => {
  const { entries } = await ask(`/v1/customers/${encodeURIComponent(customer)}/cart`);
  return entries.filter(({ parked }) => !parked);
};

/** A key of its own for each scan: sent again after a broken connection it would count once. */
const change = async (one) => {
  const path = `/v1/customers/${encodeURIComponent(customer)}/changes`;
  const { results } = await ask(path, { channel: 'pos', changes: [one] }, { 'idempotency-key': randomUUID() });
  if (results[0].status !== 'ok') console.error(`Not done: ${results[0].code}`);
};

const show = async () => {
  for (const { sku, quantity, title, channel } of await cart())
    console.log(`${String(quantity).padStart(3)} × ${title ?? sku}  (${channel})`);
};

const commands = {
  show,
  async scan([sku, quantity = '1']) {
    await change({ type: 'add', collection: 'cart', item: { sku, quantity: Number(quantity) } });
    await show();
  },
  async void([sku]) {
    await change({ type: 'remove', collection: 'cart', line: { sku } });
    await show();
  },
  /** Paid here: what was in the cart leaves it on all of the customer's devices. */
  async pay([orderId]) {
    const lines = (await cart()).map(({ sku, properties, quantity }) => ({ sku, properties, quantity }));
    if (lines.length === 0) return console.log('Nothing to pay.');
    const order = { orderId, customerId: customer, channel: 'pos', lines };
    const { status, taken, left } = await ask('/v1/orders/complete', order);
    for (const { sku, quantity } of taken) console.log(`${String(quantity).padStart(3)} × ${sku}`);
    for (const { sku, quantity } of left) console.log(`${String(quantity).padStart(3)} × ${sku}  (in no cart)`);
    console.log(`${orderId}: ${status}`);
  },
};

const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
if (!run) {
  console.error(`No such command: ${command}`);
  exit(2);
}
await run(words);
