import { customers } from '../customers.mjs';
import { html } from '../html.mjs';

/** Before paying. What is paid stands in the browser's storage, so the page's own script draws it. */
export const checkoutPage = ({ customer }) => ({
  title: 'Check out',
  main: html`<h1>Check out</h1>
${customer ? '' : signInFirst}
<h2 class="list-title">You pay for</h2>
<ul class="lines" data-testid="checkout-lines"></ul>
<p class="empty" data-testid="checkout-empty" hidden>Nothing to pay. <a href="/">Look around</a></p>
<div class="summary" data-testid="checkout-summary" hidden>
  <span>Total</span><strong data-testid="checkout-total" data-amount-minor="0"></strong>
  <button type="button" class="main" data-testid="pay">${customer ? 'Go to payment' : 'Pay as a guest'}</button>
</div>
<p class="trouble" role="alert" data-testid="checkout-trouble" hidden></p>`,
});

const signInFirst = html`<section class="panel" aria-labelledby="door-title">
  <h2 id="door-title">Have an account?</h2>
  <p>Sign in, and you still pay for exactly what is below. What waits in your other cart is set aside, not bought and not lost.</p>
  <form method="post" action="/sign-in" class="people" data-testid="checkout-door">
    <input type="hidden" name="back" value="/checkout">
    ${customers.map(
      ({ id, name }) =>
        html`<button name="customer" value="${id}" data-testid="checkout-sign-in-${id}"><span class="face" aria-hidden="true">${name[0]}</span>${name}</button>`,
    )}
  </form>
</section>`;

/** The page of the payment provider, which knows nothing of carts. */
export const payPage = ({ checkout = '', sum = '' }) =>
  providerPage(
    'Pago, payment provider',
    html`<h1>Pay ${sum} to Nido</h1>
<p class="quiet">This page belongs to the payment provider. No card needed: choose how it goes.</p>
<form method="post" action="/pay" class="ways">
  <input type="hidden" name="checkout" value="${checkout}">
  <button name="way" value="return" class="main" data-testid="pay-return">Pay and go back to the shop</button>
  <p class="quiet">The shop’s thank-you page says that it was paid.</p>
  <button name="way" value="closed" class="main" data-testid="pay-closed">Pay and close this page</button>
  <p class="quiet">No page of the shop ever hears of it. The provider tells the shop’s server, and that tells Relevo.</p>
  <button name="way" value="refused" data-testid="pay-refused">The card is refused</button>
  <p class="quiet">Nothing is paid, nothing changes.</p>
</form>`,
  );

/** What stands for a closed page: nothing of the shop, and no script, is on it. */
export const closedPage = ({ order = '' }) =>
  providerPage(
    'This page was closed',
    html`<h1>This page was closed</h1>
<p>Order <strong data-testid="closed-order">${order}</strong> is paid. No page of the shop was told: the provider told the shop’s server, and that told Relevo.</p>
<p>Look at the other device: what was bought has left the cart there.</p>
<p><a class="button" href="/cart" data-testid="reopen">Open the shop again</a></p>`,
  );

export const troublePage = () =>
  providerPage(
    'Not now',
    html`<h1>That did not work</h1>
<p>The shop’s server cannot reach the sync server at the moment. Nothing was changed: go back and try again.</p>
<p><a class="button" href="/cart">Back to the cart</a></p>`,
  );

const providerPage = (title, main) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/pictures/LAMP-2.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/shop.css">
<link rel="stylesheet" href="/assets/acts.css">
</head>
<body class="provider">
<header class="provider-top">pago <span class="quiet">payments, imaginary</span></header>
<main>${main}</main>
</body>
</html>`;
