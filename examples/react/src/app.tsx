import { useSyncStatus } from 'relevo/react';
import { Account } from './account.tsx';
import { Cart } from './cart.tsx';
import { CurrencyChoice, ProductList, Recent } from './product-list.tsx';

export const App = () => (
  <>
    <header>
      <strong>Nido</strong>
      <SyncState />
      <CurrencyChoice />
      <Account />
    </header>
    <main>
      <section aria-label="Products">
        <h1>Things for a home</h1>
        <ProductList />
        <Recent />
      </section>
      <Cart />
    </main>
  </>
);

const words: { readonly [connection: string]: string } = { online: 'Synced', offline: 'Offline' };

const SyncState = () => {
  const text = useSyncStatus(({ connection, pending }) => {
    const state = words[connection] ?? 'Ready';
    return pending ? `${state} · ${pending} waiting` : state;
  });
  return (
    <span className="state" role="status">
      {text}
    </span>
  );
};
