import { findProduct } from './catalogue.js';
import { element } from './element.js';

/** The strip of recently viewed products, and the switch that allows it. */
export const showRecentlyViewed = async (relevo) => {
  const strip = document.querySelector('[data-testid="recent"]');
  const hint = document.querySelector('[data-testid="recent-hint"]');
  const consent = document.querySelector('[data-testid="consent"]');

  const show = () => {
    const granted = relevo.consent.current.personalization === 'granted';
    consent.checked = granted;
    const viewed = relevo.browsing
      .recent({ kind: 'product', limit: 8 })
      .map((view) => findProduct(view.id))
      .filter((product) => product !== undefined);
    strip.replaceChildren(...viewed.map(card));
    hint.hidden = granted && viewed.length > 0;
    hint.textContent = granted ? 'Nothing yet: open a product.' : 'Off: nothing is stored or sent.';
  };

  consent.addEventListener('change', () => {
    relevo.consent.set({ personalization: consent.checked ? 'granted' : 'denied' });
  });
  await relevo.ready;
  consent.disabled = false;
  relevo.subscribe(show);
  show();
};

const card = ({ sku, slug, title }) =>
  element('li', { 'data-testid': 'recent-item', 'data-sku': sku }, [
    element('a', { href: `/product/${slug}` }, [
      element('img', { src: `/pictures/${sku}.svg`, alt: '', width: 72, height: 72 }),
      element('span', {}, [title]),
    ]),
  ]);
