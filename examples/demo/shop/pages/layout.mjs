import { customers } from '../customers.mjs';
import { html } from '../html.mjs';
import { currencies } from '../public/currency.js';

/**
 * What all pages share: the head with Relevo's script tag, the header, the recently viewed strip.
 *
 * @param {{ title: string, head?: unknown, main: unknown, recentFirst?: unknown }} page
 * @param {{ shop: Shop, customer?: { id: string, name: string }, path: string }} context
 */
export const layout = (page, { shop, customer, path }) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title} · Nido</title>
<link rel="icon" href="/pictures/LAMP-2.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/shop.css">
<link rel="stylesheet" href="/assets/acts.css">
${page.head}
<script async src="${shop.scriptUrl}"
  data-endpoint="${shop.endpoint}"
  data-site="pk_demo"
  data-capture="ga4 jsonld"
  data-token-url="/relevo/token"${shop.device ? html` data-device="${shop.device}"` : ''}></script>
<script type="module" src="/assets/device-frame.js"></script>
<script type="module" src="/assets/shop.js"></script>
</head>
<body data-stage="${shop.stageOrigin}" data-device="${shop.device ?? 'shared'}">
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
  <a class="brand" href="/" aria-label="Nido, to the start">nido<span aria-hidden="true">.</span></a>
  <span class="status" data-testid="status" data-connection="none" role="status">No sync yet</span>
  <label class="currency"><span class="unseen">Currency</span>
    <select data-testid="currency">${currencies.map((code) => html`<option>${code}</option>`)}</select></label>
  <details class="account">
    ${customer ? signedIn(customer) : signedOut(path)}
  </details>
  <a class="cart-link" href="/cart" data-testid="cart-link">
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d="M4 8h16l-1.6 11.2a1 1 0 0 1-1 .8H6.6a1 1 0 0 1-1-.8zM8.5 8V7a3.5 3.5 0 0 1 7 0v1"/></svg>
    <span class="badge" data-testid="cart-count" data-count="0" hidden>0</span>
  </a>
</header>
<div class="notes" data-testid="notes" aria-live="polite"></div>
<main id="main">
<div class="panels" data-testid="panels"></div>
${page.main}
<section class="parked" aria-labelledby="parked-title" data-testid="parked" hidden>
  <h2 id="parked-title">Set aside for you</h2>
  <p class="quiet">Kept, but not in the cart and not paid for.</p>
  <ul data-testid="parked-lines"></ul>
</section>
<section class="recent" aria-labelledby="recent-title">
  <div class="recent-head">
    <h2 id="recent-title">Recently viewed</h2>
    <label class="switch"><input type="checkbox" role="switch" data-testid="consent" disabled><span>Remember what I looked at</span></label>
  </div>
  <p class="quiet" data-testid="recent-hint">Needs the sync server’s script, which has not come yet.</p>
  <ul class="recent-list" data-testid="recent"></ul>
</section>
${page.below}
</main>
<footer class="quiet">A demo. Nothing is sold, nobody is charged.</footer>
</body>
</html>`;

const signedIn = ({
  id,
  name,
}) => html`<summary data-testid="account" data-customer="${id}"><span class="face" aria-hidden="true">${name[0]}</span>${name}</summary>
    <div class="menu">
      <form method="post" action="/sign-out" data-testid="leave"><button data-testid="sign-out">Sign out</button></form>
    </div>`;

const signedOut = (path) => html`<summary data-testid="account" data-customer="">Sign in</summary>
    <div class="menu">
      <form method="post" action="/sign-in">
        <input type="hidden" name="back" value="${path}">
        ${customers.map(
          ({ id, name }) =>
            html`<button name="customer" value="${id}" data-testid="sign-in-${id}"><span class="face" aria-hidden="true">${name[0]}</span>${name}</button>`,
        )}
      </form>
    </div>`;
