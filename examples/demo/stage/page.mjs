import { customers } from '../shop/customers.mjs';
import { html } from '../shop/html.mjs';
import { products } from '../shop/public/catalogue.js';
import { acts } from './acts.mjs';

const kinds = { laptop: 'Ana’s laptop', phone: 'Ana’s phone', tablet: 'Tablet in the store' };

/** The start page of the demo. */
export const stagePage = (devices) =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Relevo demo: one customer, many devices</title>
<link rel="icon" href="${devices[0].origin}/pictures/LAMP-2.svg" type="image/svg+xml">
<link rel="stylesheet" href="/stage.css">
<link rel="stylesheet" href="/story.css">
<script type="module" src="/stage.js"></script>
<script type="module" src="/acts.js"></script>
<script type="module" src="/till.js"></script>
</head>
<body>
<header>
  <h1>One customer, many devices</h1>
  <p>Relevo carries a shop’s cart from device to device. Here is one shop on several devices. Follow the story, act by act.</p>
  <nav aria-label="The story"><ol class="acts">${acts.map(
    ({ id, label }) =>
      html`<li><a href="#${id}" data-act="${id}" data-testid="act-${id}"><span>${label}</span></a></li>`,
  )}</ol></nav>
</header>
<div class="story">
${acts.map(actSection)}
<section class="said" aria-labelledby="said-title">
  <h2 id="said-title">What happened</h2>
  <ol data-testid="said" aria-live="polite"><li class="quiet">Nothing yet.</li></ol>
</section>
</div>
<main>
${devices.filter(({ id }) => id !== 'phone').map(deviceSection)}${tillSection}${devices.filter(({ id }) => id === 'phone').map(deviceSection)}</main>
</body>
</html>`.text;

const actSection = (
  { id, title, places, steps, look },
  index,
) => html`<section class="act" id="${id}" tabindex="-1" data-places="${places.join(' ')}" aria-labelledby="${id}-title"${index > 0 ? html` hidden` : ''}>
  <h2 id="${id}-title">${index + 1}. ${title}</h2>
  <ol class="steps">${steps.map(([where, what]) => html`<li><b>${where}</b> ${what}</li>`)}</ol>
  <p class="look">${look}</p>
  ${index < acts.length - 1 ? html`<a class="next" href="#${acts[index + 1].id}">Next: ${acts[index + 1].label}</a>` : ''}
</section>
`;

const deviceSection = ({
  id,
  origin,
}) => html`<section class="device ${id}" data-place="${id}" data-testid="device-${id}" aria-label="${kinds[id]}">
  <div class="bar">
    <h2>${kinds[id]}</h2>
    <span class="state" data-testid="state-${id}" data-connection="none" role="status">Starting</span>
    <label class="switch"><input type="checkbox" role="switch" data-device="${id}" data-testid="line-${id}" checked><span>Online</span></label>
  </div>
  <div class="shell"><iframe src="${origin}/" title="The shop on the ${id}" data-origin="${origin}" data-name="${id}" data-testid="frame-${id}"></iframe></div>
</section>
`;

const scanned = ['STOOL-1', 'CUSHION-1', 'VASE-1', 'PLANT-1'];

const tillSection = html`<section class="device till" data-place="till" data-testid="device-till" aria-label="The till" hidden>
  <div class="bar"><h2>Till 3, in the store</h2></div>
  <form class="counter" data-testid="till" method="post" action="/till">
    <label>Customer at the till <select name="customer" data-testid="till-customer">${customers.map(({ id, name }) => html`<option value="${id}">${name}</option>`)}</select></label>
    <div class="scan">${products
      .filter(({ sku }) => scanned.includes(sku))
      .map(
        ({ sku, title }) =>
          html`<button name="sku" value="${sku}" data-command="scan" data-testid="scan-${sku}"><span class="code" aria-hidden="true"></span>Scan ${title}</button>`,
      )}</div>
    <div class="sell"><button data-command="show" data-testid="till-show">Show the cart</button><button class="strong" data-command="pay" data-testid="till-pay">Sell all</button></div>
    <div class="paper"><p class="quiet">Printed by the till:</p><ul data-testid="paper" role="status"><li>Ready.</li></ul></div>
  </form>
  <p class="aside">A plain script, without the SDK: the till speaks HTTP with a server key. <code>examples/till</code></p>
</section>
`;
