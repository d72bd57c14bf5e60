import { readdirSync, readFileSync } from 'node:fs';
import { cartPage, notFoundPage, thankYouPage } from './pages/cart-page.mjs';
import { checkoutPage, closedPage, payPage, troublePage } from './pages/checkout-page.mjs';
import { layout } from './pages/layout.mjs';
import { listPage } from './pages/list-page.mjs';
import { productPage } from './pages/product-page.mjs';
import { pictureOf } from './pictures.mjs';
import { products } from './public/catalogue.js';
import { readForm } from './read-form.mjs';
import { createSessions } from './sessions.mjs';

/**
 * @typedef {object} Shop
 * @property {string} origin where this shop answers
 * @property {string} scriptUrl of relevo.js
 * @property {string} endpoint the sync server, as this device reaches it
 * @property {string} stageOrigin the page that may show this shop in a frame
 * @property {string} cookieName of the shop's own session
 * @property {(customerId: string) => Promise<string>} fetchToken a token of the sync server for a customer
 * @property {'personal' | 'shared'} [device] whose device this is; without it Relevo's default, shared
 * @property {ReturnType<typeof import('./payments.mjs').createPayments>} [payments] without it nothing can be paid by card
 */

const assetTypes = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};
const publicFolder = new URL('public/', import.meta.url);

/** The shop as a handler for `node:http`. @param {Shop} shop */
export const createShop = (shop) => {
  const sessions = createSessions(shop.cookieName);
  const assetNames = new Set(readdirSync(publicFolder));
  const headers = securityHeaders(shop);
  const productsBySlug = new Map(products.map((product) => [product.slug, product]));

  const sendPage = (req, res, page, status = 200) => {
    const path = new URL(req.url, shop.origin).pathname;
    const text = layout(page, { shop, customer: sessions.customerOf(req), path }).text;
    res
      .writeHead(status, { ...headers, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
      .end(text);
  };

  const pages = { '/': listPage, '/cart': cartPage, '/checkout': checkoutPage, '/thank-you': thankYouPage };

  const get = async (req, res, path) => {
    if (Object.hasOwn(pages, path)) return sendPage(req, res, pages[path]({ customer: sessions.customerOf(req) }));
    if (path === '/pay') return send(res, payPage(asked(req)).text, assetTypes.html);
    if (path === '/closed') return send(res, closedPage(asked(req)).text, assetTypes.html);
    if (path === '/relevo/token') return sendToken(req, res);
    const [, folder, name = '', ...rest] = path.split('/');
    const product = folder === 'product' && rest.length === 0 ? productsBySlug.get(name) : undefined;
    if (product) return sendPage(req, res, productPage(product, { shop }));
    const picture = folder === 'pictures' ? pictureOf(name.replace(/\.svg$/, '')) : undefined;
    if (picture) return send(res, picture, 'image/svg+xml');
    if (folder === 'assets' && assetNames.has(name)) {
      return send(res, readFileSync(new URL(name, publicFolder)), assetTypes[name.split('.').pop()]);
    }
    return sendPage(req, res, notFoundPage(), 404);
  };

  const send = (res, body, type) =>
    res.writeHead(200, { ...headers, 'content-type': type, 'cache-control': 'no-cache' }).end(body);

  // 204 is the shop's word for "signed out"; see data-token-url in the script tag.
  const sendToken = async (req, res) => {
    const customer = sessions.customerOf(req);
    const own = { ...headers, 'cache-control': 'no-store' };
    if (!customer) return res.writeHead(204, own).end();
    const token = await shop.fetchToken(customer.id);
    return res.writeHead(200, { ...own, 'content-type': 'text/plain' }).end(token);
  };

  const post = async (req, res, path) => {
    if (req.headers.origin !== shop.origin) return res.writeHead(403, headers).end();
    if (path === '/sign-out') return redirect(res, '/', sessions.close(req));
    if (path === '/pay') return pay(req, res, await readForm(req));
    if (path !== '/sign-in' && path !== '/checkout/sign-in') return res.writeHead(404, headers).end();
    const form = await readForm(req);
    const cookie = sessions.open(form.get('customer'));
    if (!cookie) return res.writeHead(400, headers).end();
    if (path === '/sign-in') return redirect(res, new URL(form.get('back') ?? '/', shop.origin).pathname, cookie);
    // The page says itself to Relevo that this was on the way to paying, so it needs the token and no new page.
    const token = await shop.fetchToken(form.get('customer'));
    const own = { ...headers, 'cache-control': 'no-store', 'content-type': 'text/plain', 'set-cookie': cookie };
    return res.writeHead(200, own).end(token);
  };

  const asked = (req) => Object.fromEntries(new URL(req.url, shop.origin).searchParams);

  /** What the provider does when the customer has decided. */
  const pay = async (req, res, form) => {
    const [way, checkoutId] = [form.get('way'), form.get('checkout')];
    if (way === 'refused') return redirect(res, '/checkout?refused');
    if (!shop.payments || !checkoutId) return res.writeHead(400, headers).end();
    const orderId = shop.payments.newOrderId();
    if (way === 'return') return redirect(res, `/thank-you?order=${orderId}`);
    await shop.payments.tellRelevo({ orderId, checkoutId, customerId: sessions.customerOf(req)?.id });
    return redirect(res, `/closed?order=${orderId}`);
  };

  const redirect = (res, location, cookie) =>
    res.writeHead(303, { ...headers, location, ...(cookie ? { 'set-cookie': cookie } : {}) }).end();

  return async (req, res) => {
    try {
      const path = new URL(req.url, shop.origin).pathname;
      if (req.method === 'GET' || req.method === 'HEAD') await get(req, res, path);
      else if (req.method === 'POST') await post(req, res, path);
      else res.writeHead(405, headers).end();
    } catch (error) {
      // The sync server may be down while somebody signs in: the page works on, Relevo asks again.
      console.error(`The shop could not answer ${req.method} ${req.url}: ${error.message}`);
      if (!res.headersSent) res.writeHead(503, { ...headers, 'content-type': assetTypes.html });
      res.end(troublePage().text);
    }
  };
};

/** As strict as a shop can be: no inline script or style, no frame but the demo's own start page. */
const securityHeaders = ({ scriptUrl, endpoint, stageOrigin }) => ({
  'content-security-policy': [
    "default-src 'none'",
    `script-src 'self' ${new URL(scriptUrl).origin}`,
    `connect-src 'self' ${endpoint} ${endpoint.replace(/^http/, 'ws')}`,
    "img-src 'self'",
    "style-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${stageOrigin}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
});
