import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { root } from '../house/file-map.ts';
import { tableOf } from './tables.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/API.md');

/** The members an object type declares itself: `export type Name = Other & { … }` gives those in the braces. */
const membersOf = (source: string, type: string): string[] => {
  const start = new RegExp(`^export type ${type}(?:<[^\\n]*?>)? = [^{\\n]*\\{`, 'm').exec(source);
  if (!start) throw new Error(`no type ${type}`);
  let depth = 1;
  let isFresh = true;
  const members: string[] = [];
  const body = source.slice(start.index + start[0].length).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|=>/gm, ' ');
  for (let at = 0; at < body.length && depth > 0; at++) {
    const name = isFresh && depth === 1 ? /^(?:readonly )?(\w+)[?]?[:(<]/.exec(body.slice(at))?.[1] : undefined;
    if (name) members.push(name);
    const character = body[at] ?? '';
    if (/\S/.test(character)) isFresh = character === ';';
    if ('{(<['.includes(character)) depth++;
    if ('})>]'.includes(character)) depth--;
  }
  return members;
};

/** What the first column of a type's table names: `lines`, `add` of `add(item)`. */
const namedIn = (type: string, markdown = page): string[] =>
  tableOf(markdown, type).flatMap(([cell = '']) => [...cell.matchAll(/`(\w+)/g)].map(([, name = '']) => name));

const documented: readonly (readonly [file: string, ...types: string[]])[] = [
  [
    'src/client/api.ts',
    ...['Relevo', 'RelevoOptions', 'RelevoEvents', 'Change', 'Status', 'SignOutResult'],
    ...['Cart', 'CartItem', 'CartLine', 'LineDetails', 'ShopWrite'],
    ...['Browsing', 'ViewItem', 'RecentView', 'Preferences', 'Collection', 'Identity', 'IdentitySnapshot', 'Consent'],
  ],
  ['src/client/checkout-api.ts', 'Checkouts', 'Checkout', 'PlacedOrder'],
  ['src/core/receipt.ts', 'Receipt'],
  ['src/server/create-sync-server.ts', 'SyncServer'],
];

describe('docs/API.md', () => {
  test.each(documented.flatMap(([file, ...types]) => types.map((type) => [type, file] as const)))(
    'names every member of %s, and no other',
    (type, file) => {
      expect(namedIn(type).sort()).toEqual(membersOf(read(file), type).sort());
    },
  );

  test('names every hook on the page about React, and no other', () => {
    const lists = [...read('src/react/index.ts').matchAll(/export \{([^}]*)\}/g)].map(([, names = '']) => names);
    const exported = lists.flatMap((names) => names.split(',')).map((name) => name.trim());
    const named = tableOf(read('docs/REACT.md'), 'hook').map(([cell = '']) => /`(\w+)/.exec(cell)?.[1]);
    expect([...new Set(named)].sort()).toEqual(exported.filter((name) => name.startsWith('use')).sort());
  });

  test('names every part that reactNative takes on the page about React Native', () => {
    const members = membersOf(read('src/entries/react-native.ts'), 'ReactNativeParts');
    expect(namedIn('ReactNativeParts', read('docs/REACT-NATIVE.md'))).toEqual(members);
  });

  test('names every option of createSyncServer', () => {
    const own = membersOf(read('src/server/create-sync-server.ts'), 'SyncServerOptions');
    expect(namedIn('SyncServerOptions').sort()).toEqual([...own, 'sites', 'trustProxy'].sort());
  });

  test('gives the limits of the kernel', () => {
    const text = (bound: number) => bound.toLocaleString('en-US');
    const { maxQuantity, maxLines, maxViews, maxChangeBytes, maxStringLength, maxDepth, maxMembers } = limits;
    const said = tableOf(page.slice(page.indexOf('## Limits')), 'what').map(
      ([, bound = '']) => bound.split(/[ ](?!\d)/)[0],
    );
    expect(said.map((bound) => bound?.replace(/,$/, ''))).toEqual(
      [maxQuantity, maxLines, maxViews, maxChangeBytes, maxStringLength, maxDepth, maxMembers].map(text),
    );
  });

  test('is as complete in the README’s short table', () => {
    const rows = tableOf(read('README.md'), 'part');
    const said = (part: string) =>
      rows
        .filter(([cell = '']) => cell.startsWith(`\`relevo.${part}`))
        .flatMap(([, cell = '']) => cell.match(/\w+/g) ?? []);
    const parts = { cart: 'Cart', browsing: 'Browsing', preferences: 'Preferences', collection: 'Collection' };
    const more = { ...parts, identity: 'Identity', consent: 'Consent', on: 'RelevoEvents' };
    for (const [part, type] of Object.entries(more)) {
      const members = membersOf(read('src/client/api.ts'), type).filter((name) => name !== 'subscribe');
      expect(said(part).sort(), part).toEqual(members.sort());
    }
    const named = rows.flatMap(([cell = '']) => [...cell.matchAll(/`relevo\.(\w+)/g)].map(([, name = '']) => name));
    expect(named.concat('subscribe').sort()).toEqual(membersOf(read('src/client/api.ts'), 'Relevo').sort());
  });

  test('names the attributes that the script tag reads', () => {
    const source = read('src/entries/start-script-tag.ts');
    const readBy = /const \{([^}]+)\} = dataset;/.exec(source)?.[1] ?? '';
    const attributes = [...readBy.matchAll(/(\w+)(?: = '')?,?/g)].map(([, name = '']) => name).concat('capture');
    const said = tableOf(page, 'attribute').flatMap(([cell = '']) =>
      [...cell.matchAll(/`data-([\w-]+)`/g)].map(([, name = '']) =>
        name.replace(/-(\w)/g, (_, c: string) => c.toUpperCase()),
      ),
    );
    expect(said.sort()).toEqual(attributes.sort());
  });

  test('is found out when a member is missing, invented or in another type', () => {
    const source =
      'export type A = B & {\n  /** x: not; */\n  readonly one: { deep: 1 };\n  two?(a: { b: 1 }): () => void;\n  three<T = string>(x: T): T;\n};\nexport type C = { four: 1 };';
    expect(membersOf(source, 'A')).toEqual(['one', 'two', 'three']);
    expect(membersOf(source, 'C')).toEqual(['four']);
    expect(namedIn('A', '| A | |\n| --- | --- |\n| `one`, `two(x)` | `three` |\n')).toEqual(['one', 'two']);
  });
});
