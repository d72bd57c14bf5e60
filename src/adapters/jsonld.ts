import type { Relevo, ViewItem } from '../client/api.ts';
import { compact, type Loose, toList, toPrice, toText, toWebUrl } from './page-values.ts';

/**
 * The product that a page's JSON-LD describes, as views for the browsing history: usually one or none.
 *
 * - `Product`, its kin (`IndividualProduct`) and `ProductGroup`, as an object, in arrays, in `@graph` or as
 *   `mainEntity`; `@type` may be a list and may carry schema.org's address. A group is one product; what it lacks is
 *   taken from its first variant.
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
  const here = toWebUrl(pageUrl);
  const viewById = new Map<string, ViewItem>();
  for (const text of texts) {
    try {
      for (const view of toViews(JSON.parse(text), pageUrl)) viewById.set(view.id, view);
    } catch {
      // No JSON, or nested deeper than the stack: the page's other scripts still count.
    }
  }
  const views = [...viewById.values()];
  const isHere = ({ url }: ViewItem) => url && withoutQuery(url) === withoutQuery(here);
  return (views.length > 1 ? views.filter(isHere) : views).map((view) => compact({ url: here, ...view }));
};

const withoutQuery = (url?: string) => url?.replace(/\/?(\?.*)?$/, '');

const toViews = (node: Loose | undefined, pageUrl: string): ViewItem[] => {
  if (!toList(node?.['@type']).some((type) => /Product(Group)?$/.test(`${type}`))) {
    const inside = Array.isArray(node) ? node : [node?.['@graph'], node?.mainEntity];
    return inside.flatMap((member) => (member ? toViews(member, pageUrl) : []));
  }
  const sku = node?.sku ?? node?.productGroupID;
  const product: Loose = { ...toList(node?.hasVariant)[0], ...node };
  const gtins = ['', 13, 14, 12, 8].map((digits) => product[`gtin${digits}`]);
  const title = toText(product.name);
  const id = toText(sku, product.sku, product.productID, ...gtins, product.mpn, title);
  const offer = toList(product.offers)[0];
  const part = toList(offer?.priceSpecification)[0];
  const image = toList(product.image)[0];
  const view = {
    kind: 'product',
    title,
    url: toWebUrl(toText(node?.url, toList(node?.offers)[0]?.url), pageUrl),
    image: toWebUrl(toText(image, image?.url, image?.contentUrl), pageUrl),
    price: toPrice(
      toText(offer?.price, offer?.lowPrice, part?.price),
      toText(offer?.priceCurrency, part?.priceCurrency),
    ),
  };
  return id ? [compact({ ...view, id })] : [];
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
  let present = new Set<string>();
  const scan = () => {
    timer = undefined;
    const texts = Array.from(document.querySelectorAll(selector), ({ textContent }) => textContent ?? '');
    const views = jsonldToViews(texts, location.href);
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
