// The page of somebody at a call-centre desk: the live cart of the one customer on the line.

/**
 * Shows the customer's cart in `root`, keeps it up to date, and adds what the desk is asked for.
 * `openSocket(url, protocols)` gives a WebSocket. Gives how to end.
 */
export const openDesk = async ({ root, endpoint, site, customer, token, openSocket }) => {
  const list = root.querySelector('[data-cart]');
  const note = root.querySelector('[data-note]');
  const form = root.querySelector('form');
  const at = `${endpoint}/v1/customers/${encodeURIComponent(customer)}`;
  let socket;
  let isOver = false;

  const ask = async (path, init = {}) => {
    const headers = { authorization: `Bearer ${token}`, 'relevo-site': site, ...init.headers };
    const reply = await fetch(at + path, { ...init, headers });
    const answer = await reply.json();
    if (!reply.ok) throw new Error(answer.message);
    return answer;
  };

  const show = async () => {
    const { entries } = await ask('/cart');
    const items = entries.map(({ quantity, title, sku, actor }) => {
      const item = root.ownerDocument.createElement('li');
      // As text: what stands in a cart comes from pages.
      item.textContent = `${quantity} × ${title ?? sku}${actor ? ` (${actor})` : ''}`;
      return item;
    });
    list.replaceChildren(...items);
  };

  const say = (text) => {
    note.textContent = text;
  };

  /** What is told is only that something changed: it is read again. */
  const listen = async () => {
    const { ticket } = await ask('/live', { method: 'POST' });
    socket = openSocket(`${endpoint.replace(/^http/, 'ws')}/v1/live`, ['relevo.v1', `t.${ticket}`]);
    socket.addEventListener('message', () => show().catch(({ message }) => say(message)));
    // What changed between reading and listening was told to nobody.
    socket.addEventListener('open', () => show().catch(({ message }) => say(message)));
    socket.addEventListener('close', ({ code }) => {
      if (!isOver) say(code === 4401 ? 'The call is over: this desk may not look any longer.' : 'Not live any more.');
    });
  };

  const add = async (sku, quantity) => {
    const changes = [{ type: 'add', collection: 'cart', item: { sku, quantity } }];
    const { results } = await ask('/changes', {
      method: 'POST',
      headers: { 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify({ channel: 'agent', changes }),
    });
    say(results[0].status === 'ok' ? `Added ${sku}.` : `Not added: ${results[0].code}`);
    await show();
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const { sku, quantity } = form.elements;
    add(sku.value, Number(quantity.value)).catch(({ message }) => say(message));
  });
  await show();
  await listen();
  return () => {
    isOver = true;
    socket?.close();
  };
};
