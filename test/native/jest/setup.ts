import { beforeEach } from '@jest/globals';
import { configure } from '@testing-library/react-native';

configure({ asyncUtilTimeout: 10_000 });

// Updates come as in an app, from storage and network, and React schedules them: tests wait for what is shown.
beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
});
