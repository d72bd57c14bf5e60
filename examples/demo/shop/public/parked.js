import { findProduct } from './catalogue.js';
import { element } from './element.js';

/** What is set aside, with a button that puts it back into the cart; `putBack` notes which, for what is said of it. */
export const showParked = async (relevo, putBack) => {
  const section = document.querySelector('[data-testid="parked"]');
  if (!['/cart', '/checkout'].includes(window.location.pathname)) return;
  const list = section.querySelector('[data-testid="parked-lines"]');

  const show = () => {
    section.hidden = relevo.cart.parked.length === 0;
    list.replaceChildren(...relevo.cart.parked.map((line) => parkedLine(line, { relevo, putBack })));
  };
  await relevo.ready;
  relevo.cart.subscribe(show);
  show();
};

const parkedLine = ({ key, sku, quantity }, { relevo, putBack }) => {
  const title = findProduct(sku)?.title ?? sku;
  const back = () => {
    putBack.add(sku);
    relevo.cart.unpark(key);
  };
  return element('li', { class: 'parked-line', 'data-testid': 'parked-line', 'data-sku': sku }, [
    element('img', { src: `/pictures/${sku}.svg`, alt: '', width: 56, height: 56 }),
    element('span', {}, [`${quantity} × ${title}`]),
    element(
      'button',
      { type: 'button', class: 'small', 'data-testid': 'unpark', 'aria-label': `Put back: ${title}`, onclick: back },
      ['Put back'],
    ),
  ]);
};
