import { startTransition, useEffect, useState } from 'react';
import { expect, test, vi } from 'vitest';
import { useCart } from '../../../src/react/index.ts';
import { mount, opened, promised } from '../screen.tsx';

/** Longer than React renders before it lets the page breathe. */
const sliceMs = 12;

const beBusy = () => {
  const until = performance.now() + sliceMs;
  while (performance.now() < until);
};

test('a change in the midst of an interrupted render tears nothing: no commit shows two states of the cart', async () => {
  const { relevo } = await opened();
  relevo.cart.add({ sku: 'A' });
  const rendered: number[] = [];
  const Slow = ({ at }: { at: number }) => {
    const count = useCart((cart) => cart.count);
    // Queued before React queues the rest of its work, so it runs between the first reader and the second.
    if (!rendered.length) setImmediate(() => relevo.cart.add({ sku: 'A' }));
    rendered.push(count);
    if (at < 3) beBusy();
    return <i>{count}</i>;
  };
  const committed = promised<string>();
  const start = { panel: () => {} };
  const Panel = () => {
    useEffect(() => {
      committed.keep(screen.text());
    });
    return [0, 1, 2, 3].map((at) => <Slow key={at} at={at} />);
  };
  const Page = () => {
    const [isOpen, setOpen] = useState(false);
    start.panel = () => startTransition(() => setOpen(true));
    return isOpen ? <Panel /> : null;
  };
  const screen = await mount(relevo, <Page />);
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false);
  start.panel();
  const firstCommit = await committed.promise;
  expect(rendered[0]).toBe(1);
  expect(rendered.slice(1, 4)).toContain(2);
  expect(firstCommit).toBe('2222');
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  await screen.close();
  await relevo.stop();
});
