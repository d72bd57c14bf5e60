import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type FunctionComponent, type ReactNode, useState } from 'react';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import type { Relevo } from '../../../src/client/api.ts';
import { createRelevo } from '../../../src/entries/inert.ts';
import * as pageHooks from '../../../src/react/index.ts';
import { within, world } from '../../client/world.ts';
import { consent, createRecord, during, hydrate, opened, promised } from '../screen.tsx';

type Hooks = typeof pageHooks;
type App = (hooks: Hooks) => FunctionComponent;
type Render = (node: ReactNode) => string | Promise<string>;

const inert = () => createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo' });

const streamed: Render = (node) => {
  const { pipe } = renderToPipeableStream(node);
  return text(pipe(new PassThrough()));
};

/** Renders as a server does, which has a copy of the hooks of its own: no context is shared with the page. */
const onServer = async (app: App, relevo: Relevo = inert(), render: Render = renderToString): Promise<string> => {
  vi.resetModules();
  const hooks = await import('../../../src/react/index.ts');
  const Page = app(hooks);
  return render(
    <hooks.RelevoProvider relevo={relevo}>
      <Page />
    </hooks.RelevoProvider>,
  );
};

/** An app as it should be written: a placeholder until it is known. */
const createCart = () => {
  const { texts, useRecord } = createRecord();
  const app: App =
    ({ useCart }) =>
    () => {
      const { isReady, count } = useCart();
      return <b>{useRecord(isReady ? (count ? `${count} in your cart` : 'Your cart is empty.') : '…')}</b>;
    };
  return { texts, app, Cart: app(pageHooks) };
};

/** A device that holds two of A, opened anew; not yet readable. */
const reopened = async (signedIn = false) => {
  const made = world();
  const { device } = made.device({ consent });
  const first = device.open().relevo;
  await made.clock.pass(100);
  if (signedIn) await within(made, 1_000, first.signIn(made.token('ana')));
  first.cart.add({ sku: 'A', quantity: 2 });
  first.preferences.set('currency', 'EUR');
  first.browsing.view({ kind: 'product', id: 'A' });
  first.collection('quiz').set('first', 1);
  await within(made, 1_000, first.flush());
  await first.stop();
  return { ...made, device };
};

test.each([
  ['renderToString', renderToString],
  ['renderToPipeableStream', streamed],
])('%s makes a placeholder, and the page shows it and then the real cart, never an empty one', async (_, render) => {
  const { clock, device } = await reopened();
  const { app, Cart, texts } = createCart();
  const markup = await onServer(app, inert(), render);
  expect(markup).toBe('<b>…</b>');
  const { relevo } = device.open();
  const screen = await hydrate(relevo, <Cart />, markup);
  await during(() => clock.pass(1_000));
  expect(texts).toEqual(['…', '2 in your cart']);
  await screen.close();
  await relevo.stop();
});

test('the page hydrates what the server made also when the state is readable before React starts', async () => {
  const { clock, device } = await reopened();
  const { app, Cart, texts } = createCart();
  const { relevo } = device.open();
  await clock.pass(100);
  expect(relevo.cart.count).toBe(2);
  const screen = await hydrate(relevo, <Cart />, await onServer(app));
  expect(texts).toEqual(['…', '2 in your cart']);
  await screen.close();
  await relevo.stop();
});

test('an instance that a server holds by mistake renders no customer', async () => {
  const { relevo } = await opened();
  relevo.cart.add({ sku: 'A' });
  expect(await onServer(createCart().app, relevo)).toBe('<b>…</b>');
  await relevo.stop();
});

test('on a shared device the placeholder stays until the token says whose page it is', async () => {
  const { clock, device, token } = await reopened(true);
  const { app, Cart, texts } = createCart();
  const answer = promised<string>();
  const { relevo } = device.open({ getToken: () => answer.promise });
  const screen = await hydrate(relevo, <Cart />, await onServer(app));
  await during(() => clock.pass(3_000));
  expect(texts).toEqual(['…']);
  answer.keep(token('ana'));
  await during(() => clock.pass(1_000));
  expect(texts).toEqual(['…', '2 in your cart']);
  await screen.close();
  await relevo.stop();
});

test('a cart that stays empty becomes ready as well', async () => {
  const made = world();
  const { app, Cart, texts } = createCart();
  const { relevo } = made.device().device.open();
  const screen = await hydrate(relevo, <Cart />, await onServer(app));
  await during(() => made.clock.pass(100));
  expect(texts).toEqual(['…', 'Your cart is empty.']);
  await screen.close();
  await relevo.stop();
});

const everyHook =
  (useRecord: (text: string) => string): App =>
  (hooks) =>
  () =>
    useRecord(
      JSON.stringify([
        hooks.useCart().lines.length,
        hooks.useCartLine({ sku: 'A' })?.quantity ?? null,
        hooks.useIdentity().anonymousId.length > 0,
        hooks.useRecent().map(({ id }) => id),
        hooks.usePreference('currency')[0] ?? null,
        hooks.useCollection('quiz')[0],
        hooks.useEntry('quiz', 'first')[0] ?? null,
        hooks.useSyncStatus().isReady,
      ]),
    );
const nothing = '[0,null,false,[],null,[],null,false]';
const everything = '[1,2,true,["A"],"EUR",[["first",1]],1,true]';

test('every hook is neutral on the server and while hydrating, whatever is known by then', async () => {
  const { clock, device } = await reopened();
  const { texts, useRecord } = createRecord();
  const app = everyHook(useRecord);
  const Page = app(pageHooks);
  const { relevo } = device.open();
  await clock.pass(100);
  const markup = await onServer(app);
  expect(markup.replaceAll('&quot;', '"')).toBe(nothing);
  const screen = await hydrate(relevo, <Page />, markup);
  expect(texts).toEqual([nothing, everything]);
  await screen.close();
  await relevo.stop();
});

test('what mounts on the page later shows the state in its first render', async () => {
  const { clock, device } = await reopened();
  const { texts, useRecord } = createRecord();
  const { relevo } = device.open();
  await clock.pass(100);
  const Everything = everyHook(useRecord)(pageHooks);
  const open = { panel: () => {} };
  const Page = () => {
    const [isOpen, setOpen] = useState(false);
    open.panel = () => setOpen(true);
    return <main>{isOpen ? <Everything /> : 'closed'}</main>;
  };
  const screen = await hydrate(relevo, <Page />, await onServer(() => Page));
  await during(() => open.panel());
  expect(texts).toEqual([everything]);
  await screen.close();
  await relevo.stop();
});
