import type { Step } from './script.ts';
import type { SimDevice } from './sim-device.ts';

/** What an engine may be about when something strikes it. */
const engineStates = ['idle', 'pushing', 'pulling', 'claiming', 'signing out', 'degraded', 'locked'] as const;
type EngineState = (typeof engineStates)[number];

/** Steps of a script that are faults and strike an engine at once, whatever it is doing. */
export const strikes = [
  'line',
  'offline',
  'clog',
  'freeze',
  'clock',
  'disk',
  'disconnect',
  'wipe',
  'forget',
  'empty',
  'power cut',
  'rollback',
  'clone',
  'kill',
  'kill at write',
  'freeze tab',
  'duplicate tab',
  'server crash',
  'server crash at write',
  'server full',
  'server restored',
  'expire',
] as const satisfies readonly Step['do'][];

/** Pairs that cannot be, and why. */
const impossible: readonly (readonly [strike: string, state: EngineState, why: string])[] = [
  ['expire', 'locked', 'a page that is locked has no session whose token could end'],
];

export const cellOf = (strike: string, state: EngineState): string => `${strike} × ${state}`;

/** All pairs that have to come up. */
export const cells: readonly string[] = strikes
  .flatMap((strike) => engineStates.map((state) => cellOf(strike, state)))
  .filter((cell) => !impossible.some(([strike, state]) => cellOf(strike, state) === cell));

/** What the engines of a device are about now. */
export const statesOf = ({ tabs, state }: SimDevice): readonly EngineState[] => {
  const found = new Set<EngineState>();
  for (const kind of ['pushing', 'pulling', 'claiming'] as const) if (state.asking[kind] > 0) found.add(kind);
  if (state.leaving > 0) found.add('signing out');
  for (const { page, user } of tabs) {
    if (!user.isAlive()) continue;
    const { degraded, isReady } = page.relevo.status;
    if (degraded) found.add('degraded');
    // Known whose it is, and not shown.
    if (!isReady && page.relevo.identity.current.anonymousId) found.add('locked');
  }
  return found.size ? [...found] : ['idle'];
};
