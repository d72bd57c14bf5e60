import type { SimDevice } from './sim-device.ts';

/** An answer to `body` said that the guest here is somebody's by now. `isApart`: its page goes on over a store that fails. */
export const noteClaimed = (
  { spec, state, disk }: Pick<SimDevice, 'spec' | 'state' | 'disk'>,
  { body, isApart, nowMs }: { body: string; isApart: boolean; nowMs: number },
): void => {
  // A copy of it was claimed meanwhile: this device goes on as another guest.
  if (state.emptied && body.includes(state.emptied.guest)) state.emptied = undefined;
  // What the store has of a guest who was given up in memory may be somebody else's: it is not handed on.
  if (isApart && spec.kind === 'shared') state.droppedAtMs = nowMs;
  // 0.1.0 signs out whoever still waits for the merge of that guest.
  if (spec.sdk && body.includes('"claim":{') && disk.text().includes('merging')) {
    state.leftAtMs = state.droppedAtMs = nowMs;
    state.isOusted = true;
  }
};
