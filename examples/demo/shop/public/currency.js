const storageKey = 'nido.currency.v1';

// Fixed, because a demo must show the same prices tomorrow.
const rates = { EUR: 1, USD: 1.08, GBP: 0.85 };

export const currencies = Object.keys(rates);

const isCurrency = (value) => typeof value === 'string' && Object.hasOwn(rates, value);

/** What prices are shown in. Display only: the cart and the events stay in the shop's own currency. */
export const createCurrencyChoice = (storage) => {
  const listeners = new Set();
  const choice = {
    current() {
      const stored = storage.getItem(storageKey);
      return isCurrency(stored) ? stored : 'EUR';
    },
    choose(currency) {
      if (!isCurrency(currency) || currency === choice.current()) return;
      storage.setItem(storageKey, currency);
      for (const listener of listeners) listener();
    },
    /** `129900` (EUR cents) → `€1,299.00`, or its worth in the chosen currency. */
    format(amountMinor) {
      const currency = choice.current();
      return new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(
        (amountMinor * rates[currency]) / 100,
      );
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return choice;
};
