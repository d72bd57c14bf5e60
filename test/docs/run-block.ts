// `node run-block.ts FILE`: runs one code block of a document as a program of its own, then ends it,
// since pages and servers live on. What it rejects or throws in its first moments counts.
import { pathToFileURL } from 'node:url';
import type { FunctionComponent } from 'react';
import { renderApp } from './render-app.ts';

if (process.env['RELEVO_DOCS_PAGE']) await import('./page-harness.ts');
const file = process.argv[2] ?? '';
const isApp = file.endsWith('.tsx.mjs');
if (isApp) await visit();
const block = (await import(pathToFileURL(file).href)) as { readonly App?: FunctionComponent };
if (isApp) await renderApp(block.App);
// Two turns of the event loop, for rejections that nobody hears.
await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
process.exit(0);

/** An app's page finds what its device holds from a visit before: its lists are not all empty. */
async function visit(): Promise<void> {
  const { createRelevo } = await import('relevo');
  const relevo = createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo' });
  await relevo.cart.add({ sku: 'MUG-1', title: 'Mug' }).saved;
  await relevo.stop();
}
