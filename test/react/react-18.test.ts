// @vitest-environment jsdom
// The same cases as in the file beside it, with the React 18 of the folder `react-18` behind every import of React.
import { version } from 'react';
import { expect, test, vi } from 'vitest';
import './cases/all-cases.ts';

const react18 = await vi.hoisted(async () => {
  const { createRequire } = await import('node:module');
  const { resolve } = await import('node:path');
  const require = createRequire(resolve('test/react/react-18/package.json'));
  return (name: string) => ({ ...require(name), default: require(name) });
});

vi.mock('react', () => react18('react'));
vi.mock('react/jsx-runtime', () => react18('react/jsx-runtime'));
vi.mock('react/jsx-dev-runtime', () => react18('react/jsx-dev-runtime'));
vi.mock('react-dom', () => react18('react-dom'));
vi.mock('react-dom/client', () => react18('react-dom/client'));
vi.mock('react-dom/server', () => react18('react-dom/server'));

test('these are the cases for React 18', async () => {
  expect(version).toMatch(/^18\./);
  expect((await import('react-dom')).version).toMatch(/^18\./);
});
