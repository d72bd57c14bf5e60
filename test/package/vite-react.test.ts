import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isInstalled } from '../browser/harness/browsers.ts';
import { type SyncServer, startSyncServer } from '../browser/harness/sync-server.ts';
import { chromiumOptions } from '../browser/storage/launch.ts';
import { emptyFolder, type Folder, root, run, tarball } from './workbench.ts';

/** Runs one of the example's own commands until `close`, on any free port; without the NODE_ENV of a test runner. */
const serve = async (folder: string, script: 'dev' | 'preview') => {
  const child = spawn('env', ['-u', 'NODE_ENV', 'npm', 'run', script, '--', '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    // npm does not pass a signal on to what it runs: the whole group is ended.
    detached: true,
  });
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`npm run ${script} ended:\n${said.join('\n')}`)));
    createInterface(child.stdout).on('line', (line) => {
      said.push(stripVTControlCharacters(line));
      const found = /Local:\s+(http:\S+)/.exec(said.at(-1) ?? '');
      if (found?.[1]) resolve(found[1]);
    });
  });
  return {
    url,
    async close() {
      const ended = once(child, 'exit');
      if (child.pid) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
};

const endpointIs = (url: string) => `VITE_SYNC_SERVER=${url}\n`;

describe.runIf(isInstalled('chromium'))('examples/react in a clean folder, by its own commands', () => {
  let folder: Folder;
  let server: SyncServer;
  let example: string;
  const closings: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    folder = emptyFolder();
    server = await startSyncServer();
    example = join(folder.path, 'examples/react');
    const ofGit = run(root, 'git', 'ls-files', 'examples/react').trim().split('\n');
    for (const file of ofGit) cpSync(join(root, file), join(folder.path, file));
    mkdirSync(join(folder.path, 'packed'));
    copyFileSync(tarball('relevo'), join(folder.path, 'packed/relevo-0.1.0.tgz'));
    folder.write('examples/react/.env', endpointIs(`http://127.0.0.1:${server.port}`));
    run(example, 'npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
  });

  afterAll(async () => {
    for (const close of closings.reverse()) await close();
    await server.close();
    folder.remove();
  });

  test('its types hold against the packed ones', () => {
    expect(run(example, join(root, 'node_modules/.bin/tsc'), '-p', '.')).toBe('');
  });

  test('a Node server renders the placeholder with it', () => {
    const program = `
      import { createElement } from 'react';
      import { renderToString } from 'react-dom/server';
      import { createRelevo } from 'relevo';
      import { RelevoProvider, useCart } from 'relevo/react';
      const relevo = createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo' });
      const Cart = () => (useCart().isReady ? 'empty' : 'placeholder');
      console.log(renderToString(createElement(RelevoProvider, { relevo }, createElement(Cart))));
    `;
    expect(run(example, 'node', '--input-type=module', '--eval', program).trim()).toBe('placeholder');
  });

  test('Vite builds it without a warning', () => {
    const said = run(example, 'sh', '-c', 'unset NODE_ENV; node_modules/.bin/vite build 2>&1');
    expect(said).toContain('✓ built');
    expect(said).not.toMatch(/warn|directive|\(!\)/i);
  });

  test('two devices share a cart, a currency and what was looked at; nothing empty is shown in between', async () => {
    run(example, 'env', '-u', 'NODE_ENV', 'npm', 'run', 'build');
    const browser = await chromium.launch(chromiumOptions);
    closings.push(() => browser.close());
    const complaints: string[] = [];
    /** A device: a browser profile of its own, and the page from one of Vite's two servers. */
    const device = async (script: 'dev' | 'preview'): Promise<Page> => {
      const { url, close } = await serve(example, script);
      closings.push(close);
      const page = await (await browser.newContext({ viewport: { width: 360, height: 800 } })).newPage();
      page.setDefaultTimeout(15_000);
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      await page.addInitScript(recordCart);
      await page.goto(url);
      return page;
    };
    const cartOf = (page: Page) => page.getByRole('complementary', { name: 'Cart' });
    const shows = async (page: Page, title: string, quantity: number) => {
      const output = cartOf(page)
        .getByLabel(`Quantity of ${title}`)
        .and(page.getByText(String(quantity), { exact: true }));
      await output.waitFor();
    };

    const laptop = await device('preview');
    await cartOf(laptop).getByText('Nothing here yet.').waitFor();
    await laptop.getByRole('button', { name: 'Add Sofa' }).click();
    await laptop.getByRole('button', { name: 'Add Vase' }).click();
    await laptop.getByRole('button', { name: 'One Vase more' }).click();
    await laptop.getByText('Reading lamp').click();
    await laptop.getByLabel('Currency').selectOption('USD');
    await shows(laptop, 'Vase', 2);
    await laptop.getByRole('button', { name: 'Sign in as ana' }).click();
    await laptop.getByRole('button', { name: 'Sign out ana' }).waitFor();

    const phone = await device('dev');
    await phone.getByRole('button', { name: 'Sign in as ana' }).click();
    await shows(phone, 'Sofa, three seats', 1);
    await shows(phone, 'Vase', 2);
    await phone.getByRole('region', { name: 'Recently viewed' }).getByText('Reading lamp').waitFor();
    expect(await phone.getByLabel('Currency').inputValue()).toBe('USD');
    expect(await cartOf(phone).getByLabel('Total').innerText()).toBe('$1,545');

    await phone.getByRole('button', { name: 'One Vase more' }).click();
    await shows(laptop, 'Vase', 3);
    await laptop.getByRole('button', { name: 'One Sofa, three seats less' }).click();
    await phone.getByLabel('Quantity of Sofa, three seats').waitFor({ state: 'detached' });

    await laptop.reload();
    await shows(laptop, 'Vase', 3);
    const shown = await laptop.evaluate<string[]>('shown');
    expect(shown[0]).toBe('Your cart');
    expect(shown.filter((text) => text.includes('Nothing here yet.'))).toEqual([]);

    for (const width of [360, 1280]) {
      await laptop.setViewportSize({ width, height: 800 });
      expect(await laptop.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
    await laptop.getByRole('button', { name: 'Sign out ana' }).click();
    await cartOf(laptop).getByText('Nothing here yet.').waitFor();
    await shows(phone, 'Vase', 3);
    expect(complaints).toEqual([]);
  });
});

/** Every text of the cart, in the order in which the page had them. */
const recordCart = `
  globalThis.shown = [];
  new MutationObserver(() => {
    const text = document.querySelector('aside')?.innerText.trim();
    if (text !== undefined && text !== shown.at(-1)) shown.push(text);
  }).observe(document, { childList: true, subtree: true, characterData: true });
`;
