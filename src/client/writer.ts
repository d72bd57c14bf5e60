import type { Change as Op } from '../core/change.ts';
import { checkChange } from '../core/check-change.ts';
import { collectionShape } from '../core/collection.ts';
import { isKey } from '../core/key.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Change, ConsentState } from './api.ts';
import type { Model } from './model.ts';
import type { Config } from './options.ts';
import type { Partition } from './partition.ts';

export type Write = (collection: string, key: string, change: Op, shown?: number) => Change;

/**
 * Every write of the page goes through here: checked as the server will check it, held back or
 * refused where consent is missing, then visible at once and on its way to the store.
 */
export const createWriter =
  ({
    config,
    partition,
    model,
    consent,
    act,
  }: {
    config: Config;
    partition: Partition;
    model: Pick<Model, 'touch'>;
    consent(): { stateOf(purpose: string): ConsentState; declare(purpose: string): void; hint(): void };
    /** Somebody is there. */
    act(): void;
  }): Write =>
  (collection, key, change, shown) => {
    // What the shop refuses, and what was paid for, is said by the shop.
    const isShops = change.t === 'order' || (collection === 'cart' && change.t === 'patch' && change.f['parked']);
    if (!isShops) act();
    const { kind, purpose } = collectionShape(collection, config.collections);
    const refused = kind === 'auth' ? 'change/read-only' : isKey(key) ? checkChange(change) : 'change/bad-key';
    if (refused) throw new RelevoError(refused);
    const state = purpose === 'necessary' ? 'granted' : consent().stateOf(purpose);
    if (state === 'denied') {
      const error = Promise.reject(new RelevoError('consent/required', { detail: purpose }));
      error.catch(() => {});
      return { key, saved: error, synced: error };
    }
    if (state === 'pending' && !partition.isLocked) consent().hint();
    if (state === 'granted' && purpose !== 'necessary') consent().declare(purpose);
    // A copy: what the page does to its own object afterwards was never checked.
    const copy = JSON.parse(JSON.stringify(change)) as Op;
    const { saved, synced } = partition.add(collection, key, copy, {
      ...(shown !== undefined && { from: shown }),
      held: state === 'pending' ? purpose : undefined,
    });
    model.touch([collection]);
    return { key, saved: saved.promise, synced: synced.promise };
  };
