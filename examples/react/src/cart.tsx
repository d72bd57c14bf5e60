import { memo } from 'react';
import { useCart, useCartLine, useReady, useRelevo } from 'relevo/react';
import { useCurrency } from './product-list.tsx';
import { priceText } from './products.ts';

/** Reads the keys alone: a changed quantity renders its row and the total, not the list. */
export const Cart = () => {
  const isReady = useReady();
  const keys = useCart(({ lines }) => lines.map(({ key }) => key));
  return (
    <aside className="card" aria-label="Cart" aria-busy={!isReady}>
      <h2>Your cart</h2>
      {!isReady && keys.length === 0 && <p className="placeholder" />}
      {isReady && keys.length === 0 && <p className="quiet">Nothing here yet.</p>}
      <ul>
        {keys.map((key) => (
          <Row key={key} lineKey={key} />
        ))}
      </ul>
      {keys.length > 0 && <Total />}
    </aside>
  );
};

const Row = memo(({ lineKey }: { lineKey: string }) => {
  const { cart } = useRelevo();
  const line = useCartLine(lineKey);
  if (!line) return null;
  const { title = line.sku, quantity } = line;
  return (
    <li className="row">
      <span>{title}</span>
      <span className="stepper">
        <button type="button" aria-label={`One ${title} less`} onClick={() => cart.setQuantity(lineKey, quantity - 1)}>
          −
        </button>
        <output aria-label={`Quantity of ${title}`}>{quantity}</output>
        <button type="button" aria-label={`One ${title} more`} onClick={() => cart.setQuantity(lineKey, quantity + 1)}>
          +
        </button>
      </span>
    </li>
  );
});

const Total = () => {
  const [currency] = useCurrency();
  const euros = useCart(({ lines }) =>
    lines.reduce((sum, { price, quantity }) => sum + ((price?.amountMinor ?? 0) / 100) * quantity, 0),
  );
  return (
    <p className="row total">
      <span>Total</span>
      <output aria-label="Total">{priceText(euros, currency)}</output>
    </p>
  );
};
