import { createElement, type FunctionComponent } from 'react';

/** Renders the component that a block of a document exports, as a page would. What React warns of is an error here. */
export const renderApp = async (App: FunctionComponent | undefined): Promise<void> => {
  if (!App) throw new Error('exports no App');
  // After the page is there: React DOM looks for one while it loads.
  const { flushSync } = await import('react-dom');
  const { createRoot } = await import('react-dom/client');
  const errors: string[] = [];
  console.error = (...words: unknown[]) => void errors.push(words.join(' '));
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place, { onUncaughtError: (error) => void errors.push(String(error)) });
  flushSync(() => root.render(createElement(App)));
  const text = place.textContent;
  await new Promise((resolve) => setTimeout(resolve));
  flushSync(() => root.unmount());
  if (errors.length > 0) throw new Error(errors.join('\n'));
  if (!text) throw new Error('shows nothing');
};
