// @vitest-environment jsdom
// The React that this project installs. The same cases run against React 18 in the file beside it.
import { version } from 'react';
import { expect, test } from 'vitest';
import './cases/all-cases.ts';

test('these are the cases for React 19', () => {
  expect(version).toMatch(/^19\./);
});
