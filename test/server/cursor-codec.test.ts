import { describe, expect, it } from 'vitest';
import { type CursorScope, cursorCodec } from '../../src/server/cursor-codec.ts';
import { systemIds } from '../../src/server/real-ports.ts';

const scope: CursorScope = { space: 'pk_a/c_2xk7', incarnation: 'data-set_1', era: 2, acl: 3 };
const codec = cursorCodec(systemIds, 'key-of-this-server');
const cursor = codec.write(scope, 812);
const read = (text: string, of: CursorScope = scope) => {
  try {
    return codec.read(of, text);
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('a cursor', () => {
  it('says its data set, era, permissions and version, and proves it with 22 characters', () => {
    expect(cursor).toMatch(/^data-set_1\.2\.3\.812\.[A-Za-z0-9_-]{22}$/);
    expect(cursor.slice(-22)).toBe(
      systemIds.hmac('key-of-this-server', 'cursor\npk_a/c_2xk7\ndata-set_1.2.3.812').slice(0, 22),
    );
  });
  it('stands for the version it was written for', () => {
    for (const version of [0, 1, 812, 999_999_999_999_999])
      expect(read(codec.write(scope, version))).toEqual({ version, era: 2, isPage: false });
  });
  it('of a page with more behind it says so, with a proof that a server of any release takes for one of a page', () => {
    const page = codec.write(scope, 812, { isPage: true });
    expect(read(page)).toEqual({ version: 812, era: 2, isPage: true });
    expect(page.slice(-22)).toBe(
      systemIds.hmac('key-of-this-server', 'page\npk_a/c_2xk7\ndata-set_1.2.3.812').slice(0, 22),
    );
  });
  it('may be of a late era and of permissions that changed often', () => {
    const late = { ...scope, era: 12, acl: 345 };
    expect(read(codec.write(late, 812), late)).toEqual({ version: 812, era: 12, isPage: false });
  });
  it('is read also after the era or the permissions moved on: the rows decide', () => {
    expect(read(cursor, { ...scope, era: 5, acl: 6 })).toEqual({ version: 812, era: 2, isPage: false });
  });
  it('of another data set names it, whoever signed it, and says whether this server did', () => {
    const nothing = { version: 0, era: 0, isPage: false };
    const now = { ...scope, incarnation: 'data-set_2' };
    const page = codec.write(scope, 812, { isPage: true });
    expect(read(cursor, now)).toEqual({ ...nothing, of: 'data-set_1', isProven: true });
    expect(read(page, now)).toEqual({ ...nothing, of: 'data-set_1', isProven: true });
    expect(read(cursor.replace('data-set_1', 'data-set_2'))).toEqual({
      ...nothing,
      of: 'data-set_2',
      isProven: false,
    });
  });
  it.each<[string, string]>([
    ['another version', cursor.replace('.812.', '.813.')],
    ['another era', cursor.replace('.2.3.', '.1.3.')],
    ['other permissions', cursor.replace('.2.3.', '.2.4.')],
    ['something before it', ` ${cursor}`],
    ['something behind it', `${cursor}A`],
    ['a line behind it', `${cursor}\n`],
    ['a shorter proof', cursor.slice(0, -1)],
    ['a version of 16 digits', cursor.replace('812', '1000000000000000')],
    ['no version', cursor.replace('.812.', '..')],
    ['a version that is no number', cursor.replace('812', '8x2')],
    ['an era that is no number', cursor.replace('.2.3.', '.x.3.')],
    ['permissions that are no number', cursor.replace('.2.3.', '.2.x.')],
    ['no era', cursor.replace('.2.3.', '..3.')],
    ['no data set', cursor.replace('data-set_1', '')],
    ['a data set with a space', cursor.replace('data-set_1', 'data set')],
    ['other dots', cursor.replaceAll('.', '-')],
    ['nothing at all', ''],
  ])('with %s is refused', (_, text) => {
    expect(read(text)).toBe('sync/cursor');
  });
  it('of another space is refused', () => {
    expect(read(cursor, { ...scope, space: 'pk_a/c_other' })).toBe('sync/cursor');
  });
  it('of a server with another key is refused', () => {
    expect(read(cursorCodec(systemIds, 'another-key').write(scope, 812))).toBe('sync/cursor');
  });
});
