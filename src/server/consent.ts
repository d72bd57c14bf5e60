import type { ErrorCode } from '../core/error-registry.ts';
import type { Json } from '../core/json.ts';
import type { Register } from '../core/register.ts';
import { collectionsOfPurpose } from './site.ts';
import type { SpaceWriter } from './space-writer.ts';

/** Whether the customer has consented to a purpose, as the space knows it now. */
export const hasConsent = async (space: SpaceWriter, purpose: string): Promise<boolean> =>
  purpose === 'necessary' || ((await space.state('consent', purpose)) as Register | undefined)?.v === 'granted';

/** Why a consent may not become `v`. What is necessary is always on: a denial would delete what the shop cannot do without. */
export const refuseConsent = (purpose: string, v: Json): ErrorCode | undefined => {
  if (purpose === 'necessary') return 'change/bad-key';
  return v === 'granted' || v === 'denied' ? undefined : 'change/bad-value';
};

/**
 * What a decision that arrived does to what rests on it. A device that denies drops what it has at once: when the denial
 * comes after a later grant, all of that is written anew, so that it comes to the device again.
 */
export const settleConsent = async (
  space: SpaceWriter,
  { purpose, v }: { readonly purpose: string; readonly v: Json },
): Promise<void> => {
  await withdrawConsent(space, purpose);
  if (v !== 'denied' || !(await hasConsent(space, purpose))) return;
  for (const collection of collectionsOfPurpose(space.site, purpose)) {
    for (const { key, state } of await space.states(collection)) await space.put(collection, key, state);
  }
};

/** Deletes what rested on a consent that is denied now. A later grant does not bring it back. */
export const withdrawConsent = async (space: SpaceWriter, purpose: string): Promise<void> => {
  if (((await space.state('consent', purpose)) as Register | undefined)?.v !== 'denied') return;
  for (const collection of collectionsOfPurpose(space.site, purpose)) {
    for (const { key } of await space.states(collection)) await space.remove(collection, key);
  }
};
