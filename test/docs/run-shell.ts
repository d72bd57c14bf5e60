import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../house/file-map.ts';

const cli = join(root, 'src/server/dist/cli.js');
const json = (path: string): { name?: string; scripts?: Record<string, string> } =>
  JSON.parse(readFileSync(join(root, path), 'utf8'));

/** Runs the server's CLI: a server until it says where it listens, anything else to its end. */
const runCli = async (args: readonly string[], folder: string): Promise<void> => {
  // Any free port: the documented one may be taken here.
  const port = args.indexOf('--port');
  const given = port < 0 ? [...args] : [...args.slice(0, port), ...args.slice(port + 2)];
  const isServer =
    given.every((word) => word.startsWith('--') || !/^(init|token|doctor|restored)$/.test(word)) &&
    !given.includes('--help');
  const child = spawn('node', [cli, ...given, ...(isServer ? ['--port', '0'] : [])], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const onText = (text: Buffer): void => {
    output += text;
    // Once: a second signal means "at once", and the server says more than one line.
    if (isServer && !child.killed && /http:\/\//.test(output)) child.kill('SIGTERM');
  };
  child.stdout.on('data', onText);
  child.stderr.on('data', onText);
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`relevo-server ${args.join(' ')} ended with ${code}\n${output}`);
};

type Command = readonly [RegExp, (match: RegExpExecArray, folder: string) => void | Promise<void>];

const must = (condition: boolean, words: string): void => {
  if (!condition) throw new Error(words);
};

// What a document may tell its reader to type. What would change the machine or run a whole gate is
// checked to exist; the rest runs.
const commands: readonly Command[] = [
  [/^npm (?:ci|install)$/, () => must(existsSync(join(root, 'package-lock.json')), 'there is no lock file')],
  [
    /^npm (?:i|install) (?:-[\w-]+ )*([\w@/. -]+)$/,
    ([, names = '']) => {
      const ours = [json('package.json').name, json('src/server/package.json').name];
      for (const name of names.split(' ')) must(ours.includes(name), `${name} is no package of this project`);
    },
  ],
  [
    /^npm (test)$|^npm run ([\w:-]+)(?: -- .*)?$/,
    ([, test, script]) => {
      const name = test ?? script ?? '';
      must(json('package.json').scripts?.[name] !== undefined, `there is no script ${name}`);
    },
  ],
  [/^(?:npx )?relevo-server(?: (.*))?$/, ([, args], folder) => runCli(args?.split(/\s+/) ?? [], folder)],
  [/^bash (\.?[\w./-]+)$/, ([, path = '']) => must(existsSync(join(root, path)), `there is no ${path}`)],
  [
    /^(?:npx )?vitest run (?:--project (\w+) )?([\w./-]+)$/,
    ([, , path = '']) => must(existsSync(join(root, path)), `there is no ${path}`),
  ],
  [/^git clone \S+(?: \S+)?$|^cd [\w-]+$|^apt-get (?:update|install [\w -]+)$/, () => {}],
];

/**
 * Every line must be a command that is known here, and hold. `&&` and `#` comments are understood. The
 * lines of a block share a folder, which is empty at first: one may use what another wrote.
 */
export const runShell = async (text: string): Promise<void> => {
  const lines = text.replaceAll(/\\\n\s*/g, ' ').split('\n');
  const typed = lines
    .flatMap((line) =>
      line
        .replace(/(?:^|\s)#.*$/, '')
        .replace(/^\$ /, '')
        .split('&&'),
    )
    .map((one) => one.trim());
  const folder = mkdtempSync(join(tmpdir(), 'relevo-docs-'));
  try {
    for (const line of typed.filter(Boolean)) {
      const bare = line.replace(/^(?:[A-Z][A-Z0-9_]*=\S+ )+/, '');
      const known = commands.find(([pattern]) => pattern.test(bare));
      if (!known) throw new Error(`no way to check the command: ${line}`);
      const match = known[0].exec(bare);
      if (match) await known[1](match, folder);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
