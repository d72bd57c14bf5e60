import { createElement, type FunctionComponent } from 'react';

const turnMs = 10;
const placeholder = '…';

/**
 * Renders the component that a block of a document exports, as a page would: until it shows more than its
 * placeholder, then every button is pressed once. What React warns of is an error here.
 */
export const renderApp = async (App: FunctionComponent | undefined): Promise<void> => {
  if (!App) throw new Error('exports no App');
  // After the page is there: React DOM looks for one while it loads.
  const { flushSync } = await import('react-dom');
  const { createRoot } = await import('react-dom/client');
  const errors: string[] = [];
  console.error = (...words: unknown[]) => void errors.push(words.join(' '));
  window.addEventListener('error', ({ message }) => void errors.push(message));
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place, { onUncaughtError: (error) => void errors.push(String(error)) });
  flushSync(() => root.render(createElement(App)));
  const isWaiting = () => errors.length === 0 && place.textContent?.includes(placeholder);
  for (let turn = 0; isWaiting() && turn < 500; turn++) await pause();
  if (isWaiting()) errors.push(`still shows ${placeholder} after five seconds`);
  const text = place.textContent;
  for (const button of place.querySelectorAll('button')) {
    if (button.isConnected) flushSync(() => button.click());
    await pause();
  }
  await pause();
  flushSync(() => root.unmount());
  if (errors.length > 0) throw new Error(errors.join('\n'));
  if (!text) throw new Error('shows nothing');
};

const pause = () => new Promise((resolve) => setTimeout(resolve, turnMs));
