import { hashText, type Sha256 } from './hash.ts';

const pattern = /^[A-Za-z0-9_.:~-]{1,128}$/;

/** Whether it is a text that says something: an id, a token. */
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Names that would reach an object's prototype; refused as a key at every depth. */
export const isPrototypeName = (name: string): boolean =>
  name === '__proto__' || name === 'prototype' || name === 'constructor';

/** Whether a text may be an entry's key or a field's name. */
export const isKey = (text: unknown): text is string =>
  typeof text === 'string' && pattern.test(text) && !isPrototypeName(text);

/** The key for any id of the shop's: the id itself, or `~` + hash when it does not fit the pattern. The id lives in the value. */
export const idToKey = (sha256: Sha256, id: string): string =>
  isKey(id) && !id.startsWith('~') ? id : `~${hashText(sha256, id)}`;
