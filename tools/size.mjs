// Measures what a shop ships, brotli 11, and fails above the budgets of sizes.json. Where the honest
// figure is above a budget, `exception: { ceilingBytes, why }` stands there and is printed each time;
// The figures `<!-- size:NAME -->20.3 kB` of README.md and docs/SIZE.md must be the measured ones. `--write` puts them
// there, and lowers a ceiling when the bundle has shrunk; nothing raises one. `--files` lists modules.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import nodeResolve from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';
import esbuild from 'rollup-plugin-esbuild';
import { minify } from 'terser';
import { terserOptions } from './terser-options.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const limitsFile = `${root}tools/sizes.json`;
const limits = JSON.parse(readFileSync(limitsFile, 'utf8'));
const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const brotli = (text) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

/** An application that uses `code` and nothing else, bundled and minified as a shop would. */
const application = async ({ from, code, browser = true, external = [] }) => {
  const entry = '\0application';
  const bundle = await rollup({
    input: entry,
    external,
    plugins: [
      {
        name: 'application',
        resolveId: (id) => (id === entry ? entry : (from[id] ?? null)),
        load: (id) => (id === entry ? code : null),
      },
      nodeResolve({ browser, extensions: ['.ts', '.js'] }),
      esbuild({ target: 'es2022', include: /\.[jt]s$/, exclude: [], tsconfig: false }),
    ],
    onwarn: (warning) => {
      // 'use client' is for bundlers of server components.
      if (/MODULE_LEVEL_DIRECTIVE|SOURCEMAP_ERROR/.test(warning.code)) return;
      throw new Error(`not a whole bundle: ${warning.message}`);
    },
  });
  const { output } = await bundle.generate({ format: 'es', inlineDynamicImports: true });
  return output[0];
};

const minified = async (code) => (await minify(code, { ...terserOptions(), module: true })).code;

const partOf = (id) => {
  const dependency = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1];
  return dependency ?? /\/src\/([^/]+)/.exec(id)?.[1] ?? 'the application';
};

/** What each part adds: its code minified and compressed alone, scaled so that the parts sum up to the whole. */
const parts = async (modules, wholeBytes, nameOf) => {
  const codeByPart = new Map();
  for (const [id, { code }] of Object.entries(modules)) {
    codeByPart.set(nameOf(id), `${codeByPart.get(nameOf(id)) ?? ''}${code ?? ''}\n`);
  }
  const alone = await Promise.all(
    [...codeByPart].map(async ([part, code]) => {
      // Not toplevel: a part alone looks unused.
      const { code: small } = await minify(code, { ...terserOptions(), toplevel: false, mangle: true, module: false });
      return [part, brotli(small)];
    }),
  );
  const sum = alone.reduce((total, [, bytes]) => total + bytes, 0);
  return alone.map(([part, bytes]) => [part, Math.round((bytes * wholeBytes) / sum)]).sort((a, b) => b[1] - a[1]);
};

const built = (entry) => root + entry.default.slice(2);
const only = "import { createRelevo } from 'relevo';\nwindow.start = createRelevo;\n";
const sizeOf = async (options) => brotli(await minified((await application(options)).code));
const sizes = {
  createRelevo: await sizeOf({ from: { relevo: built(exports['.'].browser) }, code: only }),
  reactNative: await sizeOf({
    from: { relevo: built(exports['.']['react-native']), 'relevo/react-native': built(exports['./react-native']) },
    code: "import { createRelevo } from 'relevo';\nimport { reactNative } from 'relevo/react-native';\nglobalThis.start = [createRelevo, reactNative];\n",
  }),
  react: await sizeOf({
    from: { 'relevo/react': built(exports['./react']) },
    code: "import * as hooks from 'relevo/react';\nwindow.hooks = hooks;\n",
    external: ['react'],
  }),
  scriptTag: brotli(readFileSync(root + exports['./relevo.js'].slice(2), 'utf8')),
};

const isWriting = process.argv.includes('--write');
const pages = ['README.md', 'docs/SIZE.md'].map((name) => ({ name, text: readFileSync(root + name, 'utf8') }));

let failed = false;
for (const [name, bytes] of Object.entries(sizes)) {
  const { what, budgetBytes, exception } = limits[name];
  const ceilingBytes = exception?.ceilingBytes ?? budgetBytes;
  const verdict =
    bytes <= budgetBytes ? 'ok' : bytes <= ceilingBytes ? `over budget, known: ${exception.why}` : 'TOO LARGE';
  failed ||= bytes > ceilingBytes;
  console.log(`${String(bytes).padStart(6)} bytes brotli of ${budgetBytes}  ${what.replaceAll('`', '')}: ${verdict}`);
  if (exception && isWriting) {
    if (bytes <= budgetBytes) delete limits[name].exception;
    else exception.ceilingBytes = Math.min(ceilingBytes, bytes);
  }
  const figure = new RegExp(`(<!-- size:${name} -->)(\\d+\\.\\d)(?= kB)`);
  const measured = (bytes / 1000).toFixed(1);
  for (const page of pages) {
    if (isWriting) page.text = page.text.replace(figure, `$1${measured}`);
    const said = figure.exec(page.text)?.[2];
    if (said === measured) continue;
    failed = true;
    console.log(`       ${page.name} says ${said ?? 'nothing'}, measured are ${measured} kB: npm run size -- --write`);
  }
}

const { modules } = await application({ from: { relevo: `${root}src/entries/browser.ts` }, code: only });
console.log('createRelevo by part (apportioned):');
const nameOf = process.argv.includes('--files') ? (id) => id.replace(root, '') : partOf;
for (const [part, bytes] of await parts(modules, sizes.createRelevo, nameOf))
  console.log(`${String(bytes).padStart(6)}  ${part}`);

if (isWriting) {
  writeFileSync(limitsFile, `${JSON.stringify(limits, null, 2)}\n`);
  for (const { name, text } of pages) writeFileSync(root + name, text);
}
process.exit(failed ? 1 : 0);
