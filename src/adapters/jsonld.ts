import type { Relevo, ViewItem } from '../client/api.ts';
import { isObject, type Loose, toList, toPrice, toText, toWebUrl } from './page-values.ts';

/**
 * The product that a page's JSON-LD describes, as views for the browsing history: usually one or none.
 *
 * - `Product` and `ProductGroup`, as an object, in arrays, in `@graph` or as `mainEntity`; `@type` may be a list
 *   and may carry schema.org's address. Of a group, the variant whose address is the page's, else the group
 *   itself, with what it lacks taken from its first variant.
 * - id is `sku`, which is also what GA4 events carry as `item_id`, so both report one view; else `productGroupID`,
 *   `productID`, a GTIN, `mpn`, the name. The same id twice is one view.
 * - Several products are a list, not a view: then only those count that name the page as their own address.
 * - Only http(s) addresses, made absolute, without fragment. What is no JSON is ignored.
 *
 * Pure; never throws.
 *
 * @param texts - the contents of the page's `script[type="application/ld+json"]`
 * @param pageUrl - the page's address
 * @example jsonldToViews(['{"@type":"Product","sku":"SOFA-3","name":"Sofa"}'], 'https://shop.example/sofa')
 * // [{ kind: 'product', id: 'SOFA-3', title: 'Sofa', url: 'https://shop.example/sofa' }]
 */
export const jsonldToViews = (texts: readonly string[], pageUrl: string): ViewItem[] => {
  const products = texts.flatMap((text) => {
    try {
      return findProducts(JSON.parse(text), 0);
    } catch {
      return [];
    }
  });
  const here = toWebUrl(pageUrl);
  const viewById = new Map<string, ViewItem>();
  for (const product of products) {
    const view = toView(product, pageUrl);
    if (view && !viewById.has(view.id)) viewById.set(view.id, view);
  }
  const views = [...viewById.values()];
  const isHere = ({ url }: ViewItem) => url !== undefined && withoutQuery(url) === withoutQuery(here);
  return (views.length > 1 ? views.filter(isHere) : views).map((view) => ({ ...(here && { url: here }), ...view }));
};

const withoutQuery = (url = ''): string => url.replace(/\/?(\?.*)?$/, '');

// Deeper than any real page nests them.
const maxDepth = 6;

const findProducts = (node: unknown, depth: number): Loose[] => {
  if (!isObject(node) || depth > maxDepth) return [];
  if (Array.isArray(node)) return node.flatMap((member) => findProducts(member, depth + 1));
  if (toList(node['@type']).some((type) => /(^|[/:])Product(Group)?$/.test(`${type}`))) return [node];
  return [node['@graph'], node.mainEntity].flatMap((member) => findProducts(member, depth + 1));
};

const firstObject = (value: unknown): Loose => toList(value).find(isObject) ?? {};

const toView = (product: Loose, pageUrl: string): ViewItem | undefined => {
  const urlOf = (node: Loose) => toWebUrl(toText(node.url, firstObject(node.offers).url), pageUrl);
  const variants = toList(product.hasVariant).filter(isObject);
  const chosen = variants.find((variant) => urlOf(variant) === toWebUrl(pageUrl));
  const node: Loose = chosen ? { ...product, ...chosen } : { ...variants[0], ...product };

  const { gtin, gtin13, gtin14, gtin12, gtin8 } = node;
  const shopId = chosen ? toText(chosen.sku) : toText(product.sku, product.productGroupID);
  const id = toText(shopId, node.sku, node.productID, gtin, gtin13, gtin14, gtin12, gtin8, node.mpn, node.name);
  if (!id) return undefined;

  const offer = firstObject(node.offers);
  const priced = { ...firstObject(offer.priceSpecification), ...offer };
  const price = toPrice(toText(priced.price, priced.lowPrice), priced.priceCurrency);
  const picture = toList(node.image)[0];
  const image = toWebUrl(isObject(picture) ? toText(picture.url, picture.contentUrl) : picture, pageUrl);
  const title = toText(node.name);
  const url = urlOf(chosen ? node : product);
  return {
    kind: 'product',
    id,
    ...(title && { title }),
    ...(url && { url }),
    ...(image && { image }),
    ...(price && { price }),
  };
};

const selector = 'script[type="application/ld+json" i]';
const settleMs = 200;

/**
 * Reports the product that the page's JSON-LD describes as a view: at start, and 200 ms after scripts were added or
 * replaced (single-page shops; many changes within that time are one look). A product that stays on the page is not
 * reported again; after it was gone it is. Nothing of the page is changed or patched: a MutationObserver looks on.
 *
 * @returns stops: disconnects the observer and clears its timer
 * @example const stop = captureJsonld(relevo, document);
 */
export const captureJsonld = (relevo: Pick<Relevo, 'capture'>, document: Document): (() => void) => {
  let scanned = '';
  let present = new Set<string>();
  const scan = () => {
    timer = undefined;
    const texts = Array.from(document.querySelectorAll(selector), ({ textContent }) => textContent ?? '');
    const pageUrl = document.location.href;
    const state = JSON.stringify([pageUrl, texts]);
    if (state === scanned) return;
    scanned = state;
    const views = jsonldToViews(texts, pageUrl);
    const items = views.filter(({ id }) => !present.has(id));
    present = new Set(views.map(({ id }) => id));
    try {
      if (items.length) relevo.capture({ type: 'view', items });
    } catch {
      // What the engine refuses must not become an uncaught error of the page.
    }
  };

  let timer: ReturnType<typeof setTimeout> | undefined;
  const observer = new MutationObserver(() => {
    timer ??= setTimeout(scan, settleMs);
  });
  scan();
  // The whole document: an inline script in the page's <head> may still be arriving, and frameworks add them anywhere.
  observer.observe(document, { childList: true, subtree: true });

  return () => {
    observer.disconnect();
    clearTimeout(timer);
  };
};
