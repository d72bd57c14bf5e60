import { posix } from 'node:path';
import type { FileMap } from './file-map.ts';
import { importsOf, runtimeReach } from './imports.ts';

const isText = (path: string): boolean => !/\.(png|jpg|ico|woff2?|gz|sqlite)$/.test(path);
const isCode = (path: string): boolean => /^(src|examples|tools)\/.*\.m?[jt]sx?$/.test(path);

/** Schemas are lists, not logic: they may be longer. */
const schemas = new Set(['src/protocol/messages.ts']);

/** Code files over 300 lines (schemas: 400). */
export const overlongFiles = (files: FileMap): string[] =>
  [...files]
    .filter(([path]) => isCode(path))
    .map(([path, text]) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ path, lines }) => lines > (schemas.has(path) ? 400 : 300))
    .map(({ path, lines }) => `${path} has ${lines} lines`);

const upwards = /(?<=["'`(\s=])(?:\.\.\/)+[\w./*-]*/g;

/** Relative paths, in code, configuration or text, that end outside the clone. */
export const pathsOutside = (files: FileMap): string[] =>
  [...files].flatMap(([path, text]) => {
    if (!isText(path)) return [];
    return [...text.matchAll(upwards)]
      .map(([target]) => target)
      .filter((target) => posix.join(posix.dirname(path), target).startsWith('..'))
      .map((target) => `${path} points to ${target}`);
  });

// In pieces, so that this file does not contain what it looks for.
const foreign = [
  ['absolute paths of a build machine', `/${'work'}/`, `/${'farm'}/`, `/${'root'}/`, `/tmp/${'bash'}_jobs`],
  ['hosts of package registries', `registry.${'npmjs'}`, `registry.${'yarnpkg'}`],
  ['notes to self', `TO${'DO'}`, `FIX${'ME'}`, `XX${'X'}:`, `HA${'CK'}:`],
] as const;

/** Words that have no business in the project. */
export const foreignWords = (files: FileMap): string[] =>
  [...files].flatMap(([path, text]) => {
    if (!isText(path)) return [];
    return foreign.flatMap(([kind, ...words]) =>
      words.filter((word) => text.includes(word)).map((word) => `${path} holds ${word} (${kind})`),
    );
  });

const banned: readonly (readonly [RegExp, string])[] = [
  [/\bMath\.random\b/, 'randomness comes in through the Ids port'],
  [/\bDate\b(?!\w)/, 'time comes in through the Clock port'],
  [/\b(?:performance|queueMicrotask|setTimeout|setInterval|setImmediate)\b/, 'time comes in through the Clock port'],
  [
    /@ts-(?:ignore|nocheck|expect-error)|biome-ignore|v8 ignore|c8 ignore|istanbul ignore/,
    'nothing is switched off here',
  ],
];
const pureCode = /^src\/(?:core|client|protocol)\/.*\.ts$/;

/** The server's core, which the simulator runs in virtual time: all that it loads is as pure as the kernel. */
const serverCore = 'src/server/sync-core.ts';

/** Time, randomness and switched-off checks in the code that must have none. Comments may speak of time. */
export const impurities = (files: FileMap): string[] => {
  const ofServerCore = new Set([serverCore, ...runtimeReach(serverCore, importsOf(files))]);
  return [...files].flatMap(([path, text]) => {
    if (!pureCode.test(path) && !ofServerCore.has(path)) return [];
    return text
      .split('\n')
      .flatMap((line, at) =>
        banned
          .filter(([pattern]) =>
            pattern.test(
              pattern.source.startsWith('@ts') ? line : line.replace(/^\s*(?:\/\/|\/?\*).*|\s\/\/ .*$|'[^']*'/g, ''),
            ),
          )
          .map(([, why]) => `${path}:${at + 1} ${line.trim()} (${why})`),
      );
  });
};
