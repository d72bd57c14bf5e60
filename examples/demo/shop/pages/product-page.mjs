import { html, jsonLd } from '../html.mjs';
import { products, shopCurrency } from '../public/catalogue.js';
import { price } from './price.mjs';

/** One product, with the JSON-LD that shops publish for search engines. */
export const productPage = (product, { shop }) => {
  const { sku, slug, title, kind, amountMinor, blurb } = product;
  const url = `${shop.origin}/product/${slug}`;
  return {
    title,
    head: jsonLd({
      '@context': 'https://schema.org',
      '@type': 'Product',
      sku,
      name: title,
      description: blurb,
      category: kind,
      image: [`${shop.origin}/pictures/${sku}.svg`],
      url,
      offers: {
        '@type': 'Offer',
        price: (amountMinor / 100).toFixed(2),
        priceCurrency: shopCurrency,
        availability: 'https://schema.org/InStock',
        url,
      },
    }),
    main: html`<nav class="crumbs quiet" aria-label="Breadcrumb"><a href="/">All products</a> / ${kind}</nav>
<article class="product" data-testid="product-page" data-sku="${sku}">
  <img src="/pictures/${sku}.svg" alt="Drawing: ${title}" width="400" height="400">
  <div>
    <h1>${title}</h1>
    ${price(amountMinor)}
    <p>${blurb}</p>
    <div class="buy">
      <label><span class="unseen">Quantity</span><select data-testid="quantity">${[1, 2, 3, 4, 5].map((n) => html`<option>${n}</option>`)}</select></label>
      <button type="button" class="main" data-add="${sku}" data-testid="add">Add to cart</button>
    </div>
    <ul class="facts quiet"><li>In stock, with you in three days</li><li>Thirty days to change your mind</li></ul>
  </div>
</article>`,
    below: html`<section aria-labelledby="more"><h2 id="more">Goes well with it</h2>
<ul class="grid four">${companions(product).map(
      (
        other,
      ) => html`<li class="card"><a href="/product/${other.slug}"><img src="/pictures/${other.sku}.svg" alt="" width="400" height="400" loading="lazy">
<span class="card-kind">${other.kind}</span><span class="card-title">${other.title}</span></a></li>`,
    )}</ul></section>`,
  };
};

/** Four others, chosen by the product's place in the catalogue, so that they never change. */
const companions = (product) => {
  const at = products.indexOf(product);
  return [3, 7, 12, 16].map((step) => products[(at + step) % products.length]);
};
