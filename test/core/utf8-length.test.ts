import { expect, it } from 'vitest';
import { utf8Length } from '../../src/core/utf8-length.ts';

it.each([
  '',
  'sofa',
  '\u007f\u0080',
  '\u07ff\u0800',
  '\ud7ff\ue000',
  '\u{10000}',
  '\u{103ff}',
  '\u{10fc00}',
  '\u{10ffff}',
  'Größe 🛋',
])('bytes of %j in UTF-8', (text) => {
  expect(utf8Length(text)).toBe(Buffer.byteLength(text, 'utf8'));
});
