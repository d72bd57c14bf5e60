import { describe, expect, it } from 'vitest';
import { cursorIncarnation, cursorScope, cursorVersion } from '../../src/protocol/cursor.ts';

const cursor = 'Qx7fGh2kLm.3.2.812.9fGh2kLmQx9fGh2kLmQx9f';

describe('what a device reads of a cursor', () => {
  it('is the version', () => {
    expect(cursorVersion(cursor)).toBe(812);
  });
  it('is version 0 for none, and for what is no cursor', () => {
    expect([cursorVersion(null), cursorVersion(''), cursorVersion('a.b')]).toEqual([0, 0, 0]);
  });
  it('is which data set it is of', () => {
    expect(cursorIncarnation(cursor)).toBe('Qx7fGh2kLm');
  });
  it('is what has to be equal for versions to be comparable: data set, era and permissions', () => {
    expect(cursorScope(cursor)).toBe('Qx7fGh2kLm.3.2');
  });
});
