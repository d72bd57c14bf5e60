import { beforeEach, jest } from '@jest/globals';
import { configure } from '@testing-library/react-native';
import { asInAnApp } from './as-in-an-app.ts';

// What needs a phone. Each module's own mock where it has one; the system's random comes from Node.
jest.mock('expo-crypto', () => ({
  getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes),
}));
jest.mock('@react-native-async-storage/async-storage', () =>
  jest.requireActual('@react-native-async-storage/async-storage/jest/async-storage-mock'),
);
jest.mock('@react-native-community/netinfo', () =>
  jest.requireActual('@react-native-community/netinfo/jest/netinfo-mock'),
);
jest.mock('react-native-safe-area-context', () => ({
  ...jest.requireActual<object>('react-native-safe-area-context'),
  ...jest.requireActual<{ default: object }>('react-native-safe-area-context/jest/mock').default,
}));

configure({ asyncUtilTimeout: 20_000 });

beforeEach(asInAnApp);
