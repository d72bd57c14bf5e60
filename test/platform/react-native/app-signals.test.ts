import { expect, test } from 'vitest';
import type { NetInfoState } from '../../../src/platform/react-native/app-shapes.ts';
import { appSignals } from '../../../src/platform/react-native/app-signals.ts';

/** `AppState` and NetInfo as an app has them: both tell every listener, NetInfo a new one at once. */
const phone = (reading: NetInfoState = { type: 'wifi', isConnected: true, isInternetReachable: null }) => {
  const states = new Set<(state: string) => void>();
  const readings = new Set<(state: NetInfoState) => void>();
  let current = reading;
  const AppState = {
    currentState: 'active',
    addEventListener: (_: 'change', listener: (state: string) => void) => {
      states.add(listener);
      return { remove: () => void states.delete(listener) };
    },
  };
  return {
    AppState,
    netInfo: {
      addEventListener: (listener: (state: NetInfoState) => void) => {
        readings.add(listener);
        listener(current);
        return () => void readings.delete(listener);
      },
    },
    become(state: string) {
      AppState.currentState = state;
      for (const listener of states) listener(state);
    },
    read(next: NetInfoState) {
      current = next;
      for (const listener of readings) listener(next);
    },
    get listeners() {
      return states.size + readings.size;
    },
  };
};

const heardBy = (device: ReturnType<typeof phone>) => {
  const heard: string[] = [];
  const stop = appSignals(device).subscribe((signal) => heard.push(signal));
  return { heard, stop };
};

test('an app that is not active is hidden, told once on its way to the background and once on its way back', () => {
  const device = phone();
  const { heard } = heardBy(device);
  for (const state of ['inactive', 'background', 'inactive', 'active', 'active']) device.become(state);
  expect(heard).toEqual(['hidden', 'visible']);
});

test.each([
  ['active', true],
  ['inactive', false],
  ['background', false],
  ['unknown', true],
])('%s is visible: %s', (state, isVisible) => {
  const device = phone();
  device.become(state);
  expect(appSignals(device).isVisible()).toBe(isVisible);
});

test('what NetInfo tells first is how things are, not a change', () => {
  expect(heardBy(phone()).heard).toEqual([]);
  expect(heardBy(phone({ type: 'none', isConnected: false })).heard).toEqual([]);
});

test('no network and one again are told once each, however often NetInfo repeats them', () => {
  const device = phone();
  const { heard } = heardBy(device);
  device.read({ type: 'none', isConnected: false, isInternetReachable: false });
  device.read({ type: 'none', isConnected: false, isInternetReachable: null });
  device.read({ type: 'wifi', isConnected: true, isInternetReachable: null });
  device.read({ type: 'wifi', isConnected: true, isInternetReachable: true });
  expect(heard).toEqual(['offline', 'online']);
});

test('another network counts as one that came: what was open on the old one is dead', () => {
  const device = phone();
  const { heard } = heardBy(device);
  device.read({ type: 'cellular', isConnected: true, isInternetReachable: true });
  expect(heard).toEqual(['online']);
});

test('an internet that cannot be reached is tried all the same: only its return is told', () => {
  const device = phone();
  const { heard } = heardBy(device);
  device.read({ type: 'wifi', isConnected: true, isInternetReachable: false });
  expect(heard).toEqual([]);
  device.read({ type: 'cellular', isConnected: true, isInternetReachable: false });
  device.read({ type: 'cellular', isConnected: true, isInternetReachable: null });
  device.read({ type: 'cellular', isConnected: true, isInternetReachable: true });
  expect(heard).toEqual(['online', 'online']);
});

test('an AppState that gives nothing to take back does not stand in the way of the end', () => {
  const AppState = { currentState: 'active', addEventListener: () => undefined };
  expect(appSignals({ AppState }).subscribe(() => {})()).toBeUndefined();
});

test('a reading that is not known yet is no loss of network', () => {
  const device = phone({ type: 'unknown', isConnected: null, isInternetReachable: null });
  const { heard } = heardBy(device);
  device.read({ type: 'unknown', isConnected: null, isInternetReachable: null });
  expect(heard).toEqual([]);
});

test('nothing listens after the end, with NetInfo and without', () => {
  const device = phone();
  const stops = [appSignals(device).subscribe(() => {}), appSignals({ AppState: device.AppState }).subscribe(() => {})];
  expect(device.listeners).toBe(3);
  for (const stop of stops) stop();
  expect(device.listeners).toBe(0);
});
