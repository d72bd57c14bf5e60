import { collectionShape } from '../core/collection.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { cursorVersion } from '../protocol/cursor.ts';
import type { Consent, ConsentState } from './api.ts';
import type { Pending, Shown } from './model.ts';
import type { Config } from './options.ts';
import { listOut } from './outbox.ts';
import type { Partition } from './partition.ts';
import type { Log } from './ports.ts';
import { limboKey, outKey, spaceOf } from './records.ts';
import { createValues, putOver } from './registers.ts';
import { type Done, listLimbo, putDone } from './tables.ts';
import type { Write } from './writer.ts';

export type ConsentGate = {
  /** Consent as pages get it. */
  readonly face: Consent;
  stateOf(purpose: string): ConsentState;
  /** How many entries wait for each purpose. */
  held(): { readonly [purpose: string]: number };
  /** Consent that the page's options grant is recorded before the first entry that needs it: the server asks for the record. */
  declare(purpose: string): void;
  hint(): void;
};

/**
 * What the customer agreed to, by purpose. What is pending is shown on this page only; what is denied
 * is neither kept nor sent, and what was on its way is withdrawn before anything else is sent.
 */
export const createConsent = ({
  config,
  model,
  partition,
  log,
  write,
}: {
  config: Config;
  model: Shown;
  partition: Partition;
  log: Log;
  write: Write;
}): ConsentGate => {
  const values = createValues(model, config, 'consent');
  let hasHinted = false;
  const withdrawing = new Set<string>();

  const stateOf = (purpose: string): ConsentState => {
    if (purpose === 'necessary') return 'granted';
    // What the customer decided outranks what the page says by default.
    const recorded = values().get(purpose);
    return recorded === 'granted' || recorded === 'denied' ? recorded : (config.consent[purpose] ?? 'pending');
  };

  const needs = (collection: string, purpose: string) =>
    collectionShape(collection, config.collections).purpose === purpose;

  const isWithdrawn = ({ entry: { c, x } }: Pending, purpose: string) => x.t === 'nop' || !needs(c, purpose);

  /** Takes back what was not sent, at once from view; what has a number keeps it and does nothing. Its key goes too: it names what was viewed. */
  const withdraw = async (purpose: string) => {
    for (const pending of model.pending)
      if (!isWithdrawn(pending, purpose)) partition.drop(pending, 'consent/required');
    const collections = [...model.rows.keys()].filter((collection) => needs(collection, purpose));
    for (const collection of collections) model.rows.get(collection)?.clear();
    model.touch(collections);
    // The decision first: a page killed before it is stored must not have lost the rows it still may show.
    await partition.settled();
    if (partition.isLocked || partition.isLeaving) return;
    await partition.fenced(partition.device.epoch, async (tx, _, space) => {
      for (const entry of await listLimbo(tx)) if (needs(entry.c, purpose)) tx.delete(limboKey(entry));
      const gone: Done[] = [];
      for (const entry of await listOut(tx, space)) {
        if (!needs(entry.c, purpose)) continue;
        if (entry.q) tx.put(outKey(space, entry), { ...entry, k: 'nop', x: { t: 'nop' } });
        else {
          tx.delete(outKey(space, entry));
          gone.push([entry.i, 'consent/required']);
        }
      }
      await putDone(tx, space, gone);
      for (const collection of collections) tx.deleteAll(['row', space, collection]);
    });
    await partition.reload();
  };

  const release = (purpose: string) => {
    const isHeld = (pending: Pending) => pending.held === purpose;
    // Whoever did it has not agreed: the account that they signed in to since has.
    const isOther = ({ heldOf }: Pending) => heldOf !== undefined && heldOf !== spaceOf(partition.device);
    for (const pending of model.pending.filter((one) => isHeld(one) && isOther(one)))
      partition.drop(pending, 'consent/required');
    const held = model.pending.filter(isHeld);
    // Made on a view of long ago: what was forgotten meanwhile is not older.
    const at = cursorVersion(partition.space?.cursor ?? null);
    for (const pending of held) Object.assign(pending, { held: undefined, entry: { ...pending.entry, at } });
    if (held.length) partition.save();
  };

  // Whoever decided it: this page, another tab or device, or the customer who signed in.
  model.subscribe('consent', () => {
    for (const [purpose, state] of Object.entries(memo())) {
      if (state === 'granted') release(purpose);
      // Nobody has answered yet: who signed in meanwhile is who is asked.
      else if (state === 'pending' && !partition.isLocked)
        for (const one of model.pending) if (one.held === purpose) one.heldOf = spaceOf(partition.device);
      const isLeft =
        model.pending.some((pending) => !isWithdrawn(pending, purpose)) ||
        [...model.rows].some(([collection, rows]) => rows.size > 0 && needs(collection, purpose));
      // What it reads again tells this listener: once is enough, whatever the store kept.
      if (state !== 'denied' || !isLeft || withdrawing.has(purpose)) continue;
      withdrawing.add(purpose);
      withdraw(purpose)
        .catch((error) => log.warn(`relevo: ${error}`))
        .finally(() => withdrawing.delete(purpose));
    }
  });

  const record = (purpose: string, state: 'granted' | 'denied') => {
    return write('consent', purpose, putOver(model.row('consent', purpose)?.[1], state));
  };

  const memo = model.memo(
    'consent',
    () => () =>
      Object.fromEntries(
        ['personalization', ...Object.keys(config.consent), ...values().keys()].map((purpose) => [
          purpose,
          stateOf(purpose),
        ]),
      ),
  );

  return {
    face: {
      get current() {
        return memo();
      },
      set(purposes) {
        const choices = Object.entries(purposes);
        if (choices.some(([purpose, state]) => purpose === 'necessary' || (state !== 'granted' && state !== 'denied')))
          throw new RelevoError('change/bad-value', {
            detail: "Purposes are 'granted' or 'denied'; 'necessary' is always on.",
          });
        return choices.map(([purpose, state]) => record(purpose, state));
      },
    },
    stateOf,
    held() {
      const counts: Record<string, number> = {};
      for (const { held } of model.pending) if (held) counts[held] = (counts[held] ?? 0) + 1;
      return counts;
    },
    declare(purpose) {
      if (values().get(purpose) === undefined && config.consent[purpose] === 'granted') record(purpose, 'granted');
    },
    hint() {
      if (hasHinted) return;
      hasHinted = true;
      log.info('relevo: views wait for consent; call relevo.consent.set({ personalization: "granted" }) to keep them.');
    },
  };
};
