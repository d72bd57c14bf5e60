import { afterEach, jest } from '@jest/globals';
import AsyncStorage from '@react-native-async-storage/async-storage';
import { cleanup, render } from '@testing-library/react-native';
import { createElement, type FunctionComponent } from 'react';
import type { Relevo } from 'relevo';
import { asInAnApp } from './as-in-an-app.ts';

/** One of each, as in an app: two Reacts know nothing of each other, and the storage outlives the app. */
const shared = [
  'react',
  'react/jsx-runtime',
  'react-native',
  'react-native-safe-area-context',
  '@react-native-async-storage/async-storage',
];

let running: Relevo | undefined;

/** Ends the app: what it stored stays. */
export const endApp = async (): Promise<void> => {
  cleanup();
  asInAnApp();
  await running?.stop();
  running = undefined;
};

afterEach(async () => {
  await endApp();
  await AsyncStorage.clear();
});

/** Starts examples/react-native as it stands, on what the storage holds. */
export const startApp = async (endpoint: string): Promise<Relevo> => {
  // The way Expo hands it over.
  process.env['EXPO_PUBLIC_RELEVO_ENDPOINT'] = endpoint;
  const modules = shared.map((name) => [name, require(name)] as const);
  let app: { readonly App: FunctionComponent; readonly relevo: Relevo } | undefined;
  jest.isolateModules(() => {
    for (const [name, module] of modules) jest.doMock(name, () => module);
    const { App } = require('../../../examples/react-native/src/app.tsx');
    const { relevo } = require('../../../examples/react-native/src/relevo.ts');
    app = { App, relevo };
  });
  if (!app) throw new Error('The app did not start.');
  const { App, relevo } = app;
  running = relevo;
  // Not in there: react-native loads its parts when they are rendered, and those would be others than outside.
  render(createElement(App));
  await relevo.ready;
  return relevo;
};
