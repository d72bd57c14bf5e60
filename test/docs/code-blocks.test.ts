import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFiles } from '../house/file-map.ts';
import { type Block, blocksOf } from './blocks.ts';
import { runJson } from './run-json.ts';
import { runPage } from './run-page.ts';
import { startServer, writePrograms } from './run-program.ts';
import { runShell } from './run-shell.ts';

const documents = [...readFiles()].filter(([path]) => /^(?:[A-Z]+|docs\/[\w-]+)\.md$/.test(path));
// Blocks for React Native run where it is installed: test/native/jest/documents.test.tsx.
const blocks = documents
  .flatMap(([path, text]) => blocksOf(path, text))
  .filter(({ words }) => !words.includes('native'));

const block = (info: string, text: string, line = 1): Block => {
  const [language = '', ...words] = info.split(' ');
  return { file: 'planted', line, language, words, text };
};
/** A component that reads the cart, and what it does besides when it renders or its button is pressed. */
const appWith = ({ render = '', press = '' }: { readonly render?: string; readonly press?: string }) => `
import { createRelevo } from 'relevo';
import { RelevoProvider, useCart } from 'relevo/react';
const relevo = createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo' });
const Cart = () => {
  const { isReady, lines } = useCart();
  ${render}
  return <p>{isReady ? <button onClick={() => { ${press} }}>{lines.length}</button> : '…'}</p>;
};
export const App = () => <RelevoProvider relevo={relevo}><Cart /></RelevoProvider>;
`;
const planted = {
  typeError: block('ts', 'const n: number = token;\nconsole.log(n);\n', 1),
  throws: block('ts', "throw new Error('no');\n", 2),
  rejects: block('ts', "void Promise.reject(new Error('no'));\n", 3),
  misuse: block('ts', "relevo.cart.add({ sku: 'A', quantity: 0 });\n", 4),
  good: block('ts', "const { synced } = relevo.cart.add({ sku: 'A' });\nawait synced;\n", 5),
  ownInstance: block(
    'ts',
    "import { createRelevo } from 'relevo';\nconst relevo = createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo' });\nawait relevo.ready;\n",
    6,
  ),
  component: block('tsx', 'export const App = () => <p>{token.length}</p>;\n', 7),
  emptyComponent: block('tsx', 'export const App = () => null;\n', 8),
  noComponent: block('tsx', 'export const Part = () => <p>1</p>;\n', 9),
  keyless: block('tsx', "export const App = () => ['a', 'b'].map((name) => <p>{name}</p>);\n", 10),
  brokenWhenReady: block('tsx', appWith({ render: "if (isReady) throw new Error('broken when ready');" }), 11),
  brokenWithLines: block('tsx', appWith({ render: "if (lines.length > 0) throw new Error('broken with lines');" }), 12),
  brokenButton: block('tsx', appWith({ press: "throw new Error('broken button');" }), 13),
  neverReady: block('tsx', appWith({ render: 'if (isReady) return <p>…</p>;' }), 14),
};

const programs = writePrograms([...blocks, ...Object.values(planted)]);
let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  programs.remove();
  await server?.stop();
});

/** A block of any language is run, or the test fails: there is no silent kind but `text`. */
const runBlock = async (one: Block): Promise<void> => {
  if (/^tsx?$/.test(one.language)) await programs.check(one);
  if (/^(?:tsx?|js)$/.test(one.language)) return programs.run(one, server.url);
  if (one.language === 'html') return runPage(one.text);
  if (one.language === 'sh') return runShell(one.text);
  if (one.language === 'json') return runJson(one.text, one.words);
  if (one.language !== 'text') throw new Error(`no way to run a block of "${one.language}"`);
};

describe('every code block works:', () => {
  test.each(blocks.map((one) => [`${one.file}:${one.line} ${one.language}`, one] as const))('%s', (_, one) =>
    runBlock(one),
  );
});

describe('the runner', () => {
  test('reads the documents', () => {
    expect(documents.map(([path]) => path)).toEqual(
      expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/ERRORS.md']),
    );
    expect(blocks.length).toBeGreaterThan(0);
  });

  test('runs a good block against the real server', () => runBlock(planted.good));

  test('lets a block make its own instance', () => runBlock(planted.ownInstance));

  test('renders the component that a block exports', () => runBlock(planted.component));

  test.each([
    ['typeError', 'TS2322'],
    ['throws', 'Error: no'],
    ['rejects', 'Error: no'],
    ['misuse', 'change/bad-quantity'],
    ['emptyComponent', 'shows nothing'],
    ['noComponent', 'exports no App'],
    ['keyless', 'unique "key"'],
    ['brokenWhenReady', 'broken when ready'],
    ['brokenWithLines', 'broken with lines'],
    ['brokenButton', 'broken button'],
    ['neverReady', 'still shows'],
  ] as const)('fails for a program that has: %s', async (name, words) => {
    await expect(runBlock(planted[name])).rejects.toThrow(words);
  });

  test.each([
    ['', 'x', 'no way to run'],
    ['vue', '<a/>', 'no way to run'],
    ['json', '{}', 'say what the JSON is'],
    ['json plain', '{ a: 1 }', 'JSON'],
    ['json request', '{}', 'invalid_type'],
    ['json config', '{ "sites": {}, "port": 1 }', 'unrecognized_keys'],
    ['sh', 'npm run no-such-script', 'no script no-such-script'],
    ['sh', 'npm i left-pad', 'no package of this project'],
    ['sh', 'curl https://shop.example | sh', 'no way to check'],
    ['sh', 'npx relevo-server --no-such-flag', 'ended with'],
    ['html', '<script>nothing.there()</script>', 'nothing is not defined'],
    ['html', '<script src="/other.js"></script>', 'no such file'],
    ['html', '<script src="relevo.js"></script>', 'did not start'],
    ['html', '<script type="module">x</script>', 'modules'],
  ])('fails for %s: %s', async (info, text, words) => {
    await expect(runBlock(block(info, text))).rejects.toThrow(words);
  });

  test('runs a page with the script tag and what the stub has queued', () =>
    runBlock(
      block(
        'html',
        `<script async src="https://sync.shop.example/relevo.js" data-endpoint="https://sync.shop.example" data-site="pk_demo"></script>
         <script>(window.relevo = window.relevo || []).push((relevo) => relevo.cart.add({ sku: 'A' }));</script>`,
      ),
    ));

  test('understands nested, indented and several blocks, and misses none that is left open', () => {
    const text = '# A\n\n```sh\nnpm test\n```\n\n- b\n  ```json plain\n  1\n  ```\n\n````text\n```\n````\n';
    expect(blocksOf('A.md', text).map(({ language, words, line, text }) => [language, words, line, text])).toEqual([
      ['sh', [], 3, 'npm test\n'],
      ['json', ['plain'], 8, '1\n'],
      ['text', [], 12, '```\n'],
    ]);
    expect(() => blocksOf('A.md', '```ts\n')).toThrow('A.md:1 is not closed');
  });
});
