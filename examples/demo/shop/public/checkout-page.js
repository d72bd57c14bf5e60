import { findProduct } from './catalogue.js';
import { element } from './element.js';
import { rememberOrder } from './thank-you.js';
import { troubleText } from './trouble-text.js';

const find = (testId) => document.querySelector(`[data-testid="${testId}"]`);

/** The page before paying: what will be paid, who pays, and the way to the payment provider. */
export const showCheckout = ({ cart, currency, withRelevo }) => {
  const list = find('checkout-lines');
  if (!list) return;
  const total = find('checkout-total');
  const say = (text) => {
    find('checkout-trouble').textContent = text;
    find('checkout-trouble').hidden = text === '';
  };

  const show = () => {
    const lines = cart.lines();
    list.replaceChildren(...lines.map((line) => lineElement(line, currency)));
    total.dataset.amountMinor = String(sumOf(lines));
    total.textContent = currency.format(sumOf(lines));
    find('checkout-summary').hidden = lines.length === 0;
    find('checkout-empty').hidden = lines.length > 0;
  };
  cart.subscribe(show);
  currency.subscribe(show);
  show();
  if (new URLSearchParams(window.location.search).has('refused'))
    say('The card was refused. Nothing was paid, and your cart is as it was.');

  withRelevo((relevo) => {
    signInToPay(relevo, say);
    find('pay').addEventListener('click', () => goToPayment(relevo, { currency, say }));
  });
};

/** What is frozen is what is paid, on whatever device it changes meanwhile. */
const goToPayment = async (relevo, { currency, say }) => {
  const button = find('pay');
  button.disabled = true;
  say('');
  try {
    const { id, lines } = await relevo.checkout.begin();
    rememberOrder({ id: '', checkoutId: id, lines: lines.map(({ sku, quantity }) => ({ sku, quantity })) });
    const asked = new URLSearchParams({ checkout: id, sum: currency.format(sumOf(lines)) });
    window.location.assign(`/pay?${asked}`);
  } catch (error) {
    button.disabled = false;
    say(troubleText(error));
  }
};

/**
 * Signs in on the way to paying. The occasion is said by `signIn` itself, before any page asks for a token without it.
 * What does not work out leaves a guest: the shop's session is ended again.
 */
const signInToPay = (relevo, say) => {
  const door = find('checkout-door');
  door?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const buttons = [...door.querySelectorAll('button')];
    for (const button of buttons) button.disabled = true;
    try {
      const body = new URLSearchParams({ customer: event.submitter.value });
      const reply = await fetch('/checkout/sign-in', { method: 'POST', body });
      if (!reply.ok) throw new Error('The shop does not answer at the moment. Try again, or pay as a guest.');
      await relevo.signIn(await reply.text(), { during: 'checkout' });
      window.location.assign('/checkout');
    } catch (error) {
      await fetch('/sign-out', { method: 'POST', redirect: 'manual' }).catch(() => {});
      for (const button of buttons) button.disabled = false;
      say(troubleText(error));
    }
  });
};

const sumOf = (lines) =>
  lines.reduce((sum, { sku, quantity }) => sum + (findProduct(sku)?.amountMinor ?? 0) * quantity, 0);

const lineElement = ({ sku, quantity }, currency) => {
  const { title, amountMinor } = findProduct(sku);
  return element('li', { class: 'order-line', 'data-testid': 'checkout-line', 'data-sku': sku }, [
    element('img', { src: `/pictures/${sku}.svg`, alt: '', width: 64, height: 64 }),
    element('span', {}, [`${quantity} × ${title}`]),
    element('span', { class: 'line-sum' }, [currency.format(amountMinor * quantity)]),
  ]);
};
