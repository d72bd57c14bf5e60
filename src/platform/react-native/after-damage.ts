import type { Row } from '../ordered-rows.ts';

/**
 * What goes on of a row that can be read when others beside it cannot. What the server has comes from
 * there again, so its rows go, and a space forgets its cursor, which says that they are here. All else
 * stays: who is here and the changes not sent yet are nowhere else. The tables are the engine's: `records.ts`.
 */
export const afterDamage = ([key, value]: Row): Row | undefined => {
  if (key[0] === 'row') return undefined;
  return key[0] === 'space' && typeof value === 'object' ? [key, { ...value, cursor: null }] : [key, value];
};

/** Told to whoever looks at the log of the app. */
export const damageWarning =
  'Part of what this device had stored is damaged or gone. Who is here and what was unsent is kept where readable; the next sync brings the rest.';
