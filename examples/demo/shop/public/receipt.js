import { findProduct } from './catalogue.js';
import { element } from './element.js';
import { receiptSummary, receiptText, undoneText } from './receipt-text.js';
import { say } from './say.js';
import { troubleText } from './trouble-text.js';

const storageKey = 'nido.receipt.v1';

/** At sign-out: the next person must not read what was in the cart. */
export const forgetReceipt = () => window.sessionStorage.removeItem(storageKey);

/**
 * The receipt of a merge, from the `merge` event until it is closed, over the pages of this tab. Every device of the
 * customer hears of it, and each may take it back.
 */
export const showReceipt = (relevo) => {
  const panels = document.querySelector('[data-testid="panels"]');
  // The guest's lines are in view before they are merged; what is left behind is never seen again.
  const titles = new Map();
  const linesOf = () => [...relevo.cart.lines, ...relevo.cart.parked];
  const note = () => {
    for (const { key, sku, title } of linesOf()) titles.set(key, findProduct(sku)?.title ?? title ?? sku);
  };
  relevo.cart.subscribe(note);
  const titleOf = (key) => titles.get(key) ?? 'An article';
  const quantities = () => new Map(relevo.cart.lines.map(({ key, quantity }) => [key, quantity]));

  const keep = (shown) => {
    window.sessionStorage.setItem(storageKey, JSON.stringify(shown));
    draw(shown);
  };
  const close = () => {
    forgetReceipt();
    draw(null);
  };

  const undo = async (shown, button) => {
    const before = quantities();
    button.disabled = true;
    try {
      await relevo.undoMerge(shown.id);
      note();
      const changed = undoneText(before, quantities(), titleOf);
      keep({ ...shown, undone: changed.length > 0 ? changed : ['Nothing of the cart had to change.'] });
      say('Taken back.', changed.join(' '));
    } catch (error) {
      button.disabled = false;
      draw({ ...shown, trouble: troubleText(error) });
    }
  };

  const draw = (shown) => {
    panels.querySelector('[data-testid="receipt"]')?.remove();
    if (shown) panels.prepend(panel(shown, { undo, close }));
  };

  relevo.on('merge', ({ receipt }) => {
    note();
    const kept = parse(window.sessionStorage.getItem(storageKey));
    if (receipt.undoneAtMs !== undefined) {
      if (kept?.id !== receipt.id || kept.undone) return;
      return keep({ ...kept, undone: ['On another device of yours.'] });
    }
    const lineOf = (key) => ({ title: titleOf(key), quantity: relevo.cart.find(key)?.quantity ?? 0 });
    const lines = receiptText(receipt, lineOf);
    if (lines.length === 0) return;
    keep({ id: receipt.id, lines });
    say('Your carts were put together:', `${receiptSummary(receipt)}.`);
  });
  relevo.on('signout', close);
  // Paid for: the cart that it speaks of is gone.
  relevo.on('checkout', ({ status }) => status === 'completed' && close());
  relevo.ready.then(() => {
    note();
    draw(parse(window.sessionStorage.getItem(storageKey)));
  });
};

const panel = ({ id, lines, undone, trouble }, { undo, close }) => {
  const list = (texts) =>
    element(
      'ul',
      {},
      texts.map((text) => element('li', {}, [text])),
    );
  const takeBack = element('button', { type: 'button', 'data-testid': 'undo' }, ['Take it back']);
  takeBack.addEventListener('click', () => undo({ id, lines }, takeBack));
  return element('section', { class: 'panel receipt', 'data-testid': 'receipt', 'aria-labelledby': 'receipt-title' }, [
    element('h2', { id: 'receipt-title' }, [undone ? 'Taken back' : 'Your carts were put together']),
    undone ? element('div', { 'data-testid': 'undone' }, [list(undone)]) : list(lines),
    ...(trouble ? [element('p', { class: 'trouble', role: 'alert', 'data-testid': 'undo-trouble' }, [trouble])] : []),
    element('div', { class: 'panel-foot' }, [
      ...(undone ? [] : [takeBack]),
      element('button', { type: 'button', class: 'plain', 'data-testid': 'close-receipt', onclick: close }, [
        undone ? 'Close' : 'Fine, close',
      ]),
    ]),
  ]);
};

const parse = (text) => {
  try {
    const shown = JSON.parse(text ?? 'null');
    return typeof shown?.id === 'string' && Array.isArray(shown.lines) ? shown : null;
  } catch {
    return null;
  }
};
