import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { transformSync } from 'esbuild';
import { root } from '../house/file-map.ts';
import type { Block } from './blocks.ts';

/** The real server, on a free port, with the keys and origins of `--dev`. */
export const startServer = async (): Promise<{ url: string; stop(): Promise<void> }> => {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-docs-'));
  const cli = join(root, 'src/server/dist/cli.js');
  const child = spawn('node', [cli, '--dev', '--port', '0', '--db', join(folder, 'docs.db')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let url: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    url = /http:\/\/[\w.:[\]]+:\d+/.exec(line)?.[0];
    if (url) break;
  }
  child.stdout.resume();
  if (!url) throw new Error('the server did not say where it listens');
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const isProgram = ({ language, words }: Block): boolean => /^(?:tsx?|js)$/.test(language) && !words.includes('native');

/** Whether a block runs in a shop's page; all else runs in plain Node. */
const isForPage = ({ text, words }: Block): boolean =>
  !words.includes('node') && !/from '(?:relevo-server|node:[\w/]+)'/.test(text);

/**
 * Writes the blocks as modules beside each other, inside the project, so that `relevo` and
 * `relevo-server` are what a user gets by those names: the built packages.
 */
export const writePrograms = (blocks: readonly Block[]) => {
  mkdirSync(join(root, 'reports'), { recursive: true });
  const folder = mkdtempSync(join(root, 'reports/docs-'));
  const fileOf = (block: Block): string => `${block.file.replaceAll(/[^\w]/g, '-')}-${block.line}.${block.language}`;
  for (const block of blocks.filter(isProgram)) {
    const file = join(folder, fileOf(block));
    writeFileSync(file, `${block.text}export {};\n`);
    // Node takes types away, not JSX.
    if (block.language === 'tsx') {
      const { code } = transformSync(block.text, { loader: 'tsx', jsx: 'automatic', format: 'esm' });
      writeFileSync(`${file}.mjs`, code);
    }
  }
  const config = {
    extends: '../../tsconfig.json',
    // Readers' programs: strict, but without the project's own stricter habits.
    compilerOptions: {
      paths: {},
      customConditions: ['browser'],
      exactOptionalPropertyTypes: false,
      noUncheckedIndexedAccess: false,
      allowJs: true,
      jsx: 'react-jsx',
    },
    include: ['*.ts', '*.tsx', '../../test/docs/ambient.d.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));

  const finished = (command: string, args: string[], env = {}): Promise<{ code: number | null; output: string }> =>
    new Promise((resolve) => {
      const child = spawn(command, args, {
        cwd: folder,
        env: { ...process.env, NO_COLOR: '1', ...env },
        timeout: 30_000,
      });
      let output = '';
      child.stdout.on('data', (text) => {
        output += text;
      });
      child.stderr.on('data', (text) => {
        output += text;
      });
      child.once('close', (code) => resolve({ code, output }));
    });

  let diagnostics: Promise<string> | undefined;
  return {
    /** Compiles all blocks once and throws what concerns this one. */
    async check(block: Block): Promise<void> {
      diagnostics ??= finished(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '--project', '.']).then(
        ({ output }) => output,
      );
      const own = (await diagnostics).split('\n').filter((line) => line.startsWith(`${fileOf(block)}(`));
      if (own.length > 0) throw new Error(own.join('\n'));
    },
    /** Runs the block to its end in a process of its own; throws when it throws, rejects unheard or never ends. */
    async run(block: Block, serverUrl: string): Promise<void> {
      const provide =
        /\brelevo\./.test(block.text) && !/(?:const|let|import \{[^}]*)\s*\brelevo\b/.test(block.text) ? 'relevo' : '';
      const env = {
        RELEVO_DOCS_SERVER: serverUrl,
        RELEVO_DOCS_PROVIDE: provide,
        RELEVO_DOCS_PAGE: isForPage(block) ? '1' : '',
      };
      const { code, output } = await finished(
        'node',
        // In plain Node that condition would give the server's own dependencies their browser halves.
        [
          ...(isForPage(block) ? ['--conditions=browser'] : []),
          join(root, 'test/docs/run-block.ts'),
          join(folder, `${fileOf(block)}${block.language === 'tsx' ? '.mjs' : ''}`),
        ],
        env,
      );
      if (code !== 0) throw new Error(`ended with ${code}\n${output}`);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
