import { usePreference, useReady, useRecent, useRelevo } from 'relevo/react';
import { type Currency, currencies, type Product, priceText, products } from './products.ts';

export const useCurrency = () => usePreference<Currency>('currency', 'EUR');

export const CurrencyChoice = () => {
  const [currency, setCurrency] = useCurrency();
  const isReady = useReady();
  return (
    <select
      aria-label="Currency"
      disabled={!isReady}
      value={currency}
      onChange={({ target }) => setCurrency(target.value as Currency)}
    >
      {currencies.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
};

const Picture = ({ of: { colours, path } }: { of: Product }) => (
  <svg viewBox="0 0 100 100" aria-hidden="true" style={{ background: colours[0] }}>
    <path d={path} fill={colours[1]} fillRule="evenodd" />
  </svg>
);

export const ProductList = () => {
  const { cart, browsing } = useRelevo();
  const [currency] = useCurrency();
  return (
    <ul className="products">
      {products.map((product) => {
        const { sku, title, text, euros } = product;
        const price = { amountMinor: euros * 100, currency: 'EUR' };
        const look = (isOpen: boolean) => isOpen && browsing.view({ kind: 'product', id: sku, title });
        return (
          <li key={sku} className="card">
            <Picture of={product} />
            <details onToggle={({ currentTarget }) => look(currentTarget.open)}>
              <summary>{title}</summary>
              <p>{text}</p>
            </details>
            <p className="row">
              <span>{priceText(euros, currency)}</span>
              <button type="button" aria-label={`Add ${title}`} onClick={() => cart.add({ sku, title, price })}>
                Add
              </button>
            </p>
          </li>
        );
      })}
    </ul>
  );
};

export const Recent = () => {
  const views = useRecent({ kind: 'product', limit: 4 });
  const isReady = useReady();
  return (
    <section className="recent" aria-label="Recently viewed">
      <h2>Recently viewed</h2>
      {isReady && views.length === 0 && <p className="quiet">Open a product to see it here, on every device.</p>}
      <ul>
        {views.map(({ key, id, title }) => {
          const product = products.find(({ sku }) => sku === id);
          return (
            <li key={key}>
              {product && <Picture of={product} />}
              {title}
            </li>
          );
        })}
      </ul>
    </section>
  );
};
