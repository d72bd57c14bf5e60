// Which property names the build may shorten: those that only our own code sees. `node tools/internal-names.ts`
// writes tools/internal-names.json, name → short name, which is to be read before it is committed: a name is no
// secret of ours once it is stored, sent, public, or looked up by the browser. A test holds the list to these rules.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { parseAst } from 'rollup/parseAst';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = `${root}tools/internal-names.json`;

/** Code whose objects never leave it, but for what the next list says. */
const internalCode = ['src/client/*.ts', 'src/platform/**/*.ts', 'src/entries/*.ts'];

/** Every word here may be public, on the wire, in a store, or a field of what pages report. */
const sharedShapes = [
  'src/{core,protocol,adapters}/*.ts',
  'src/client/{api,*-api,records,*-record}.ts',
  'src/entries/{inert,script-tag,start-script-tag}.ts',
  'src/platform/react-native/{app-shapes,shapes}.ts',
];

/** Bundled beside our code, or called by it. */
const packages = ['idb/build', '@stablelib/*/lib', 'nanoid'];

/** What is stored belongs into `records.ts` or a `*-record.ts`. These stand beside their code: the shop's cart. */
const storedElsewhere = ['agreed', 'echoes'];

type Node = { readonly type: string; readonly [part: string]: unknown };

const visit = (node: unknown, look: (node: Node) => void): void => {
  if (Array.isArray(node)) for (const one of node) visit(one, look);
  else if (typeof node === 'object' && node !== null) {
    if ('type' in node) look(node as Node);
    for (const part of Object.values(node)) visit(part, look);
  }
};

const wordsIn = (text: string): string[] => text.match(/[A-Za-z_$][\w$]*/g) ?? [];
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
const read = (path: string): string => readFileSync(path, 'utf8');
const files = (globs: readonly string[], cwd = root): string[] =>
  globSync(globs, { cwd }).map((path) => join(cwd, path));

/** Property names that JavaScript uses, and words of the strings it holds, names of modules aside. */
const scan = (code: string): { properties: string[]; inStrings: string[] } => {
  const properties: string[] = [];
  const inStrings: string[] = [];
  const specifiers = new Set<unknown>();
  const nameOf = (key: unknown, computed: unknown) => {
    const { type, name } = key as { type: string; name: string };
    if (type === 'Identifier' && !computed) properties.push(name);
  };
  visit(parseAst(code), (node) => {
    if (/^(Import|Export)/.test(node.type)) specifiers.add(node.source);
    if (node.type === 'MemberExpression') nameOf(node.property, node.computed);
    if (/^(Property|PropertyDefinition|MethodDefinition)$/.test(node.type)) nameOf(node.key, node.computed);
    if (node.type === 'Literal' && typeof node.value === 'string' && !specifiers.has(node))
      inStrings.push(...wordsIn(node.value));
    if (node.type === 'TemplateElement') inStrings.push(...wordsIn((node.value as { raw: string }).raw));
  });
  return { properties, inStrings };
};

const javascriptOf = (path: string): string => transformSync(read(path), { loader: 'ts', target: 'es2022' }).code;

/** Members that TypeScript's own declarations give to objects of the language and of browsers: the first word of a line, or behind `{` and `;`. */
const platformNames = (): string[] => {
  const native = createRequire(createRequire(import.meta.url).resolve('typescript/package.json'));
  const lib = join(
    dirname(native.resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`)),
    'lib',
  );
  const member =
    /(?:^\s*|[{;]\s*)(?:(?:declare|var|function|interface|readonly|get|set|static)\s+)*["']?([A-Za-z_$][\w$]*)/gm;
  return files(['lib.{dom,dom.*,es*}.d.ts'], lib).flatMap((path) =>
    [...withoutComments(read(path)).matchAll(member)].flatMap(([, name]) => name ?? []),
  );
};

const scanOwn = () => files(internalCode).map((path) => scan(javascriptOf(path)));

/** Names that somebody else sees: public, sent, stored, in a string, or known to browsers and packages. */
export const keptNames = (): ReadonlySet<string> => {
  const others = files(packages, `${root}node_modules`).flatMap((folder) => files(['*.js'], folder));
  return new Set([
    ...storedElsewhere,
    ...platformNames(),
    ...scanOwn().flatMap(({ inStrings }) => inStrings),
    ...files(sharedShapes).flatMap((path) => wordsIn(withoutComments(read(path)))),
    ...others.flatMap((path) => wordsIn(withoutComments(read(path)))),
  ]);
};

/** Name → how often it stands in our code, for every name that nobody else sees. */
export const internalNames = (kept = keptNames()): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const name of scanOwn().flatMap(({ properties }) => properties))
    if (!kept.has(name) && name.length > 2) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
};

/** What we wrote; not what was built of it, whose declarations need no names and are not everybody's TypeScript. */
const sources = (): string[] => files(['src/**/*.ts']).filter((path) => !path.includes('/dist/'));

/**
 * Short names that nothing of ours, of the packages or of the platform has: `A` … `Z`, then `Aa` … `Zz`. Enough for all:
 * `$a`, `_a` … were a hundred, the rarer names stayed long, and two first characters in turn pack worse.
 */
export const shortNames = (): string[] => {
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const capitals = letters.map((letter) => letter.toUpperCase());
  const used = new Set([...platformNames(), ...sources().flatMap((path) => scan(javascriptOf(path)).properties)]);
  return [...capitals, ...capitals.flatMap((one) => letters.map((other) => one + other))].filter(
    (name) => !used.has(name),
  );
};

if (fileURLToPath(import.meta.url) === argv[1]) {
  const short = shortNames();
  const names = [...internalNames()].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name);
  const pairs = names.map((name, index) => [name, short[index]]);
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(pairs), null, 2)}\n`);
}
