import type { FileMap } from './file-map.ts';
import { type Import, importsOf, packageOf, runtimeReach } from './imports.ts';

/** What a layer may import. A name with `(types)` is allowed as `import type` only. */
type Layer = {
  readonly may: readonly string[];
  readonly mayTypes?: readonly string[];
  readonly packages: readonly string[];
};

// docs/ARCHITECTURE.md has this table in words.
export const layers: { readonly [layer: string]: Layer } = {
  core: { may: ['core'], packages: [] },
  protocol: { may: ['core', 'protocol'], packages: ['zod'] },
  client: { may: ['core', 'client', 'protocol'], packages: [] },
  platform: { may: ['core', 'platform'], mayTypes: ['client'], packages: [] },
  'platform/browser': { may: ['core', 'platform/browser'], mayTypes: ['client'], packages: ['idb'] },
  'platform/react-native': { may: ['core', 'platform', 'platform/react-native'], mayTypes: ['client'], packages: [] },
  react: { may: ['core', 'react'], mayTypes: ['client'], packages: ['react'] },
  adapters: { may: ['adapters'], mayTypes: ['client', 'core'], packages: [] },
  server: { may: ['core', 'protocol', 'server'], packages: ['better-sqlite3', 'jose', 'pino', 'ws', 'zod', 'node:'] },
  testing: {
    may: ['core', 'protocol', 'client', 'server', 'testing', 'platform', 'platform/react-native'],
    packages: [],
  },
  entries: {
    may: [
      'core',
      'protocol',
      'client',
      'platform',
      'platform/browser',
      'platform/react-native',
      'adapters',
      'testing',
      'entries',
    ],
    packages: ['nanoid', '@stablelib/base64', '@stablelib/sha256', '@stablelib/utf8'],
  },
};

/** Each driver is known to one file; the rest of the server speaks to its contract. */
const drivers: { readonly [name: string]: string } = { 'better-sqlite3': 'src/server/stores/sqlite' };

/** `src/platform/browser/tabs.ts` → `platform/browser`; undefined outside src. */
export const layerOf = (path: string): string | undefined => {
  const [top, first, second, third] = path.split('/');
  if (top !== 'src' || first === undefined || second === undefined) return undefined;
  return first === 'platform' && third !== undefined ? `${first}/${second}` : first;
};

const allowsPackage = (layer: Layer, name: string): boolean =>
  layer.packages.some((allowed) => (allowed.endsWith(':') ? name.startsWith(allowed) : name === allowed));

const faultOf = (one: Import, files: FileMap, imports: readonly Import[]): string | undefined => {
  const name = layerOf(one.from);
  if (name === undefined) return undefined;
  const layer = layers[name];
  if (!layer) return `${name} is no layer that the table knows`;
  if (one.target === undefined) {
    const wanted = packageOf(one.specifier);
    if (!allowsPackage(layer, wanted)) return `${name} may not import the package ${wanted}`;
    const home = drivers[wanted];
    if (home && !one.from.startsWith(home)) return `the driver ${wanted} belongs into ${home} alone`;
    return undefined;
  }
  if (!files.has(one.target)) return 'the file does not exist (imports are written with their extension)';
  const into = layerOf(one.target);
  if (into === undefined) return `src may not import ${one.target}`;
  if (!(layer.may.includes(into) || (one.typeOnly && layer.mayTypes?.includes(into))))
    return `${name} may not import ${into}${layer.mayTypes?.includes(into) ? ', only its types' : ''}`;
  if (one.typeOnly) return undefined;
  const reach = runtimeReach(one.target, imports);
  if (into === 'protocol' && name !== 'server' && name !== 'testing' && name !== 'protocol' && reach.has('zod'))
    return `${name} would carry zod at run time`;
  if (name === 'testing' && into === 'server') {
    const heavy = [...reach].find((one) => /^(?:jose|ws|pino|node:.*)$/.test(one) || one in drivers);
    if (heavy) return `testing may use the server's core only, this brings ${heavy}`;
  }
  return undefined;
};

/** One line for each import that STYLE's table forbids. */
export const layerFaults = (files: FileMap): string[] => {
  const imports = importsOf(files);
  return imports.flatMap((one) => {
    const fault = faultOf(one, files, imports);
    return fault ? [`${one.from} imports ${one.specifier}: ${fault}`] : [];
  });
};

/** Each cycle of imports that exist at run time, as `a → b → a`. */
export const cycles = (files: FileMap): string[] => {
  const edges = new Map<string, string[]>();
  for (const { from, target, typeOnly } of importsOf(files)) {
    if (target && !typeOnly) edges.set(from, [...(edges.get(from) ?? []), target]);
  }
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return found;
};

/** Examples are what a user would write: they import the packages by name and reach into nothing. */
export const exampleFaults = (files: FileMap): string[] =>
  importsOf(files)
    .filter(({ from, target }) => from.startsWith('examples/') && target && !target.startsWith('examples/'))
    .map(({ from, specifier }) => `${from} imports ${specifier}: import the package by its published name`);
