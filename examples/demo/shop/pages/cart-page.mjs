import { html } from '../html.mjs';

/** The cart. Its lines stand in the browser's storage, so the page's own script draws them. */
export const cartPage = () => ({
  title: 'Your cart',
  main: html`<h1>Your cart</h1>
<ul class="lines" data-testid="cart-lines"></ul>
<p class="empty" data-testid="cart-empty" hidden>Nothing here yet. <a href="/">Look around</a>, or sign in to find what you put aside on another device.</p>
<div class="summary" data-testid="cart-summary" hidden>
  <span>Total</span><strong data-testid="cart-total" data-amount-minor="0"></strong>
  <button type="button" data-testid="buy">Buy in one click</button>
  <a class="button" href="/checkout" data-testid="check-out">Check out</a>
</div>`,
});

/** After buying. */
export const thankYouPage = () => ({
  title: 'Thank you',
  main: html`<h1>Thank you</h1>
<p>Your order <strong data-testid="order-id"></strong> is on its way to an imaginary address.</p>
<p class="trouble" role="alert" data-testid="order-twice" hidden></p>
<ul class="lines" data-testid="order-lines"></ul>
<p><a class="button" href="/">Back to the shop</a></p>`,
});

export const notFoundPage = () => ({
  title: 'Not here',
  main: html`<h1>That is not here</h1><p><a href="/">To all products</a></p>`,
});
