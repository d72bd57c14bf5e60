import { RelevoError } from '../core/relevo-error.ts';
import type { Ids } from './ports.ts';

/** What a cursor is bound to. */
export type CursorScope = {
  readonly space: string;
  readonly incarnation: string;
  readonly era: number;
  readonly acl: number;
};

export type CursorPlace = {
  readonly version: number;
  readonly era: number;
  readonly isPage: boolean;
  /** The incarnation it is of when that is another one: the rest says nothing then. */
  readonly of?: string;
  /** It is of another one, and this server's all the same. */
  readonly isProven?: boolean;
};

export type CursorCodec = {
  write(scope: CursorScope, version: number, options?: { readonly isPage?: boolean }): string;
  /**
   * The version a cursor stands for, and whether it is of a page with more behind it; or the incarnation
   * that it is of when that is another one.
   * @throws `sync/cursor` when it is of another space, or made up.
   */
  read(scope: CursorScope, cursor: string): CursorPlace;
};

/**
 * Cursors are `incarnation.era.acl.version.mac`, bound to their space by the keyed hash; those of
 * pages by another one, since a page in the middle of a snapshot may lie before what was forgotten.
 */
export const cursorCodec = (ids: Ids, key: string): CursorCodec => {
  const sign = (space: string, body: string, isPage = false) =>
    ids.hmac(key, `${isPage ? 'page' : 'cursor'}\n${space}\n${body}`).slice(0, 22);
  return {
    write({ space, incarnation, era, acl }, version, { isPage } = {}) {
      const body = `${incarnation}.${era}.${acl}.${version}`;
      return `${body}.${sign(space, body, isPage)}`;
    },
    read({ space, incarnation }, cursor) {
      const parts = /^([A-Za-z0-9_-]+)\.(\d{1,15})\.\d+\.(\d{1,15})\.([A-Za-z0-9_-]{22})$/.exec(cursor);
      if (!parts) throw new RelevoError('sync/cursor');
      const body = cursor.slice(0, cursor.lastIndexOf('.'));
      const is = (isPage: boolean) => ids.equal(sign(space, body, isPage), parts[4] ?? '');
      // The answer to a cursor of another incarnation is a whole snapshot, which needs no proof.
      if (parts[1] !== incarnation)
        return { version: 0, era: 0, isPage: false, of: parts[1] ?? '', isProven: is(false) || is(true) };
      const isPage = !is(false);
      if (isPage && !is(true)) throw new RelevoError('sync/cursor');
      return { version: Number(parts[3]), era: Number(parts[2]), isPage };
    },
  };
};
