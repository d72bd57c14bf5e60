import { html } from '../shop/html.mjs';

const kinds = { laptop: 'Laptop', phone: 'Phone' };

/** The start page of the demo. */
export const stagePage = (devices) =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Relevo demo: one customer, two devices</title>
<link rel="icon" href="${devices[0].origin}/pictures/LAMP-2.svg" type="image/svg+xml">
<link rel="stylesheet" href="/stage.css">
<script type="module" src="/stage.js"></script>
</head>
<body>
<header>
  <h1>One customer, two devices</h1>
  <p>Below is the same shop on a laptop and on a phone, with separate storage, like two real devices. Relevo carries the cart, the currency and what was viewed from one to the other, also after they were offline.</p>
  <ol>
    <li><b>Add</b> something on the laptop. The phone does not know: nobody signed in.</li>
    <li><b>Sign in</b> as Ana on both. The cart is on the phone; now change it and watch.</li>
    <li><b>Switch both offline</b>, change both carts, switch back on: nothing is lost.</li>
  </ol>
</header>
<main>
${devices.map(
  ({ id, origin }) => html`<section class="device ${id}" data-testid="device-${id}" aria-label="${kinds[id]}">
  <div class="bar">
    <h2>${kinds[id]}</h2>
    <span class="state" data-testid="state-${id}" data-connection="none" role="status">Starting</span>
    <label class="switch"><input type="checkbox" role="switch" data-device="${id}" data-testid="line-${id}" checked><span>Online</span></label>
  </div>
  <div class="shell"><iframe src="${origin}/" title="The shop on the ${id}" data-origin="${origin}" data-testid="frame-${id}"></iframe></div>
</section>
`,
)}</main>
</body>
</html>`.text;
