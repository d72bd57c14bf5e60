import { createAnalytics } from './analytics.js';
import { bindCart } from './bind-cart.js';
import { showCartPage } from './cart-page.js';
import { showCheckout } from './checkout-page.js';
import { createCurrencyChoice } from './currency.js';
import { showLeaving } from './leaving.js';
import { createOwnCart } from './own-cart.js';
import { announceChange, announceCheckouts, showAccount, showCount, showPrices, showStatus } from './page-frame.js';
import { showParked } from './parked.js';
import { showBuyButtons } from './product-buttons.js';
import { showReceipt } from './receipt.js';
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
showAccount();

// What Relevo adds. relevo.js may come before this module, after it, or never: the queue takes all three.
window.relevo = window.relevo || [];
const withRelevo = (use) => window.relevo.push(use);
const putBack = new Set();
withRelevo((relevo) => bindCart(relevo, cart, (change) => announceChange(change, putBack)));
withRelevo(showStatus);
withRelevo(showReceipt);
withRelevo(announceCheckouts);
withRelevo((relevo) => showParked(relevo, putBack));
withRelevo(showRecentlyViewed);
showPrices(currency, withRelevo);
showLeaving(withRelevo);
showCartPage({ cart, currency, track, withRelevo });
showCheckout({ cart, currency, withRelevo });
showThankYou({ cart, currency, track, withRelevo });
