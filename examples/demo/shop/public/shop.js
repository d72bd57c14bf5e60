import { createAnalytics } from './analytics.js';
import { bindCart } from './bind-cart.js';
import { showCartPage } from './cart-page.js';
import { createCurrencyChoice } from './currency.js';
import { createOwnCart } from './own-cart.js';
import { announceChange, showAccount, showCount, showPrices, showStatus } from './page-frame.js';
import { showBuyButtons } from './product-buttons.js';
import { showRecentlyViewed } from './recently-viewed.js';
import { showThankYou } from './thank-you.js';

// The shop as it was.
window.dataLayer = window.dataLayer || [];
const { track } = createAnalytics(window.dataLayer);
const cart = createOwnCart({ storage: window.localStorage, track });
const currency = createCurrencyChoice(window.localStorage);

window.addEventListener('storage', cart.changedElsewhere);
showCount(cart);
showBuyButtons(cart);
showCartPage({ cart, currency, track });
showThankYou({ cart, currency, track });

// What Relevo adds. relevo.js may come before this module, after it, or never: the queue takes all three.
window.relevo = window.relevo || [];
const withRelevo = (use) => window.relevo.push(use);
withRelevo((relevo) => bindCart(relevo, cart, announceChange));
withRelevo(showStatus);
withRelevo(showRecentlyViewed);
showPrices(currency, withRelevo);
showAccount(withRelevo);
