import { posix } from 'node:path';
import type { FileMap } from './file-map.ts';

export type Import = {
  readonly from: string;
  /** The specifier as written. */
  readonly specifier: string;
  /** Path from the root for a relative import; undefined for an outside package. */
  readonly target: string | undefined;
  /** Erased by the compiler. With verbatimModuleSyntax that is `import type` and `export type`, nothing else. */
  readonly typeOnly: boolean;
};

const statement =
  /^(?:import\s+(?<importType>type\s)?\s*(?:[\w$*{}\s,]+?\sfrom\s+)?|export\s+(?<exportType>type\s)?\s*(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?)\s+from\s+)'(?<specifier>[^']+)'/gm;
const dynamic = /^(?!\s*(?:\/\/|\*)).*?\bimport\(\s*'(?<specifier>[^']+)'/gm;

/** Every import of every TypeScript file in the map. */
export const importsOf = (files: FileMap): Import[] =>
  [...files].flatMap(([from, text]) => {
    if (!from.endsWith('.ts')) return [];
    return [...text.matchAll(statement), ...text.matchAll(dynamic)].map(({ groups }) => {
      const specifier = groups?.['specifier'] ?? '';
      const target = specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined;
      return { from, specifier, target, typeOnly: Boolean(groups?.['importType'] ?? groups?.['exportType']) };
    });
  });

/** `@scope/name/deep` → `@scope/name`, `node:fs` → `node:fs`. */
export const packageOf = (specifier: string): string =>
  specifier.startsWith('node:')
    ? specifier
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');

/** All that `file` loads at run time, directly or through others: project files and outside packages. */
export const runtimeReach = (file: string, imports: readonly Import[]): ReadonlySet<string> => {
  const reached = new Set<string>();
  const visit = (at: string): void => {
    for (const { from, target, specifier, typeOnly } of imports) {
      if (from !== at || typeOnly) continue;
      const next = target ?? packageOf(specifier);
      if (reached.has(next)) continue;
      reached.add(next);
      if (target) visit(target);
    }
  };
  visit(file);
  return reached;
};
