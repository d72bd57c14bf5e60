import { html } from '../html.mjs';
import { products } from '../public/catalogue.js';
import { price } from './price.mjs';

/** The start of the shop: every product. */
export const listPage = () => ({
  title: 'Things for a calm home',
  main: html`<section class="hero">
  <h1>Things for a calm home</h1>
  <p>Twenty pieces, drawn and made to stay.</p>
</section>`,
  below: html`<ul class="grid" data-testid="products">
${products.map(
  ({ sku, slug, title, kind, amountMinor }) => html`<li class="card" data-testid="product" data-sku="${sku}">
  <a href="/product/${slug}" data-testid="product-link"><img src="/pictures/${sku}.svg" alt="" width="400" height="400" loading="lazy">
  <span class="card-kind">${kind}</span><span class="card-title">${title}</span></a>
  <div class="card-foot">${price(amountMinor)}<button type="button" class="small" data-add="${sku}" data-testid="add" aria-label="Add ${title} to the cart">Add</button></div>
</li>
`,
)}</ul>`,
});
