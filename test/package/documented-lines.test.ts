import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isInstalled } from '../browser/harness/browsers.ts';
import { chromiumOptions } from '../browser/storage/launch.ts';
import { blocksOf } from '../docs/blocks.ts';
import { emptyFolder, install, root, run, tarball } from './workbench.ts';

// A folder with nothing in it but the packed package and what its README says.
const blocks = blocksOf('README.md', readFileSync(join(root, 'README.md'), 'utf8'));
const blockWith = (language: string, words: string): string => {
  const found = blocks.find((one) => one.language === language && !one.words.length && one.text.includes(words));
  if (!found) throw new Error(`README.md has no ${language} block with ${words}`);
  return found.text;
};

const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'examples/react/package.json'), 'utf8'));
const exact = (name: string): string => `${name}@${{ ...dependencies, ...devDependencies }[name]}`;

const folder = emptyFolder();
beforeAll(() => {
  install(folder, tarball('relevo'), exact('react'), exact('react-dom'), exact('vite'));
  folder.write('shop.tsx', blockWith('tsx', 'relevo/react'));
  folder.write('node.ts', blockWith('ts', "from 'relevo'"));
  folder.write('tsconfig.json', '{ "compilerOptions": { "jsx": "react-jsx" } }');
  folder.write(
    'index.html',
    '<!doctype html><title>Shop</title><main></main><script type="module" src="/main.ts"></script>',
  );
  folder.write(
    'main.ts',
    `import { createElement } from 'react';
     import { createRoot } from 'react-dom/client';
     import { App } from './shop.tsx';
     createRoot(document.querySelector('main')!).render(createElement(App));`,
  );
});
afterAll(() => folder.remove());

test('the npm lines of the README run in Node, and let it end', () => {
  expect(run(folder.path, 'timeout', '10', 'node', 'node.ts')).toBe('');
});

describe.runIf(isInstalled('chromium'))('the React lines of the README, built by Vite', () => {
  test('work in Chromium, also after a reload', async () => {
    run(folder.path, 'node_modules/.bin/vite', 'build', '--logLevel', 'warn');
    const preview = spawn('node_modules/.bin/vite', ['preview', '--host', '127.0.0.1', '--port', '0'], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(preview, 'exit');
    const browser = await chromium.launch(chromiumOptions);
    try {
      let said = '';
      for await (const text of preview.stdout) {
        said += text;
        if (/http:\/\/127\.0\.0\.1:\d+/.test(said)) break;
      }
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(/http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? '');
      await page.getByText('In your cart: 0').waitFor();
      await page.getByRole('button', { name: 'Add the sofa' }).click();
      await page.getByText('In your cart: 1').waitFor();
      await page.reload();
      await page.getByText('In your cart: 1').waitFor();
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
      preview.kill();
      await ended;
    }
  });
});
