import { expect, test } from 'vitest';
import { useCart } from '../../../src/react/index.ts';
import { during, mount, opened, watchReact } from '../screen.tsx';

watchReact();

test('a component shows the cart and what becomes of it', async () => {
  const { relevo } = await opened();
  const Count = () => <b>{useCart().count}</b>;
  const screen = await mount(relevo, <Count />);
  expect(screen.text()).toBe('0');
  await during(() => relevo.cart.add({ sku: 'SOFA-3', quantity: 2 }));
  expect(screen.text()).toBe('2');
  await screen.close();
  await relevo.stop();
});
