import { html } from '../html.mjs';

/** In the shop's own currency; the page shows it in the chosen one. */
export const price = (amountMinor) =>
  html`<span class="price" data-amount-minor="${amountMinor}">€${(amountMinor / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })}</span>`;
