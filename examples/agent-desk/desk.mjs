// The page of somebody at a call-centre desk: the live cart of the one customer on the line.

const afterTrouble = { firstMs: 1_000, mostMs: 30_000 };

/**
 * Shows the customer's cart in `root`, keeps it up to date, and adds what the desk is asked for.
 * `openSocket(url, protocols)` gives a WebSocket; `later(ms, work)` is for tests. Gives how to end.
 */
export const openDesk = async ({
  root,
  endpoint,
  site,
  customer,
  token,
  openSocket,
  later = (ms, work) => void setTimeout(work, ms),
}) => {
  const list = root.querySelector('[data-cart]');
  const note = root.querySelector('[data-note]');
  const form = root.querySelector('form[data-add]');
  const at = `${endpoint}/v1/customers/${encodeURIComponent(customer)}`;
  let socket;
  let isOver = false;
  let asked = 0;
  let shown = 0;
  let tries = 0;

  const say = (text) => {
    note.textContent = text;
  };
  const sayTrouble = ({ message }) => say(message);

  const ask = async (path, init = {}) => {
    const headers = { authorization: `Bearer ${token}`, 'relevo-site': site, ...init.headers };
    const reply = await fetch(at + path, { ...init, headers });
    const answer = await reply.json();
    if (!reply.ok) throw Object.assign(new Error(answer.message), { status: reply.status });
    return answer;
  };

  const show = async () => {
    const turn = ++asked;
    const { entries } = await ask('/cart');
    // Of two reads the one that was asked later is newer, whichever comes last.
    if (isOver || turn < shown) return;
    shown = turn;
    const items = entries.map(({ quantity, title, sku, actor, parked }) => {
      const item = root.ownerDocument.createElement('li');
      // As text: what stands in a cart comes from pages.
      item.textContent = `${quantity} × ${title ?? sku}${actor ? ` (${actor})` : ''}${parked ? `, set aside: ${parked}` : ''}`;
      return item;
    });
    list.replaceChildren(...items);
  };

  /** Between once and twice as long each time: desks that lost one server do not all come back at once. */
  const listenAgain = () => {
    const ms = Math.min(afterTrouble.mostMs, afterTrouble.firstMs * 2 ** tries++);
    later(ms / 2 + Math.random() * (ms / 2), () => {
      if (!isOver) listen().catch(lost);
    });
  };

  const lost = (error) => {
    if (isOver) return;
    if (error.status === 401 || error.status === 403) return void sayTrouble(error);
    say('Not live: trying again.');
    listenAgain();
  };

  /** What is told is only that something changed: it is read again. */
  const listen = async () => {
    const { ticket } = await ask('/live', { method: 'POST' });
    socket = openSocket(`${endpoint.replace(/^http/, 'ws')}/v1/live`, ['relevo.v1', `t.${ticket}`]);
    socket.addEventListener('error', () => {});
    socket.addEventListener('message', () => show().catch(sayTrouble));
    // What changed between reading and listening was told to nobody.
    socket.addEventListener('open', () => {
      if (tries > 0) say('Live again.');
      tries = 0;
      show().catch(sayTrouble);
    });
    socket.addEventListener('close', ({ code }) => {
      if (code === 4401) say('The call is over: this desk may not look any longer.');
      else lost({});
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
    add(sku.value, Number(quantity.value)).catch(sayTrouble);
  });
  await show();
  await listen().catch(lost);
  return () => {
    isOver = true;
    socket?.close();
  };
};
