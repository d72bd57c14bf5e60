// A till in the shop: the customer's cart over REST, with a server key, and nothing else of Relevo.
import { randomUUID } from 'node:crypto';
import { argv, env } from 'node:process';
import { fileURLToPath } from 'node:url';

/** The till of one customer who stands at it. `print` takes what the paper would show; `actor` tells tills of one key apart. */
export const createTill = ({ server, key, customer, print, actor = '' }) => {
  const ofCustomer = `/v1/customers/${encodeURIComponent(customer)}`;

  const send = (path, body, headers) =>
    fetch(server + path, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${key}`,
        'relevo-channel': 'pos',
        ...(actor ? { 'relevo-actor': actor } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });

  /** Asks the server, three times where it does not answer; what it refuses is thrown in its own words. */
  const ask = async (path, body, { headers = {}, tries = 3 } = {}) => {
    const reply = await send(path, body, headers).catch((error) => {
      // The answer may have been lost and not the request: the same again counts once.
      if (tries > 1) return undefined;
      throw error;
    });
    if (!reply) return ask(path, body, { headers, tries: tries - 1 });
    const answer = await reply.json();
    if (reply.status === 503 && tries > 1) return ask(path, body, { headers, tries: tries - 1 });
    if (!reply.ok) throw new Error(`${answer.code}: ${answer.message}`);
    return answer;
  };

  const cart = async () => (await ask(`${ofCustomer}/cart`)).entries.filter(({ parked }) => !parked);

  const show = async () => {
    for (const { sku, quantity, title, channel } of await cart()) print(`${quantity} × ${title ?? sku} (${channel})`);
  };

  /** A key of its own for each scan: sent again after a broken connection it counts once. */
  const change = async (one) => {
    const request = { channel: 'pos', changes: [one] };
    const { results } = await ask(`${ofCustomer}/changes`, request, {
      headers: { 'idempotency-key': randomUUID() },
    });
    if (results[0].status !== 'ok') print(`Not done: ${results[0].code}`);
    await show();
  };

  return {
    show,
    scan: (sku, quantity = '1') =>
      change({ type: 'add', collection: 'cart', item: { sku, quantity: Number(quantity) } }),
    void: (sku) => change({ type: 'remove', collection: 'cart', line: { sku } }),
    /** Paid here: what was in the cart leaves it on all of the customer's devices. */
    async pay(orderId) {
      if (!orderId) return print('pay ORDER: the number of the order.');
      const lines = (await cart()).map(({ sku, properties, quantity }) => ({ sku, properties, quantity }));
      if (lines.length === 0) return print('Nothing to pay.');
      const order = { orderId, customerId: customer, channel: 'pos', lines };
      const { status, taken, left } = await ask('/v1/orders/complete', order);
      for (const { sku, quantity } of taken) print(`${quantity} × ${sku}`);
      for (const { sku, quantity } of left) print(`${quantity} × ${sku} (not taken out of the cart)`);
      return print(`${orderId}: ${status}`);
    },
  };
};

const main = async () => {
  const { RELEVO_URL: server = 'http://127.0.0.1:4100', RELEVO_KEY: key } = env;
  const [customer, command = 'show', ...words] = argv.slice(2);
  const till = createTill({ server, key, customer, print: console.log });
  if (!key || !customer || !Object.hasOwn(till, command)) {
    console.error('RELEVO_KEY=sk_… node till.mjs CUSTOMER [show | scan SKU [QUANTITY] | void SKU | pay ORDER]');
    process.exitCode = 2;
    return;
  }
  await till[command](...words).catch(({ message }) => {
    console.error(message);
    process.exitCode = 1;
  });
};

if (argv[1] === fileURLToPath(import.meta.url)) await main();
